// SPDX-License-Identifier: AGPL-3.0-or-later
// What could not be saved is kept in this browser under the name of the solution, with the edition it began from.

const PREFIX = "twinmetro:bozza:";

export function keep(slug, pairs) {
  try {
    localStorage.setItem(PREFIX + slug, JSON.stringify({ pairs, at: Date.now() }));
  } catch {
    // A browser without room or without storage: the page itself still holds the text.
  }
}

export function kept(slug) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + slug));
  } catch {
    return null;
  }
}

export function forget(slug) {
  try {
    localStorage.removeItem(PREFIX + slug);
  } catch {
    // Nothing was kept there.
  }
}

// Sends a form made of pairs, as if it had just been typed: the site merges it with what came after.
export function send(form, pairs) {
  const copy = document.createElement("form");
  copy.method = "post";
  copy.action = form.action;
  for (const [name, value] of pairs) {
    if (name === "csrf_token") continue;
    copy.append(hidden(name, value));
  }
  copy.append(hidden("csrf_token", form.elements.csrf_token.value));
  document.body.append(copy);
  copy.submit();
}

function hidden(name, value) {
  const box = document.createElement("textarea");
  box.name = name;
  // Browsers drop one line break at the start of what is parsed, none of what is set.
  box.value = value;
  box.hidden = true;
  return box;
}
