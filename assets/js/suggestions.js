// SPDX-License-Identifier: AGPL-3.0-or-later
// Suggestions under the search field: the ARIA 1.2 combobox with a list, the field stays an ordinary search field.

const PAUSE = 150;
const LEAST = 2;

export function suggest(form) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  list.id = `${input.id}-list`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestLabel);
  list.hidden = true;
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  input.after(list);
  form.append(status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }

  let timer = 0;
  let asked = null;
  let active = -1;

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function mark(position) {
    active = position;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === position)));
    if (position < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[position].id);
    list.children[position].scrollIntoView({ block: "nearest" });
  }

  function show(suggestions) {
    list.replaceChildren(...suggestions.map((entry, index) => option(entry, index, list.id, kindOf(form, entry))));
    list.hidden = suggestions.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
    const { suggestNone, suggestOne, suggestMany } = form.dataset;
    status.textContent =
      suggestions.length === 0 ? suggestNone : suggestions.length === 1 ? suggestOne : suggestMany.replace("0", suggestions.length);
  }

  async function ask() {
    const text = input.value.trim();
    asked?.abort();
    if (text.length < LEAST) return close();
    asked = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(text.slice(0, 200))}`, {
        headers: { Accept: "application/json" },
        signal: asked.signal,
      });
      if (!answer.ok) return close();
      const { suggestions } = await answer.json();
      if (document.activeElement === input && input.value.trim() === text) show(suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function open(chosen) {
    const address = chosen.dataset.url;
    if (address) return location.assign(address);
    input.value = chosen.dataset.text;
    close();
    form.requestSubmit();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });

  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" && list.hidden && event.altKey) {
      ask();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(active < 0 && step < 0 ? count - 1 : (active + step + count + 1) % (count + 1) === count ? -1 : active + step);
    } else if (event.key === "Enter" && active >= 0 && !list.hidden) {
      event.preventDefault();
      open(list.children[active]);
    } else if (event.key === "Tab") {
      close();
    }
  });

  // Before the field loses focus, or the list would close under the pointer.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) open(chosen);
  });
  input.addEventListener("blur", close);
}

function kindOf(form, entry) {
  return form.getAttribute(`data-kind-${entry.kind}`) ?? "";
}

function option(entry, index, prefix, label) {
  const item = document.createElement("li");
  const text = document.createElement("span");
  item.id = `${prefix}-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.text = entry.text;
  if (entry.url) item.dataset.url = entry.url;
  text.textContent = entry.text;
  if (entry.lang) text.lang = entry.lang;
  item.append(text);
  if (label) {
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = label;
    item.append(kind);
  }
  return item;
}
