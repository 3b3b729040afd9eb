# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hands somebody uses at a browser: those of a mouse, and those that have nothing but a keyboard."""

from typing import Protocol

from playwright.sync_api import FilePayload, Locator, Page, expect

#: Keys pressed at most to reach something: more than a page of the form has stops.
MOST_TABS = 400

#: The focused element, or a part of it (the shape of a city on the map), is drawn with a visible line.
FOCUS_SEEN = """() => {
    const element = document.activeElement;
    if (element === document.body || element.id === 'contenuto') return true;
    const style = getComputedStyle(element);
    const shape = element.querySelector('.province, .reach');
    const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return drawn || (shape !== null && parseFloat(getComputedStyle(shape).strokeWidth) >= 2);
}"""

#: What is looked for; the page jumps to what has the focus instead of gliding, so that it can be looked at at once.
WANTED = "element => { window.wanted = element; document.documentElement.style.scrollBehavior = 'auto'; }"

#: Where the focus is, seen from what is wanted; of the choices of one question the tab key reaches a single one.
NEARER = f"""() => {{
    const wanted = window.wanted, active = document.activeElement, bar = document.querySelector('.save-bar');
    if (!({FOCUS_SEEN})()) return 'unseen';
    // Not wholly under the bar that stays in sight.
    if (bar && !bar.contains(active) && active.getBoundingClientRect().top >= bar.getBoundingClientRect().top
        && active.getBoundingClientRect().top < innerHeight) return 'unseen';
    if (active === wanted) return 'here';
    if (active.type === 'radio' && active.name === wanted.name && active.form === wanted.form) return 'here';
    if (active.hash === '#contenuto' && document.querySelector('main').contains(wanted)) return 'over';
    return active.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING ? 'behind' : 'before';
}}"""


class Hands(Protocol):
    """What can be done to a control of a page."""

    def press(self, target: Locator) -> None: ...

    def write(self, target: Locator, text: str) -> None: ...

    def tick(self, target: Locator) -> None: ...

    def choose(self, target: Locator, value: str) -> None: ...

    def give(self, target: Locator, file: FilePayload) -> None: ...


class Mouse:
    """Points at things."""

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def tick(self, target: Locator) -> None:
        target.check()

    def choose(self, target: Locator, value: str) -> None:
        target.select_option(value)

    def give(self, target: Locator, file: FilePayload) -> None:
        target.set_input_files(file)


class Keyboard:
    """Tab, Shift and Tab, Enter, the space bar, the arrows and letters: whatever has the focus must show it."""

    def press(self, target: Locator) -> None:
        self.reach(target).keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        keys = self.reach(target).keyboard
        if target.get_attribute("type") == "date":
            # Day and month are typed in the order of the browser: a day that has the number of its month suits all.
            year, month, day = text.split("-")
            keys.type(month + day + year)
        else:
            keys.press("Control+A")
            keys.type(text)
        expect(target).to_have_value(text)

    def tick(self, target: Locator) -> None:
        page = self.reach(target)
        for _ in range(page.locator("input[type=radio]").count()):
            if page.evaluate("document.activeElement === window.wanted"):
                break
            page.keyboard.press("ArrowDown")
        if not target.is_checked():
            page.keyboard.press("Space")
        expect(target).to_be_checked()

    def choose(self, target: Locator, value: str) -> None:
        page = self.reach(target)
        values = target.locator("option").evaluate_all("options => options.map(option => option.value)")
        way = "ArrowUp" if values.index(value) < values.index(target.input_value()) else "ArrowDown"
        for _ in values:
            if target.input_value() == value:
                break
            page.keyboard.press(way)
        expect(target).to_have_value(value)

    def give(self, target: Locator, file: FilePayload) -> None:
        page = self.reach(target)
        with page.expect_file_chooser() as asked:
            page.keyboard.press("Enter")
        asked.value.set_files(file)

    def reach(self, target: Locator) -> Page:
        """Go on, or back, with the tab key until the control has the focus; its page."""
        page = target.page
        target.evaluate(WANTED)
        for _ in range(MOST_TABS):
            state = page.evaluate(NEARER)
            assert state != "unseen", page.evaluate("document.activeElement.outerHTML")
            if state == "here":
                return page
            # The first stop of every page leads over its head.
            page.keyboard.press({"over": "Enter", "behind": "Shift+Tab"}.get(state, "Tab"))
        raise AssertionError(f"the tab key does not reach {target}")
