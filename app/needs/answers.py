# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a request says of the preconditions of the solutions proposed to it: held, planned or missing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.needs import queries, rules
from app.needs.models import Need
from app.needs.service import Deed, tell
from app.solutions import queries as library

ANSWERS = ("yes", "planned", "no")
MOST_ANSWERS, MOST_PRECONDITION = 200, 400


def preconditions(front: Mapping[str, Any]) -> tuple[str, ...]:
    """What a solution asks of whoever takes it, as answers name it."""
    found = front.get("preconditions")
    return tuple(str(item)[:MOST_PRECONDITION] for item in found) if isinstance(found, list) else ()


def said(need: Need, answer: str) -> frozenset[str]:
    """The preconditions to which a request gives one answer."""
    return frozenset(text for text, given in (need.answers or {}).items() if given == answer)


def answer_preconditions(session: Session, number: int, answers: Mapping[str, str], deed: Deed) -> Need:
    """Say of preconditions whether they are met; an empty answer takes one back. Raises ``Invalid``, ``Conflict``."""
    need = queries.locked(session, number)
    if need is None:
        raise NotFound(number)
    if not rules.may_edit(need.state):
        raise Conflict("not_open")
    kept = {**(need.answers or {}), **answers}
    kept = {text: given for text, given in kept.items() if given}
    if wrong := _wrong(session, answers, kept):
        raise Invalid({"answers": wrong})
    if kept != need.answers:
        need.answers, need.updated_at = kept, deed.now
        tell(session, need, deed, "preconditions-answered", {"answers": len(kept)})
    return need


def _wrong(session: Session, answers: Mapping[str, str], kept: Mapping[str, str]) -> str:
    if len(kept) > MOST_ANSWERS:
        return "too_many"
    asked = {text for item in library.published(session) for text in preconditions(item.front)}
    given = {text: answer for text, answer in answers.items() if answer}
    return "not_a_choice" if set(given) - asked or set(given.values()) - set(ANSWERS) else ""
