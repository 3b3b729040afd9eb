// SPDX-License-Identifier: AGPL-3.0-or-later
// The button that copies the address of the page; it appears only where it can work.

const SHOWN = 3000;

export function copyLinks(button) {
  if (!navigator.clipboard) return;
  const label = button.querySelector("[data-label]");
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const address = button.dataset.copy || location.href.split("#")[0];
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      // Where the browser, or who manages it, does not let a page copy, it is copied by hand.
      prompt(before, address);
      return;
    }
    label.textContent = button.dataset.done;
    setTimeout(() => {
      label.textContent = before;
    }, SHOWN);
  });
}
