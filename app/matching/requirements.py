# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an offer asks of whoever takes it, and what of it the requester has or plans."""

from dataclasses import dataclass
from functools import lru_cache

from app.matching.model import Need, Offer
from app.matching.text import terms

#: Shares of a precondition that is planned, and of one nobody has answered for. An offer that states none counts as
#: unanswered too: otherwise saying less about a practice would score more. Only a plain "no" counts nothing.
HELD, PLANNED, UNANSWERED, LACKING = 1.0, 0.75, 0.5, 0.0
#: Words of a precondition that must be among those of an answer, to be the same thing.
SAME = 0.6

#: Answers by worth, the best first.
Said = tuple[tuple[float, frozenset[str]], ...]


@dataclass(frozen=True)
class Requirements:
    """The share in [0, 1], and each precondition by what the requester says of it; ``deduced`` are those among them of
    which it only said so of one in almost the same words."""

    value: float
    held: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    deduced: tuple[str, ...] = ()


def answers_of(need: Need) -> Said:
    """What the request says, by worth, the best answer first: where two say the same thing, the first one holds."""
    return (HELD, need.held), (PLANNED, need.planned), (LACKING, need.lacking)


def exact_answers_of(need: Need) -> Said:
    """The same for the very words of a precondition: of these it may say too that it does not know."""
    return *answers_of(need), (UNANSWERED, need.unsure)


def requirements(need: Need, offer: Offer) -> Requirements:
    """The mean over the preconditions; half for each that the request does not answer, and where none is stated."""
    if not offer.preconditions:
        return Requirements(UNANSWERED)
    said, exactly = answers_of(need), exact_answers_of(need)
    known = frozenset().union(*(answers for _value, answers in exactly))
    worth = [(item, _worth(item, exactly, said)) for item in offer.preconditions]
    held, planned, missing, unanswered = (
        tuple(item for item, value in worth if value == wanted) for wanted in (HELD, PLANNED, LACKING, UNANSWERED)
    )
    deduced = tuple(item for item, value in worth if value != UNANSWERED and item not in known)
    return Requirements(sum(value for _, value in worth) / len(worth), held, planned, missing, unanswered, deduced)


def _worth(precondition: str, exactly: Said, said: Said) -> float:
    """The answer to this very precondition, else to one in almost the same words."""
    exact = (value for value, answers in exactly if precondition in answers)
    close = (value for value, answers in said if _said(precondition, answers))
    return next(exact, next(close, UNANSWERED))


def _said(precondition: str, answers: frozenset[str]) -> bool:
    wanted = words(precondition)
    return bool(wanted) and any(len(wanted & words(said)) / len(wanted) >= SAME for said in answers)


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The words that tell a precondition; a request meets the same few hundreds of times."""
    return frozenset(terms(text))
