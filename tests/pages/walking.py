# SPDX-License-Identifier: AGPL-3.0-or-later
"""A walk through a page with the tab key: what it reaches, in which order, whether the focus is seen, where it ends."""

from typing import Any

from playwright.sync_api import Page

from tests.journeys.hands import FOCUS_SEEN

#: More stops than any page has.
MOST_STOPS = 600
#: How many of the last stops are taken at a person's pace: near its end the page scrolls, and what is shown once it has
#: scrolled (the way back to the top) is there a frame later. No hand is faster than that.
LAST_STOPS = 8
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

#: Gathers whatever can be used with a mouse and has a place on the screen; from then on notes what has the focus, and
#: whether it shows. Of the choices of one question the tab key reaches one, for a toolbar it reaches its first button;
#: what is folded away is not there. A page that puts the focus where one is to answer is walked from its top too.
PREPARED = f"""() => {{
    const seen = {FOCUS_SEEN};
    const usable = 'a[href], area[href], button, input, select, textarea, summary, [tabindex], [role=button]';
    const there = element => element.checkVisibility({{visibilityProperty: true}}) && !element.disabled
        && element.type !== 'hidden' && element.getAttribute('tabindex') !== '-1'
        && element.role !== 'toolbar';
    const answered = element => element.type === 'radio' && (element.form ?? document).querySelector(
        `input[type=radio][name="${{CSS.escape(element.name)}}"]:checked:not([value="${{CSS.escape(element.value)}}"])`);
    const first = element => element.type !== 'radio' || element.checked || (element.form ?? document).querySelector(
        `input[type=radio][name="${{CSS.escape(element.name)}}"]`) === element;
    const wanted = [...document.body.querySelectorAll(usable)].filter(there)
        .filter(element => first(element) && !answered(element));
    if (document.activeElement !== document.body) {{
        document.body.tabIndex = -1;
        document.body.focus();
        document.body.removeAttribute('tabindex');
    }}
    const walk = window.walk = {{wanted, stops: [], unseen: []}};
    document.addEventListener('focusin', event => {{
        walk.stops.push(event.target);
        if (!seen()) walk.unseen.push(event.target.outerHTML.slice(0, 200));
    }});
    return wanted.length;
}}"""
WALKED = """() => {
    const {wanted, stops, unseen} = window.walk;
    const shown = element => element.outerHTML.slice(0, 200);
    const back = stops.findIndex((stop, index) => index > 0 &&
        !(stops[index - 1].compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING));
    return {
        first: stops.length ? stops[0].className + ' ' + stops[0].parentElement.className : '',
        missed: wanted.filter(element => element.isConnected && !stops.includes(element)
            && element.checkVisibility()).map(shown),
        backwards: back < 0 ? [] : [shown(stops[back - 1]), shown(stops[back])],
        unseen,
        left: document.activeElement === document.body,
    };
}"""


def walk(page: Page) -> dict[str, Any]:
    """What is wrong with a page for who has a keyboard alone; empty where nothing is. The page has just been opened."""
    many = page.evaluate(PREPARED)
    keys = page.context.new_cdp_session(page)
    for step in range(1, MOST_STOPS):
        keys.send("Input.dispatchKeyEvent", TAB)
        if step >= many - LAST_STOPS:
            page.evaluate(NEXT_FRAME)
        # The parts of a date are stops of their own, so that the end is asked for from where it may be.
        if step >= many and page.evaluate("document.activeElement === document.body"):
            break
    keys.detach()
    found: dict[str, Any] = page.evaluate(WALKED)
    if "skiplinks" not in found.pop("first"):
        found["first"] = "not the link to the content"
    if not found.pop("left"):
        found["caught"] = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    return {name: what for name, what in found.items() if what}


TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
