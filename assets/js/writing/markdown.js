// SPDX-License-Identifier: AGPL-3.0-or-later
// The document as one text is saved by its button: until then what is typed stays in this browser too, as that of the
// form does when it cannot be saved.
import { arrived, forget, keep, sending } from "./kept.js";
import { offerLeft } from "./offered.js";
import { pairsOf, text } from "./pairs.js";

const PAUSE = 500;

export function keepUnsaved(form) {
  // The form of the same draft keeps its own under the name of the solution alone.
  const name = `${form.dataset.slug}/markdown`;
  const state = form.querySelector("[data-state]");
  const stored = pairsOf(form);
  // What was refused stands on the page, and nowhere else.
  const isRefused = "refused" in form.dataset;
  let timer = 0;

  const changed = () => isRefused || text(pairsOf(form)) !== text(stored);

  function put() {
    clearTimeout(timer);
    if (!changed()) {
      forget(name);
      say("");
    } else {
      say(keep(name, pairsOf(form)) ? form.dataset.safe : form.dataset.unsaved);
    }
  }

  function say(words) {
    if (state.textContent !== words) state.textContent = words;
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(put, PAUSE);
  });
  form.addEventListener("submit", () => {
    put();
    // A file goes in the place of the text, which is then not on its way.
    if (!form.elements.file.files.length || !changed()) sending(name);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && put());
  addEventListener("pagehide", put);
  arrived();
  if (isRefused) put();
  offerLeft(form, name, stored);
}
