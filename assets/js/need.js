// SPDX-License-Identifier: AGPL-3.0-or-later
// While a request is typed: solutions and open requests that may already answer it.

const PAUSE = 500;
const LEAST = 12;

// One button joins a like request; what is typed goes along and is kept as a draft.
function joinButton(label, row) {
  const button = document.createElement("button");
  Object.assign(button, { type: "submit", name: "join", value: row.id, formNoValidate: true });
  button.className = "button outline small";
  const title = document.createElement("span");
  title.className = "visually-hidden";
  title.textContent = `: ${row.title}`;
  button.append(label, title);
  return button;
}

// A request that one's own body asks or has joined already.
function oursMark(label) {
  const mark = document.createElement("strong");
  mark.textContent = label;
  return mark;
}

function fill(part, rows) {
  const list = part.querySelector("ul");
  const join = part.dataset.join;
  list.replaceChildren(
    ...rows.map((row) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = row.url;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = row.title;
      item.append(link, row.city ? ` · ${row.city}` : "");
      if (join && row.id) item.append(" ", joinButton(join, row));
      else if (row.ours) item.append(" · ", oursMark(part.dataset.ours));
      return item;
    }),
  );
  const joining = part.querySelector("[data-near-joining]");
  if (joining) joining.hidden = !rows.some((row) => row.id);
  part.hidden = rows.length === 0;
}

function lookNear(form) {
  const typed = form.querySelector("[name=problem]");
  const box = form.querySelector("[data-near-box]");
  let timer = 0;
  let asked = null;

  async function look() {
    asked?.abort();
    asked = new AbortController();
    const address = new URL(form.dataset.near, location.href);
    const wished = form.querySelector("[name=soluzione]:checked")?.value ?? "";
    address.search = new URLSearchParams({
      q: typed.value.slice(0, 400),
      tranne: form.dataset.but ?? "0",
      soluzione: wished,
    });
    try {
      const answer = await fetch(address, { signal: asked.signal });
      if (!answer.ok) return;
      const found = await answer.json();
      fill(box.querySelector("[data-near-solutions]"), found.solutions);
      fill(box.querySelector("[data-near-needs]"), found.needs);
      box.hidden = found.solutions.length + found.needs.length === 0;
      if (!box.hidden && !form.elements.looked) {
        const seen = document.createElement("input");
        Object.assign(seen, { type: "hidden", name: "looked", value: "1" });
        form.append(seen);
      }
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  typed.addEventListener("input", () => {
    clearTimeout(timer);
    if (typed.value.trim().length >= LEAST) timer = setTimeout(look, PAUSE);
  });
}

document.querySelectorAll("form[data-near]").forEach(lookNear);
