// SPDX-License-Identifier: AGPL-3.0-or-later
// Filters stand open beside the results on a wide screen, closed above them on a phone.

export function fitFilters(details) {
  const wide = matchMedia("(width >= 992px)");
  const fit = () => {
    details.open = wide.matches;
  };
  fit();
  wide.addEventListener("change", fit);
}
