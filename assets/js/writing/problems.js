// SPDX-License-Identifier: AGPL-3.0-or-later
// Marks the boxes that are wrong after each save, with the sentence the site gives.
import { typedRow } from "./rows.js";

export function showProblems(form, problems) {
  const wrong = new Map();
  for (const [box, words] of Object.entries(problems)) {
    const place = placeOf(form, box);
    if (place) wrong.set(place, words);
  }
  form.querySelectorAll(".form-row, .form-group").forEach((row) => {
    if (row.matches(".form-group.change")) return;
    mark(row, wrong.get(row));
  });
}

function mark(row, words) {
  row.classList.toggle("wrong", Boolean(words));
  const before = row.querySelector(":scope > .form-wrong");
  if (!words) return before?.remove();
  const line = before ?? document.createElement("p");
  line.className = "form-wrong";
  line.textContent = words;
  if (!before) row.append(line);
}

function placeOf(form, box) {
  const [list, number, ...rest] = box.split(".");
  const rows = form.querySelector(`ol[data-rows="${list}"]`);
  const row = rows && number && typedRow(rows, Number(number));
  const name = row ? [row.dataset.row, ...rest].join(".") : box;
  return document.getElementById(`campo-${name}`);
}
