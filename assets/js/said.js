// SPDX-License-Identifier: AGPL-3.0-or-later
// What was done is said where the page opens, not far above it, and aloud: a status is read when it changes, not when
// the page comes with it.

const SOON = 250;

function bringHere(notice) {
  // The browser has not gone there yet: `:target` is nothing.
  const place = document.getElementById(location.hash.slice(1));
  if (!place) return;
  const holder = notice.parentElement;
  if (/^H[1-6]$/.test(place.tagName)) place.after(notice);
  else place.before(notice);
  holder.remove();
  notice.scrollIntoView({ block: "nearest" });
}

export function sayDone(notice) {
  bringHere(notice);
  const words = notice.querySelector("p");
  const said = words.textContent;
  words.textContent = "\u00a0";
  setTimeout(() => {
    words.textContent = said;
  }, SOON);
}
