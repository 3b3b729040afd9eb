# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an offer asks of whoever takes it, and what of it the requester has or plans."""

from dataclasses import dataclass

from app.matching.model import Need, Offer
from app.matching.text import terms

#: Shares of a precondition that is planned, and of one nobody has answered for. An offer that states none counts as
#: unanswered too: otherwise saying less about a practice would score more.
PLANNED, UNANSWERED = 0.75, 0.5
#: Words of a precondition that must be among those of an answer, to be the same thing.
SAME = 0.6


@dataclass(frozen=True)
class Requirements:
    """The share in [0, 1], and each precondition by what the requester says of it."""

    value: float
    held: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def requirements(need: Need, offer: Offer) -> Requirements:
    """The mean over the preconditions; half where none is stated, each half where the request answers nothing."""
    if not offer.preconditions:
        return Requirements(UNANSWERED)
    held = tuple(item for item in offer.preconditions if _said(item, need.held | need.city.held))
    planned = tuple(item for item in offer.preconditions if item not in held and _said(item, need.planned))
    missing = tuple(item for item in offer.preconditions if item not in held and item not in planned)
    answered = bool(need.held or need.planned or need.city.held)
    open_share = 0.0 if answered else UNANSWERED
    value = (len(held) + PLANNED * len(planned) + open_share * len(missing)) / len(offer.preconditions)
    return Requirements(value, held, planned, missing)


def _said(precondition: str, answers: frozenset[str]) -> bool:
    wanted = set(terms(precondition))
    if precondition in answers:
        return True
    return bool(wanted) and any(len(wanted & set(terms(said))) / len(wanted) >= SAME for said in answers)
