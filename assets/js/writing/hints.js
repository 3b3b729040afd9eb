// SPDX-License-Identifier: AGPL-3.0-or-later
// While title and problem are typed: similar solutions, themes, acts and acronyms, added by one click.
import { addRow, isTyped } from "./rows.js";

const PAUSE = 1200;
const READ = ["title", "summary", "section.1", "section.2"];

export function suggestWhileTyping(form) {
  const box = form.querySelector("[data-hints-box]");
  if (!box) return;
  let timer = 0;
  let asked = null;

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const body = new URLSearchParams({ title: value("title"), text: READ.slice(1).map(value).join("\n") });
    form.querySelectorAll("input[name=themes]:checked").forEach((theme) => body.append("themes", theme.value));
    form.querySelectorAll('input[name^="legal_basis."]').forEach((act) => body.append("acts", act.value));
    form.querySelectorAll('input[name^="questions."]').forEach((asked) => body.append("questions", asked.value));
    try {
      const answer = await fetch(form.dataset.hints, {
        method: "POST",
        body,
        signal: asked.signal,
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      });
      if (!answer.ok) return;
      const { html } = await answer.json();
      keepFocus(() => {
        box.innerHTML = html;
        box.hidden = !box.textContent.trim();
      });
    } catch {
      // Suggestions wait for better times; nothing typed depends on them.
    }
  }

  // Who goes through the suggestions by keyboard stays among them, or comes back to the first box of the text.
  function keepFocus(change) {
    const places = () => [...box.querySelectorAll("a, button")];
    const { activeElement } = document;
    const place = places().indexOf(activeElement);
    change();
    if (place < 0 || document.activeElement === activeElement) return;
    const left = places();
    const same = left.find((each) => each.textContent === activeElement.textContent);
    (same ?? left[place] ?? left.at(-1) ?? form.elements.title).focus({ preventScroll: true });
  }

  function value(name) {
    return form.elements[name]?.value ?? "";
  }

  // A draft that was just begun has words already.
  if (value("title").trim()) ask();
  form.addEventListener("input", (event) => {
    if (!READ.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const taken = tick(form, button) || put(form, button) || expand(form, button);
    if (!taken) return;
    keepFocus(() => button.closest("li").remove());
    taken.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function tick(form, button) {
  const mark = document.getElementById(button.dataset.tick ?? "");
  if (mark) mark.checked = true;
  return mark;
}

function put(form, button) {
  const path = button.dataset.put;
  if (!path) return null;
  const rows = [...form.querySelectorAll(`ol[data-rows="${path}"] > li`)];
  const row = rows.find((each) => !isTyped(each)) ?? addRow(form, path);
  const box = row?.querySelector("input");
  if (box) box.value = button.dataset.text;
  return box;
}

// The first time an acronym stands in a text, its full form follows in brackets.
function expand(form, button) {
  const { expand: short, text: full } = button.dataset;
  if (!short) return null;
  const pattern = new RegExp(`\\b${short}\\b`);
  const box = READ.map((name) => form.elements[name]).find((each) => each?.tagName === "TEXTAREA" && pattern.test(each.value));
  if (box) box.value = box.value.replace(pattern, `${short} (${full})`);
  return box;
}
