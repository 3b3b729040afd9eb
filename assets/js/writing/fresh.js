// SPDX-License-Identifier: AGPL-3.0-or-later
// Parts of the page are made anew by the site: what is missing after each save, and boxes that somebody else changed.
import { dim } from "./unknown.js";

// Puts new HTML in a box; what was folded, and the focus, stay as they were.
export function refill(box, html) {
  const folds = new Map([...box.querySelectorAll("[data-fold]")].map((fold) => [fold.dataset.fold, fold.open]));
  const place = box.contains(document.activeElement) && placeOf(document.activeElement);
  box.innerHTML = html;
  box.querySelectorAll("[data-fold]").forEach((fold) => {
    fold.open = folds.get(fold.dataset.fold) ?? fold.open;
  });
  if (place) (box.querySelector(place) ?? box.querySelector("a, summary"))?.focus({ preventScroll: true });
}

function placeOf(element) {
  const fold = element.closest("[data-fold]")?.dataset.fold;
  const around = fold ? `[data-fold="${fold}"] ` : "";
  return element.tagName === "SUMMARY" ? `${around}summary` : `${around}a[href="${CSS.escape(element.getAttribute("href"))}"]`;
}

// Shows parts as they are stored now. Answers false, and changes nothing, where something was typed in one of them.
export async function renewParts(names, isTouched) {
  const page = await pageNow();
  const pairs = names.map((name) => [document.getElementById(`campo-${name}`), page?.getElementById(`campo-${name}`)]);
  if (names.some(isTouched) || pairs.some(([here, there]) => !here || !there)) return false;
  for (const [here, there] of pairs) {
    const { id } = here.contains(document.activeElement) ? document.activeElement : {};
    here.replaceWith(there);
    there.querySelectorAll("[data-unknown]").forEach(dim);
    if (id) document.getElementById(id)?.focus({ preventScroll: true });
  }
  return true;
}

// This page as the site would show it now, null where it cannot.
export async function pageNow() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}
