# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reviewer or a reader typed, as plain values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from app.errors import Invalid
from app.review.queries import Filter
from app.text.typed import day, number_in

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
        found = day(self.typed_day)
        if self.typed_day and found is None:
            raise Invalid({"due_on": "day_unreadable"})
        return found


@dataclass(frozen=True)
class Report:
    """An error as a reader tells it."""

    text: str
    email: str


def decision(form: Mapping[str, str]) -> Decision:
    remarks = tuple(
        (name.removeprefix(REMARK), said)
        for name, typed in form.items()
        if name.startswith(REMARK) and (said := typed.strip())
    )
    return Decision(number_in(form, "number"), form.get("reason", ""), number_in(form, "evidence"), remarks)


def left_over(form: Mapping[str, str], fields: Collection[str]) -> tuple[str, ...]:
    """Texts whose fields the page no longer has: shown beside a refusal, so that nothing typed is lost."""
    texts = ((name, typed.strip()) for name, typed in form.items() if name in REASONS or name.startswith(REMARK))
    return tuple(text for name, text in texts if text and name not in fields)


def assignment(form: Mapping[str, str]) -> Assignment:
    return Assignment(number_in(form, "number"), number_in(form, "person"), form.get("due_on", "").strip())


def report(form: Mapping[str, str]) -> Report:
    return Report(form.get("text", ""), form.get("email", "").strip())


def chosen(arguments: Mapping[str, str]) -> Filter:
    """The body and the theme a queue is narrowed to."""
    return Filter(arguments.get("ente", "")[:120], arguments.get("tema", "")[:80])
