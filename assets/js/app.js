// SPDX-License-Identifier: AGPL-3.0-or-later
// What the pages gain where JavaScript runs; none of them needs it.
import { arrived } from "./writing/kept.js";
import { suggest } from "./suggestions.js";
import { copyLinks } from "./copy.js";
import { fitFold } from "./folds.js";
import { keepTyped } from "./kept.js";
import { sayDone } from "./said.js";
import { followIndex } from "./side-index.js";
import { showToTop } from "./to-top.js";
import { keepUnsent } from "./unsent.js";
import { tellWaiting } from "./waiting.js";

document.querySelectorAll("form[data-suggest]").forEach(suggest);
document.querySelectorAll("button[data-copy]").forEach(copyLinks);
document.querySelectorAll("details.fold").forEach(fitFold);
document.querySelectorAll("nav.side-index").forEach(followIndex);
document.querySelectorAll(".to-top").forEach(showToTop);
document.querySelectorAll(".said > [role=status]").forEach(sayDone);
arrived();
tellWaiting(document.body.dataset.waiting);
// Behind the one above, which sends no form twice.
keepTyped([...document.querySelectorAll("form[data-kept]")]);
keepUnsent();
