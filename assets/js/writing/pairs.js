// SPDX-License-Identifier: AGPL-3.0-or-later
// What stands in a form, as pairs of name and text.

export function pairsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
}

// Boxes of a name keep their order, which is the order of the page.
export function text(pairs) {
  return JSON.stringify([...pairs].sort(([one], [other]) => (one < other ? -1 : Number(one > other))));
}

// What was typed, without what only the page around it says and without empty boxes.
export function typed(pairs) {
  return text(pairs.filter(([name, value]) => !["edition", "base", "meant"].includes(name) && value.trim())
    .map(([name, value]) => [name, value.replaceAll("\r\n", "\n")]));
}
