// SPDX-License-Identifier: AGPL-3.0-or-later
// Marks the boxes that are wrong, or should be looked at, after each save, with the sentence the site gives.
import { typedRow } from "./rows.js";

export function showProblems(form, problems, warnings) {
  const wrong = placed(form, problems);
  const warned = placed(form, warnings);
  form.querySelectorAll(".form-row, .form-group, .row-boxes[id]").forEach((row) => {
    if (row.matches(".form-group.change")) return;
    row.classList.toggle("wrong", wrong.has(row));
    mark(row, "form-wrong", wrong.get(row));
    mark(row, "form-warning", warned.get(row));
  });
}

function placed(form, sentences) {
  const found = new Map();
  for (const [box, words] of Object.entries(sentences)) {
    const place = placeOf(form, box);
    if (place) found.set(place, words);
  }
  return found;
}

function mark(row, kind, words) {
  const before = row.querySelector(`:scope > .${kind}`);
  if (kind === "form-wrong") describe(row.id.slice("campo-".length), Boolean(words));
  if (!words) return before?.remove();
  const line = before ?? document.createElement("p");
  line.className = kind;
  line.textContent = words;
  if (before) return;
  if (kind === "form-wrong") line.id = row.id.replace("campo-", "errore-");
  row.append(line);
}

// A box is read aloud with what is wrong in it, and no longer once it is right; the site marks them so in a page it makes.
function describe(path, isWrong) {
  const box = document.getElementById(`b-${path}`);
  if (!box) return;
  const lines = new Set((box.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  lines[isWrong ? "add" : "delete"](`errore-${path}`);
  if (isWrong) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
  if (lines.size) box.setAttribute("aria-describedby", [...lines].join(" "));
  else box.removeAttribute("aria-describedby");
}

function placeOf(form, box) {
  const [list, number, ...rest] = box.split(".");
  const rows = form.querySelector(`ol[data-rows="${list}"]`);
  const row = rows && number && typedRow(rows, Number(number));
  const name = row ? [row.dataset.row, ...rest].join(".") : box;
  return document.getElementById(`campo-${name}`);
}
