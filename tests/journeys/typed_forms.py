# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of a page as a browser would send them."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

BUTTONS = frozenset({"button", "submit"})
TOKEN = "csrf_token"


@dataclass
class Form:
    """One form: where it goes, its fields with what they hold, the choices they offer, the buttons that send it."""

    action: str
    typed: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all it sends besides its buttons."""
        return (*self.typed, *self.hidden, *self.chosen, *self.files)


class Forms(HTMLParser):
    """Every form of a page that is sent with POST."""

    def __init__(self, page: str, address: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._address = address
        self._form: Form | None = None
        self._text: str | None = None
        self._select: str | None = None
        self._template = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attributes}
        self._template += tag == "template"
        if tag == "form" and held.get("method") == "post":
            self._form = Form(held.get("action") or self._address)
            self.found.append(self._form)
        if self._form is None or self._template or held.get("name") == TOKEN:
            return
        name = held.get("name", "")
        if "maxlength" in held:
            self._form.limits[name] = int(held["maxlength"])
        if tag == "input" and name:
            self._input(self._form, name, held)
        elif tag == "textarea" and name:
            self._text, self._form.typed[name] = name, ""
        elif tag == "select" and name:
            self._select, self._form.chosen[name] = name, []
        elif tag == "option" and self._select:
            self._option(self._form.chosen[self._select], held)
        elif tag == "button" and name:
            self._form.buttons.append((name, held.get("value", "")))
        if tag == "button" and held.get("formaction"):
            # The same fields, sent elsewhere by this button.
            self.found.append(replace(self._form, action=held["formaction"]))

    @staticmethod
    def _option(choices: list[str], held: dict[str, str]) -> None:
        choices.insert(0 if "selected" in held else len(choices), held.get("value", ""))

    def _input(self, form: Form, name: str, held: dict[str, str]) -> None:
        kind, value = held.get("type", "text"), held.get("value", "")
        if kind in {"checkbox", "radio"}:
            self._option(form.chosen.setdefault(name, []), {**held, "value": value, **_selected(held)})
        elif kind == "file":
            form.files.append(name)
        elif kind == "hidden":
            form.hidden[name] = value
        elif kind not in BUTTONS:
            form.typed[name] = value

    def handle_data(self, data: str) -> None:
        if self._text and self._form:
            self._form.typed[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        self._template -= tag == "template"
        if tag == "textarea" and self._text and self._form:
            self._form.typed[self._text] = self._form.typed[self._text].removeprefix("\n")
            self._text = None
        if tag == "select":
            self._select = None
        if tag == "form":
            self._form = None


def _selected(held: dict[str, str]) -> dict[str, str]:
    return {"selected": ""} if "checked" in held else {}
