// SPDX-License-Identifier: AGPL-3.0-or-later
// A notice in the bar that is always in sight, one for each subject; without words it goes away.

export function notice(subject, words = "", buttons = []) {
  const place = document.querySelector("[data-bar-notices]");
  const before = place.querySelector(`[data-subject="${subject}"]`);
  const hadFocus = before?.contains(document.activeElement);
  before?.remove();
  // Who answered it by keyboard stays in the bar.
  if (hadFocus) place.parentElement.querySelector("button").focus();
  if (!words) return;
  const box = document.createElement("div");
  box.className = "notice warning stays";
  box.dataset.subject = subject;
  const line = document.createElement("p");
  line.textContent = words;
  box.append(line);
  for (const [label, act] of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button outline small";
    button.textContent = label;
    button.addEventListener("click", act);
    box.append(button);
  }
  place.append(box);
}
