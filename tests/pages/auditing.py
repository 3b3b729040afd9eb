# SPDX-License-Identifier: AGPL-3.0-or-later
"""What axe finds on a page, and what makes it scroll sideways.

Two thirds of the time of axe go into the contrast of texts, most of which stand on every page. Texts whose tags,
classes and colours, and those of all that is around them, are the same are asked once at each width of the screen.
"""

from collections import defaultdict
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
#: Style sheets are not asked for again: no rule of these tags reads them.
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "preload": False}
AXE = Axe().axe_script
CONTRAST = "color-contrast"
#: The widths of a screen, and of the smallest there is.
DESK, PHONE, SMALLEST = 1280, 390, 320

#: The bar that stays in sight covers whatever is under it at this moment, which axe takes for a small target.
PREPARED = """() => {
    document.querySelectorAll('.save-bar').forEach(bar => { bar.style.position = 'static' });
    axe.configure({rules: [{id: 'color-contrast', selector: '[data-asked]'}]});
}"""
#: Notes each text in sight; gives a number for how it and what is around it look.
LOOKS = """() => {
    const known = new Map();
    const look = element => {
        if (!element) return '';
        if (!known.has(element)) {
            const style = getComputedStyle(element);
            known.set(element, [look(element.parentElement), element.tagName, element.className, style.color,
                style.backgroundColor, style.backgroundImage, style.opacity, style.fontSize, style.fontWeight,
                style.textShadow].join(' '));
        }
        return known.get(element);
    };
    const number = text => {
        let high = 0xdeadbeef, low = 0x41c6ce57;
        for (const letter of text) {
            const code = letter.codePointAt(0);
            high = Math.imul(high ^ code, 2654435761);
            low = Math.imul(low ^ code, 1597334677);
        }
        return 4294967296 * (2097151 & low) + (high >>> 0);
    };
    const own = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const filled = element => ['INPUT', 'SELECT', 'TEXTAREA'].includes(element.tagName);
    window.texts = [...document.body.querySelectorAll('*')].filter(element => (own(element) || filled(element))
        && element.checkVisibility({visibilityProperty: true, opacityProperty: true})
        && element.getBoundingClientRect().width > 0);
    return window.texts.map(element => number(look(element)));
}"""
ASKED = """places => {
    document.querySelectorAll('[data-asked]').forEach(element => element.removeAttribute('data-asked'));
    places.forEach(place => window.texts[place].setAttribute('data-asked', ''));
}"""

_right: dict[int, set[int]] = defaultdict(set)


def faults(page: Page) -> list[dict[str, Any]]:
    """What axe finds, each with the elements concerned."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
        page.evaluate(PREPARED)
    right = _right[page.evaluate("innerWidth")]
    new = {look: place for place, look in enumerate(page.evaluate(LOOKS)) if look not in right}
    page.evaluate(ASKED, list(new.values()))
    found = page.evaluate("options => axe.run(document, options)", OPTIONS)["violations"]
    if CONTRAST not in {item["id"] for item in found}:
        right.update(new)
    return [{"rule": item["id"], "at": [node["target"] for node in item["nodes"]][:5]} for item in found]


def too_wide(page: Page) -> list[str]:
    """Elements that make the page scroll sideways; none when it does not."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')]
             .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
             .slice(0, 5).map(element => `${element.tagName}.${element.className}`)"""
    )
    return found
