// SPDX-License-Identifier: AGPL-3.0-or-later
// Saves the form two seconds after the last key and when the page is left; what cannot be saved stays in this browser.
import { forget, keep, kept, send } from "./kept.js";
import { notice } from "./notice.js";
import { showProblems } from "./problems.js";

const PAUSE = 2000;
const RETRY = 15000;
// Browsers let a page that is being left send no more than this.
const LEAVING = 60000;

export function keepSaved(form) {
  const { slug } = form.dataset;
  const state = form.querySelector("[data-state]");
  let stored = pairsOf(form);
  let timer = 0;
  let busy = false;
  let stopped = false;

  const changed = () => text(pairsOf(form)) !== text(stored);

  function plan(pause) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, pause);
  }

  async function save(leaving = false) {
    if (stopped || !changed()) return;
    if (busy && !leaving) return plan(PAUSE);
    const pairs = pairsOf(form);
    keep(slug, pairs);
    busy = true;
    say(form.dataset.saving);
    try {
      const body = new URLSearchParams(pairs);
      const answer = await fetch(form.dataset.save, {
        method: "POST",
        body,
        keepalive: leaving && body.toString().length < LEAVING,
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      });
      await settle(answer, pairs);
    } catch {
      fail(form.dataset.lost);
    } finally {
      busy = false;
    }
  }

  async function settle(answer, pairs) {
    if (answer.ok) return done(await answer.json(), pairs);
    if (answer.status === 409) return conflict(await answer.json());
    if (answer.status === 400 || answer.status === 401 || answer.status === 403) return expired();
    if (answer.status === 413 || answer.status === 422) return fail(form.dataset.tooLarge, false);
    return fail(form.dataset.failed);
  }

  function done(data, pairs) {
    form.elements.edition.value = data.edition;
    form.elements.base.value = data.base;
    stored = pairs.map(([name, value]) => [name, { edition: data.edition, base: data.base }[name]?.toString() ?? value]);
    data.taken.forEach(take);
    forget(slug);
    notice("salvataggio");
    if (data.taken.length) notice("unione", form.dataset.taken);
    document.getElementById("manca").innerHTML = data.meter;
    document.getElementById("indice-gruppi").innerHTML = data.index;
    showProblems(form, data.problems, data.warnings);
    showTitle(data.title);
    const hour = new Date(data.saved_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Rome" });
    say(`${form.dataset.saved} ${hour}`);
    if (changed()) plan(PAUSE);
  }

  // A box that only somebody else changed.
  function take([name, value]) {
    const box = form.elements[name];
    const known = stored.find(([each]) => each === name);
    if (!box || (known && box.value !== known[1])) return;
    box.value = value;
    if (known) known[1] = value;
    else stored.push([name, value]);
  }

  function conflict(data) {
    stopped = true;
    say(form.dataset.unsaved);
    notice("salvataggio", data.own ? form.dataset.conflictOwn : form.dataset.conflict.concat(data.by ? ` (${data.by})` : ""), [
      [form.dataset.merge, () => form.requestSubmit()],
    ]);
  }

  async function expired() {
    fail(form.dataset.expired, true, [[form.dataset.signIn, () => window.open(form.dataset.signInUrl)]]);
    if (await renew(form)) plan(PAUSE);
  }

  function fail(words, again = true, buttons = []) {
    say(form.dataset.unsaved);
    notice("salvataggio", words, buttons);
    if (again) plan(RETRY);
  }

  function say(words) {
    state.textContent = words;
  }

  form.addEventListener("input", () => {
    if (!changed()) return;
    say(form.dataset.unsaved);
    plan(PAUSE);
  });
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
    keep(slug, pairsOf(form));
  });
  document.addEventListener("visibilitychange", () => save(document.visibilityState === "hidden"));
  addEventListener("pagehide", () => save(true));
  addEventListener("online", () => plan(0));
  offer(form, stored);
}

// The page, and its tab, are called as the solution is.
function showTitle(title) {
  const heading = document.getElementById("titolo");
  heading.textContent = title || heading.dataset.untitled;
  document.title = heading.dataset.tab.replace("{}", () => heading.textContent);
}

// What a browser kept of an earlier visit, offered back where it differs from what the site has.
function offer(form, stored) {
  const { slug } = form.dataset;
  const before = kept(slug);
  if (!before) return;
  if (typed(before.pairs) === typed(stored)) return forget(slug);
  notice("ripresa", form.dataset.kept, [
    [form.dataset.take, () => send(form, before.pairs)],
    [form.dataset.leave, () => { forget(slug); notice("ripresa"); }],
  ]);
}

// After a new log-in the page needs a new token; the form keeps what is typed in it. Answers whether there was one.
async function renew(form) {
  try {
    const page = await (await fetch(location.href, { headers: { Accept: "text/html" } })).text();
    const token = new DOMParser().parseFromString(page, "text/html").querySelector("meta[name=csrf-token]");
    if (!token || token.content === form.elements.csrf_token.value) return false;
    form.elements.csrf_token.value = token.content;
    return true;
  } catch {
    return false;
  }
}

function pairsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
}

function text(pairs) {
  return JSON.stringify(pairs);
}

// What was typed, without what only the page around it says and without empty boxes.
function typed(pairs) {
  return text(pairs.filter(([name, value]) => !["edition", "base", "meant"].includes(name) && value.trim())
    .map(([name, value]) => [name, value.replaceAll("\r\n", "\n")]));
}
