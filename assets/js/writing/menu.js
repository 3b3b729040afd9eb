// SPDX-License-Identifier: AGPL-3.0-or-later
// What opens above the bar, over the text, closes by Escape and where the focus goes on.

export function closeMenu(details) {
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
  details.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !details.contains(relatedTarget)) details.open = false;
  });
}
