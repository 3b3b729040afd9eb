// SPDX-License-Identifier: AGPL-3.0-or-later
// What the form of a solution gains where JavaScript runs: it saves by itself, shows previews, moves rows, suggests.
import "@github/markdown-toolbar-element";
import { chooseTyped } from "./writing/choices.js";
import { countLetters } from "./writing/counters.js";
import { closeMenu } from "./writing/menu.js";
import { followUnknown } from "./writing/unknown.js";
import { keepSaved } from "./writing/autosave.js";
import { keepUnsaved } from "./writing/markdown.js";
import { moveRows } from "./writing/rows.js";
import { showPreview } from "./writing/preview.js";
import { suggestWhileTyping } from "./writing/hints.js";

const beginning = document.getElementById("nuova");
if (beginning) {
  countLetters(beginning);
  suggestWhileTyping(beginning);
}
const merging = document.getElementById("unione");
if (merging) chooseTyped(merging);
const whole = document.getElementById("documento");
if (whole) keepUnsaved(whole);
const form = document.getElementById("modulo");
if (form) {
  moveRows(form);
  countLetters(form);
  followUnknown(form);
  form.querySelectorAll(".bar-more").forEach(closeMenu);
  form.querySelectorAll("[data-story]").forEach((story) => showPreview(form, story));
  keepSaved(form);
  suggestWhileTyping(form);
}
