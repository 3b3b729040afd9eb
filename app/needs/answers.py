# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a request says of the preconditions of the solutions proposed to it: held, planned or missing."""

from collections.abc import Container, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.needs import queries, rules
from app.needs.models import Need
from app.needs.service import Deed, tell

#: Said of a precondition, it counts as unanswered, and nothing else is deduced for it.
UNKNOWN = "unknown"
ANSWERS = ("yes", "planned", "no")
MOST_ANSWERS, MOST_PRECONDITION = 200, 400


def preconditions(front: Mapping[str, Any]) -> tuple[str, ...]:
    """What a solution asks of whoever takes it, as answers name it."""
    found = front.get("preconditions")
    return tuple(str(item)[:MOST_PRECONDITION] for item in found) if isinstance(found, list) else ()


def said(answers: Mapping[str, str], answer: str) -> frozenset[str]:
    """The preconditions to which a request gives one answer."""
    return frozenset(text for text, given in answers.items() if given == answer)


def with_answers(need: Need, answers: Mapping[str, str]) -> dict[str, str]:
    """What a request says of preconditions, and what is said now; an empty answer takes one back.

    So does not knowing; where nothing was said it is kept: what is deduced from an answer to a similar one is not so.
    """
    kept = dict(need.answers or {})
    for text, given in answers.items():
        before = kept.pop(text, "")
        if given and not (given == UNKNOWN and before in ANSWERS):
            kept[text] = given
    return kept


def answer_preconditions(
    session: Session, number: int, answers: Mapping[str, str], asked: Container[str], deed: Deed
) -> Need:
    """Say of preconditions whether they are met; ``asked`` are those that solutions have.

    Raises ``Invalid``, ``Conflict``.
    """
    need = queries.locked(session, number)
    if need is None:
        raise NotFound(number)
    if not rules.may_edit(need.state):
        raise Conflict("not_open")
    kept = with_answers(need, answers)
    if wrong := _wrong(answers, asked, kept):
        raise Invalid({"answers": wrong})
    if kept != need.answers:
        need.answers, need.updated_at = kept, deed.now
        tell(session, need, deed, "preconditions-answered", {"answers": len(kept)})
    return need


def _wrong(answers: Mapping[str, str], asked: Container[str], kept: Mapping[str, str]) -> str:
    if len(kept) > MOST_ANSWERS:
        return "too_many"
    given = [(text, answer) for text, answer in answers.items() if answer]
    return "" if all(text in asked and answer in (*ANSWERS, UNKNOWN) for text, answer in given) else "not_a_choice"
