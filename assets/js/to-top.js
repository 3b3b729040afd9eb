// SPDX-License-Identifier: AGPL-3.0-or-later
// The way back to the top, shown once the header is out of sight.

export function showToTop(link) {
  const header = document.querySelector("header");
  if (!header) return;
  new IntersectionObserver(([entry]) => {
    link.hidden = entry.isIntersecting;
  }).observe(header);
}
