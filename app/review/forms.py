# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reviewer or a reader typed, as plain values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from app.document.parse import CONTROL
from app.errors import Invalid
from app.review.queries import Filter

REMARK = "nota-"
REASONS = frozenset({"reason", "archive_reason"})


@dataclass(frozen=True)
class Decision:
    """A decision as typed: the version seen, the reason, the level of evidence, remarks by the anchor of a section."""

    number: int
    reason: str
    evidence: int
    remarks: tuple[tuple[str, str], ...]

    def by_heading(self, headings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Remarks as (heading, text); an anchor that is no section's stands for the whole."""
        return tuple((headings.get(anchor, ""), text) for anchor, text in self.remarks)


@dataclass(frozen=True)
class Assignment:
    """Who is asked to decide, and by when, as typed."""

    number: int
    person_id: int
    typed_day: str

    @property
    def due_on(self) -> date | None:
        """The day, None where none was typed. Raises ``Invalid`` for what is no day."""
        try:
            return date.fromisoformat(self.typed_day) if self.typed_day else None
        except ValueError as error:
            raise Invalid({"due_on": "day_unreadable"}) from error


@dataclass(frozen=True)
class Report:
    """An error as a reader tells it."""

    text: str
    email: str


def decision(form: Mapping[str, str]) -> Decision:
    remarks = tuple(
        (name.removeprefix(REMARK), said)
        for name, typed in form.items()
        if name.startswith(REMARK) and (said := clean(typed).strip())
    )
    return Decision(_number(form, "number"), clean(form.get("reason", "")), _number(form, "evidence"), remarks)


def left_over(form: Mapping[str, str], fields: Collection[str]) -> tuple[str, ...]:
    """Texts whose fields the page no longer has: shown beside a refusal, so that nothing typed is lost."""
    texts = ((name, clean(typed).strip()) for name, typed in form.items() if name in REASONS or name.startswith(REMARK))
    return tuple(text for name, text in texts if text and name not in fields)


def assignment(form: Mapping[str, str]) -> Assignment:
    return Assignment(_number(form, "number"), _number(form, "person"), clean(form.get("due_on", "")).strip())


def report(form: Mapping[str, str]) -> Report:
    return Report(clean(form.get("text", "")), clean(form.get("email", "")).strip())


def archive_reason(form: Mapping[str, str]) -> str:
    return clean(form.get("archive_reason", ""))


def chosen(arguments: Mapping[str, str]) -> Filter:
    """The body and the theme a queue is narrowed to."""
    return Filter(clean(arguments.get("ente", ""))[:120], clean(arguments.get("tema", ""))[:80])


def clean(text: str) -> str:
    """What was typed, without what no person types and no database keeps; one kind of line ends."""
    return CONTROL.sub("", text.replace("\r\n", "\n"))


def _number(form: Mapping[str, str], name: str) -> int:
    typed = form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
