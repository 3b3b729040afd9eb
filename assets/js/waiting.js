// SPDX-License-Identifier: AGPL-3.0-or-later
// A pressed button says that something happens, and the same form is not sent twice while the page is on its way.

const SOON = 300;
// An answer that is a file leaves the page where it is: nothing tells when it has come.
const LONGEST = 8000;
let sent = [];

function begin(form, button, words) {
  const state = { form, button, html: button?.innerHTML };
  state.shown = setTimeout(() => say(state, words), SOON);
  state.over = setTimeout(() => end(state), LONGEST);
  sent.push(state);
  form.dataset.sent = "true";
}

// The name and the value of the button are read by now; `disabled` would still take the focus away.
function say({ button }, words) {
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  button.textContent = words;
}

function end({ form, button, html, shown, over }) {
  clearTimeout(shown);
  clearTimeout(over);
  delete form.dataset.sent;
  if (!button?.hasAttribute("aria-busy")) return;
  button.removeAttribute("aria-busy");
  button.innerHTML = html;
}

export function tellWaiting(words) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("target") || form.getAttribute("method") !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    begin(form, event.submitter, words);
  });
  // Back again from the memory of the browser.
  addEventListener("pageshow", () => {
    sent.forEach(end);
    sent = [];
  });
}
