// SPDX-License-Identifier: AGPL-3.0-or-later
// What was sent and answered with the page of an error (the log-in had expired, the token was of another one, a role was
// gone meanwhile) stands in its form again when that comes back: in this tab, for the same person, for half an hour.
import { FIELDS, heldIn, LONGEST, putBack } from "./kept.js";

const PREFIX = "twinmetro:rifiutata:";
// Those of a solution's text keep it in their own way.
const FORMS = "main form[method=post]:not([data-slug])";

// `form.action` would be a field of that name. What has a number is known by it, whatever it is called meanwhile.
const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;
const placeOf = (form) => PREFIX + pathOf(form).replace(/(\/\d+)-[^/]+/g, "$1");
const whoLooks = () => document.body.dataset.person ?? "";

function note(form) {
  const fields = [...form.elements].filter((field) => field.id && field.matches(FIELDS));
  const held = { at: Date.now(), person: whoLooks(), refused: false, ...heldIn(form, fields) };
  try {
    if (fields.length) sessionStorage.setItem(placeOf(form), JSON.stringify(held));
  } catch {
    // A browser without room or without storage: the page of the error shows the longer texts.
  }
}

// Only what an error answered is kept; another page says that it was done, or shows by itself what is wrong.
function look(place, isError) {
  const held = JSON.parse(sessionStorage.getItem(place));
  if (isError) return sessionStorage.setItem(place, JSON.stringify({ ...held, refused: true }));
  const isOver = !held.refused || Date.now() - held.at > LONGEST;
  if (isOver || (whoLooks() && whoLooks() !== held.person)) return sessionStorage.removeItem(place);
  const forms = [...document.querySelectorAll(FORMS)].filter((form) => placeOf(form) === place);
  // On the page of the log-in nobody is known yet.
  if (!forms.length || whoLooks() !== held.person) return;
  putBack(forms, held);
  document.getElementById(held.fields[0][0])?.form?.scrollIntoView();
  sessionStorage.removeItem(place);
}

export function keepUnsent() {
  try {
    const isError = document.querySelector("[data-unsent]") !== null;
    Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX)).forEach((place) => look(place, isError));
  } catch {
    // Nothing is stored, nothing is to be put back.
  }
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.matches(FORMS)) note(event.target);
  });
}
