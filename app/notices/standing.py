# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether what a notice tells is still for its reader: between the notice and its digest a role may be taken."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from app import access
from app.access import Action, Thing
from app.accounts.models import Person
from app.needs import proposal_queries
from app.needs import queries as needs
from app.notices.models import Notice
from app.notices.rules import FOLLOWED
from app.notices.transfers import LEFT_OUT
from app.solutions import queries as solutions
from app.twinnings import queries as twinnings

Asked = tuple[Action, Thing]


def still_reads(session: Session, person: Person, notice: Notice) -> bool:
    """Whether the policy lets a person read what a notice is about, as at the time it was made; of what is gone there
    is nothing more to ask."""
    find = ASKED.get(notice.kind)
    asked = find(session, notice) if find else None
    return asked is None or access.may(person.actor, *asked)


def _of_solution(session: Session, notice: Notice) -> Asked | None:
    found = solutions.by_slug(session, notice.key, acts=False)
    page = f"/soluzioni/{notice.key}"
    action = Action.READ_SOLUTION if notice.data.get("path") == page else Action.READ_DRAFT
    return (action, found.thing) if found else None


def _of_need(session: Session, notice: Notice) -> Asked | None:
    found = needs.need(session, int(notice.key))
    return (Action.READ_NEED, found.thing) if found else None


def _of_proposal(session: Session, notice: Notice) -> Asked | None:
    found = proposal_queries.proposal(session, int(notice.key))
    return (Action.READ_PROPOSAL, found.thing) if found else None


def _of_twinning(session: Session, notice: Notice) -> Asked | None:
    """That it is there is public, and a body that it leaves out has no part in it."""
    found = twinnings.twinning(session, int(notice.key))
    outside = notice.reason == FOLLOWED or notice.action == LEFT_OUT
    return (Action.READ_TWINNING if outside else Action.WORK_ON_TWINNING, found.thing) if found else None


ASKED: Mapping[str, Callable[[Session, Notice], Asked | None]] = {
    "solution": _of_solution,
    "need": _of_need,
    "proposal": _of_proposal,
    "twinning": _of_twinning,
}
