// SPDX-License-Identifier: AGPL-3.0-or-later
// Rows of a list are added, removed and moved in the page; their boxes are named anew by their place.

const NAMED = ["name", "id", "for", "value", "aria-describedby", "data-row"];

export function moveRows(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-add], button[data-move]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.add) addRow(form, button.dataset.add)?.querySelector("input, select, textarea")?.focus();
    else move(button);
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// A new empty row at the end of a list, or null where the list is full.
export function addRow(form, path) {
  const list = form.querySelector(`ol[data-rows="${path}"]`);
  if (!list || list.children.length >= Number(list.dataset.most)) return null;
  const row = form.querySelector(`template[data-row-of="${path}"]`).content.firstElementChild.cloneNode(true);
  list.append(row);
  renumber(list);
  return row;
}

// The row of a list that holds its nth typed entry: empty rows do not count for the site.
export function typedRow(list, number) {
  return [...list.children].filter(isTyped)[number - 1];
}

export function isTyped(row) {
  return [...row.querySelectorAll("input[type=text], select, textarea")].some((box) => box.value.trim()) ||
    row.querySelector("input:checked") !== null;
}

function move(button) {
  const row = button.closest("li");
  const list = row.parentElement;
  const { move: way } = button.dataset;
  if (way === "up") row.previousElementSibling?.before(row);
  if (way === "down") row.nextElementSibling?.after(row);
  if (way === "remove") {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("input, select, textarea") ?? list.closest("fieldset").querySelector("[data-add]")).focus();
  } else {
    button.focus();
    // At an end of the list the button that led there is not shown: its opposite keeps the place.
    if (document.activeElement !== button) row.querySelector(`[data-move="${way === "up" ? "down" : "up"}"]`).focus();
  }
  renumber(list);
}

function renumber(list) {
  [...list.children].forEach((row, index) => {
    const before = row.dataset.row;
    const after = `${list.dataset.rows}.${index + 1}`;
    if (before === after) return;
    const pattern = new RegExp(`(^|[ -])${before.replaceAll(".", "\\.")}(?=\\.|\\s|$)`, "g");
    for (const node of [row, ...row.querySelectorAll("*")]) {
      for (const name of NAMED) {
        if (node.hasAttribute(name)) node.setAttribute(name, node.getAttribute(name).replace(pattern, `$1${after}`));
      }
      if (node.hasAttribute("aria-label")) node.setAttribute("aria-label", node.getAttribute("aria-label").replace(/\d+$/, index + 1));
    }
    row.querySelectorAll(".row-buttons .visually-hidden").forEach((words) => {
      words.textContent = words.textContent.replace(/\d+/, index + 1);
    });
  });
}
