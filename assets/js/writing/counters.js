// SPDX-License-Identifier: AGPL-3.0-or-later
// How many letters a box still takes, told once it matters; a text too long is kept, and said to be so.

const NEAR = 0.8;

export function countLetters(form) {
  form.addEventListener("input", (event) => show(form, event.target));
  form.querySelectorAll("[data-limit]").forEach((box) => show(form, box));
}

function show(form, box) {
  const limit = Number(box.dataset?.limit);
  if (!limit) return;
  const length = [...box.value].length;
  let count = box.parentElement.querySelector(":scope > .form-count");
  if (length < limit * NEAR) return count?.remove();
  if (!count) {
    count = document.createElement("p");
    count.className = "form-count";
    box.after(count);
  }
  const left = limit - length;
  count.classList.toggle("over", left < 0);
  count.textContent = left < 0 ? `${form.dataset.over} ${-left}` : `${form.dataset.left} ${left}`;
}
