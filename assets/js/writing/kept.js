// SPDX-License-Identifier: AGPL-3.0-or-later
// What could not be saved is kept in this browser under the name of the solution, with the edition it began from.
// Each open page keeps its own: what another window saves, or what is typed now, takes the place of nothing else.

const PREFIX = "twinmetro:bozza:";
const SENT = "twinmetro:inviata:";
const PAGE = Math.random().toString(36).slice(2);

const keyOf = (slug) => `${PREFIX}${slug}:${PAGE}`;

// Answers whether it is kept.
export function keep(slug, pairs) {
  try {
    localStorage.setItem(keyOf(slug), JSON.stringify({ pairs, at: Date.now() }));
    return true;
  } catch {
    // A browser without room or without storage: the page itself still holds the text.
    return false;
  }
}

// What other pages left unsaved, the latest last.
export function left(slug) {
  try {
    return Object.keys(localStorage)
      .filter((key) => (key === PREFIX + slug || key.startsWith(`${PREFIX}${slug}:`)) && key !== keyOf(slug))
      .map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }))
      .sort((one, other) => one.at - other.at);
  } catch {
    return [];
  }
}

export function forget(slug, key = keyOf(slug)) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept there.
  }
}

// A text is on its way to the site: once it is saved, merged or not, no page need offer it any more.
export function sending(slug, key = keyOf(slug)) {
  try {
    sessionStorage.setItem(SENT + slug, key);
  } catch {
    // It is offered once more than needed.
  }
}

// Asked on every page: the address of the one after a form says whether it was saved. It says so once: who comes back to
// it later had perhaps no line. The page on which changes are settled is still on the way.
export function arrived() {
  if (document.getElementById("unione")) return;
  const here = new URL(location);
  const isSaved = here.searchParams.has("salvato");
  try {
    for (const name of Object.keys(sessionStorage).filter((each) => each.startsWith(SENT))) {
      if (isSaved) localStorage.removeItem(sessionStorage.getItem(name));
      sessionStorage.removeItem(name);
    }
  } catch {
    // Nothing was noted there.
  }
  here.searchParams.delete("salvato");
  if (isSaved) history.replaceState(history.state, "", here);
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
