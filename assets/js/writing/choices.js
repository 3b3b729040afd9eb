// SPDX-License-Identifier: AGPL-3.0-or-later
// Who types in the text made of the two means it: its choice is marked, and the site is told that the page showed so.

export function chooseTyped(form) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "meant", value: "1" }));
  form.addEventListener("input", (event) => {
    const choice = document.getElementById(event.target.dataset.chooses ?? "");
    if (choice) choice.checked = true;
  });
}
