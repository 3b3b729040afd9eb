// SPDX-License-Identifier: AGPL-3.0-or-later
// A page with many forms loses what was typed into the others when one of them is sent. What stands in a
// `form[data-kept]` is put aside then, and is in its fields again when the page comes back, with its folds open.
//
// The value of `data-kept` is the number of who looks and the address of the page, `7:/gemellaggi/1-suap`: its forms may
// be answered elsewhere, and what one person typed is put away when another one opens such a page in the same tab.
// Fields are known by their id. A hidden field marked `data-kept` (what the form was opened on) goes with the others; one
// marked `data-anew` is asked for each time.

const PREFIX = "twinmetro:pagina:";
export const FIELDS =
  "input:not([type=hidden], [type=file], [type=password], [autocomplete=one-time-code], [data-anew]), select, textarea";
// Nobody comes back to a page later than that, and somebody else may sit there.
export const LONGEST = 30 * 60 * 1000;

const placeOf = (form) => PREFIX + form.dataset.kept;
const fieldsOf = (form) => [...form.elements].filter((field) => field.matches(FIELDS));
const isTick = (field) => field.type === "checkbox" || field.type === "radio";

function isTyped(field) {
  if (isTick(field)) return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const options = [...field.options];
  return field.value !== (options.find((option) => option.defaultSelected) ?? options[0])?.value;
}

function typedIn(form) {
  // What was refused is shown again as the page's own, and is saved nowhere.
  const refused = form.querySelector(".notice-wrong");
  return heldIn(form, fieldsOf(form).filter((field) => field.id && (refused || isTyped(field))));
}

export function heldIn(form, fields) {
  return {
    fields: fields.map((field) => [field.id, isTick(field) ? field.checked : field.value]),
    hidden: [...form.querySelectorAll("input[type=hidden][data-kept]")].map(({ name, value }) => [name, value]),
  };
}

function putAside(forms) {
  const aside = new Map();
  for (const form of forms) {
    const typed = typedIn(form);
    if (typed.fields.length) aside.set(placeOf(form), [...(aside.get(placeOf(form)) ?? []), typed]);
  }
  try {
    for (const [place, typed] of aside) sessionStorage.setItem(place, JSON.stringify({ at: Date.now(), typed }));
  } catch {
    // A browser without room or without storage: it is lost, as without this.
  }
}

function taken(place) {
  try {
    const held = JSON.parse(sessionStorage.getItem(place));
    sessionStorage.removeItem(place);
    return held && Date.now() - held.at < LONGEST ? held.typed : [];
  } catch {
    return [];
  }
}

function putAwayOfOthers(mine) {
  try {
    for (const place of Object.keys(sessionStorage)) {
      if (place.startsWith(PREFIX) && !place.startsWith(mine)) sessionStorage.removeItem(place);
    }
  } catch {
    // Nothing is stored, nothing is to be put away.
  }
}

export function putBack(forms, { fields, hidden }) {
  for (const [id, value] of fields) {
    const field = document.getElementById(id);
    if (!forms.includes(field?.form)) continue;
    field[isTick(field) ? "checked" : "value"] = value;
    for (const beside of field.form.querySelectorAll("input[type=hidden][data-kept]")) {
      beside.value = new Map(hidden).get(beside.name) ?? beside.value;
    }
    for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }
}

// On *Back* a browser asks for the page anew and fills in what was typed. With it comes the number of the page it was sent
// from, so that the site knows a second sending of it.
function keepRendering() {
  const held = history.state?.rendering;
  if (!held) return;
  for (const field of document.querySelectorAll("input[name=rendering]")) field.value = held;
}

function noteRendering(form) {
  const own = form.elements.rendering;
  if (own) history.replaceState({ ...history.state, rendering: own.value }, "");
}

export function keepTyped(forms) {
  keepRendering();
  if (forms.length) putAwayOfOthers(`${PREFIX}${forms[0].dataset.kept.split(":")[0]}:`);
  for (const place of new Set(forms.map(placeOf))) taken(place).forEach((typed) => putBack(forms, typed));
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.getAttribute("method") !== "post") return;
    putAside(forms.filter((form) => form !== event.target));
    noteRendering(event.target);
  });
}
