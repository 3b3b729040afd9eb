# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of writing are sent: the boxes of the form, the edition it was opened with, the button pressed."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from werkzeug.datastructures import MultiDict

from app.text import typed
from app.writing.boxes import grouped
from app.writing.service import Seen

ROW_BUTTONS = ("remove", "up", "down")
#: Boxes of the page around the form, never part of a document.
AROUND = frozenset({"csrf_token", "edition", "base", "do", "add", "meant", *ROW_BUTTONS})
MAX_REASON = 300
MAX_TITLE = 300


@dataclass(frozen=True)
class New:
    """What a draft begins with: title, body, and the problem where somebody typed it already."""

    title: str = ""
    body: str = ""
    problem: str = ""

    def mark(self, content: bytes) -> str:
        """Tells this form, with the file sent in it, from any other."""
        return sha256(repr((self.title, self.body, self.problem)).encode() + content).hexdigest()


@dataclass(frozen=True)
class Asked:
    """One form as sent. ``do`` names the button, ``target`` what it stands beside.

    ``meant``: who ticked *non disponibile* saw the box beside it go pale, and typing in it takes the tick away.
    """

    boxes: Mapping[str, list[str]]
    seen: Seen
    do: str
    target: str = ""
    meant: bool = False


def read_new(form: MultiDict[str, str], body: str) -> New:
    """The form of a new draft; ``body`` is the one of whoever works for a single one."""
    title = one_line(form.get("title", ""), MAX_TITLE)
    return New(title, form.get("city", "") or body, form.get("section.1", ""))


def read_form(form: MultiDict[str, str]) -> Asked:
    """The form of the document."""
    pairs = [(name, text) for name, text in form.items(multi=True) if name not in AROUND]
    do, target = _button(form)
    return Asked(grouped(pairs), read_seen(form), do, target, "meant" in form)


def _button(form: MultiDict[str, str]) -> tuple[str, str]:
    pressed = next((name for name in ("add", *ROW_BUTTONS) if name in form), "")
    return (pressed, form[pressed][:80]) if pressed else (form.get("do", "save")[:20], "")


def read_seen(form: MultiDict[str, str]) -> Seen:
    return Seen(number(form.get("edition", "")), number(form.get("base", "")))


def number(text: str) -> int:
    """A number somebody sent, -1 for anything else."""
    found = typed.number(text)
    return -1 if found is None else found


def one_line(text: str, limit: int = MAX_REASON) -> str:
    """A reason or a name: one line, no longer than its limit."""
    return typed.line(text)[:limit].rstrip()
