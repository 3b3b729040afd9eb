// SPDX-License-Identifier: AGPL-3.0-or-later
// What folds on a phone (filters, index of the page) stands open on a wide screen.

export function fitFold(details) {
  const wide = matchMedia("(width >= 992px)");
  const fit = () => {
    // Who enlarges the page while the focus is in it stays there.
    details.open = wide.matches || details.contains(document.activeElement);
    details.querySelector("summary").tabIndex = wide.matches ? -1 : 0;
  };
  fit();
  wide.addEventListener("change", fit);
}
