// SPDX-License-Identifier: AGPL-3.0-or-later
// Marks in the side index the section that is being read.

export function followIndex(nav) {
  const links = new Map();
  for (const link of nav.querySelectorAll('a[href^="#"]')) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  const seen = new Set();
  const observer = new IntersectionObserver(
    (entries) => {
      entries.forEach((entry) => seen[entry.isIntersecting ? "add" : "delete"](entry.target));
      const current = [...links.keys()].find((section) => seen.has(section));
      if (!current) return;
      links.forEach((link, section) => {
        if (section === current) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      });
    },
    { rootMargin: "-10% 0px -65% 0px" },
  );
  links.forEach((_link, section) => observer.observe(section));
}
