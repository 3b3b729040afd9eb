// SPDX-License-Identifier: AGPL-3.0-or-later
// Who ticks "non disponibile" need not fill the box beside it; who types in it takes the tick away. A text and a tick
// are then never a mistake, and the site is told so: without this it asks which of the two is meant.

export function followUnknown(form) {
  form.querySelectorAll("[data-unknown]").forEach(dim);
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "meant", value: "1" }));
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-unknown]")) dim(event.target);
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("input[type=text], textarea") && event.target.value) untick(form, event.target.name);
  });
}

function untick(form, name) {
  const parts = name.split(".");
  for (let end = parts.length; end > 0; end -= 1) {
    const mark = form.querySelector(`[data-unknown][value="${CSS.escape(parts.slice(0, end).join("."))}"]`);
    if (mark?.checked) {
      mark.checked = false;
      dim(mark);
    }
  }
}

export function dim(mark) {
  const around = mark.closest(".form-row") ?? mark.closest("fieldset");
  around?.classList.toggle("not-available", mark.checked);
}
