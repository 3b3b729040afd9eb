// SPDX-License-Identifier: AGPL-3.0-or-later
// Saves the form two seconds after the last key and when the page is left; what cannot be saved stays in this browser.
import { pageNow, refill, renewParts } from "./fresh.js";
import { arrived, forget, keep, sending } from "./kept.js";
import { notice } from "./notice.js";
import { offerLeft } from "./offered.js";
import { pairsOf, text } from "./pairs.js";
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
  // Nothing more is saved by itself: somebody must look first, or the form is on its way.
  let stopped = false;
  let sent = false;

  const changed = () => text(pairsOf(form)) !== text(stored);
  const touched = (part) => text(pairsOf(form).filter(within(part))) !== text(stored.filter(within(part)));

  function plan(pause) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  async function save(leaving = false) {
    if (sent || !changed()) return;
    const pairs = pairsOf(form);
    if (stopped) return keep(slug, pairs);
    if (busy && !leaving) return plan(PAUSE);
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
    if (answer.status === 409) return conflict(await answer.json(), pairs);
    if (answer.status === 400 || answer.status === 401) return expired();
    if (answer.status === 403 || answer.status === 404) return stop(form.dataset.gone, form.dataset.showTyped);
    if (answer.status === 413 || answer.status === 422) return fail(form.dataset.tooLarge, false);
    return fail(form.dataset.failed);
  }

  async function done(data, pairs) {
    stored = pairs;
    const renewed = !data.anew.length || (await renewParts(data.anew, touched));
    // Where somebody went on typing in a box that came from elsewhere too, the two are theirs to settle.
    if (!renewed || data.taken.some(([name]) => touched(name))) return conflict({ conflict: false }, pairs);
    form.elements.edition.value = data.edition;
    form.elements.base.value = data.base;
    const shown = pairsOf(form).filter(([name]) => ["edition", "base"].includes(name));
    stored = stored.filter(([name]) => !["edition", "base"].includes(name)).concat(shown);
    for (const part of data.anew) stored = stored.filter((pair) => !within(part)(pair)).concat(pairsOf(form).filter(within(part)));
    data.taken.forEach(take);
    forget(slug);
    notice("salvataggio");
    notice("unione", data.taken.length || data.anew.length ? form.dataset.taken : "");
    refill(document.getElementById("manca"), data.meter);
    refill(document.getElementById("indice-gruppi"), data.index);
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
    if (!box) return;
    box.value = value;
    if (known) known[1] = value;
    else stored.push([name, value]);
  }

  function conflict(data, pairs) {
    const theirs = data.by ? form.dataset.conflictBy.replace("{}", () => data.by) : form.dataset.conflict;
    // A refusal that says nothing of it saved nothing.
    if (data.conflict !== false) return stop(data.own ? form.dataset.conflictOwn : theirs, form.dataset.merge);
    // It is saved with what came from elsewhere, which this page cannot show by itself.
    stored = pairs;
    stop(form.dataset.elsewhere, form.dataset.join);
  }

  function stop(words, label) {
    stopped = true;
    keep(slug, pairsOf(form));
    say(changed() ? form.dataset.unsaved : "");
    notice("salvataggio", words, [[label, () => form.requestSubmit()]]);
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
    sent = true;
    clearTimeout(timer);
    keep(slug, pairsOf(form));
    sending(slug);
  });
  // Back again from the memory of the browser.
  addEventListener("pageshow", () => {
    sent = false;
  });
  document.addEventListener("visibilitychange", () => save(document.visibilityState === "hidden"));
  addEventListener("pagehide", () => save(true));
  addEventListener("online", () => plan(0));
  arrived();
  offerLeft(form, slug, stored);
}

// The page, and its tab, are called as the solution is.
function showTitle(title) {
  const heading = document.getElementById("titolo");
  heading.textContent = title || heading.dataset.untitled;
  document.title = heading.dataset.tab.replace("{}", () => heading.textContent);
}

// After a new log-in the page needs a new token; the form keeps what is typed in it. Answers whether there was one.
async function renew(form) {
  const token = (await pageNow())?.querySelector("meta[name=csrf-token]");
  if (!token || token.content === form.elements.csrf_token.value) return false;
  form.elements.csrf_token.value = token.content;
  return true;
}

// Whether a pair is of a part of the form: a box of it, or the tick that says it is not available.
function within(part) {
  return ([name, value]) => [name, name === "unknown" ? value : ""].some((path) => path === part || path.startsWith(`${part}.`));
}
