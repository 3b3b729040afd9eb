// SPDX-License-Identifier: AGPL-3.0-or-later
// What a browser kept of an earlier visit, offered back where it differs from what the site has, until it is answered.
import { forget, left, send, sending } from "./kept.js";
import { notice } from "./notice.js";
import { typed } from "./pairs.js";

export function offerLeft(form, name, stored) {
  left(name).forEach((before) => offer(form, name, before, stored));
}

function offer(form, name, before, stored) {
  if (typed(before.pairs) === typed(stored)) return forget(name, before.key);
  const moment = new Date(before.at).toLocaleString(document.documentElement.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Rome" });
  notice(`ripresa-${before.key}`, form.dataset.held.replace("{}", () => moment), [
    [form.dataset.take, () => { sending(name, before.key); send(form, before.pairs); }],
    [form.dataset.leave, () => { forget(name, before.key); notice(`ripresa-${before.key}`); }],
  ]);
}
