# SPDX-License-Identifier: AGPL-3.0-or-later
"""Errors that readers report on pages that are no solution's: whom they reach, and dealing with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from app.access import Role, Thing
from app.accounts import queries as people
from app.accounts.models import Person
from app.cities import queries as cities
from app.errors import NotFound
from app.journal import queries as journal
from app.journal.rules import SAME_SENDING
from app.journal.service import record
from app.review import queries, remarks
from app.review.models import PageReport
from app.solutions import act_queries
from app.solutions import queries as library

Known = TypeVar("Known")


@dataclass(frozen=True)
class ReportedPage:
    """A page of the site: what it speaks of (``title``), and the body or theme whose people look after it (slugs).

    ``language`` is that of the title.
    """

    path: str
    title: str
    body: str = ""
    theme: str = ""
    language: str = "it"

    @property
    def thing(self) -> Thing:
        """What the policy looks at."""
        return Thing(bodies=frozenset({self.body} - {""}), themes=frozenset({self.theme} - {""}))


def page_about(session: Session, path: str, kind: str, slug: str, member: bool = False) -> ReportedPage:
    """The page at a path that speaks of a `city`, `theme` or `act`, for one of the network or for anybody.

    An act is looked after by the experts of the theme that most of the solutions citing it have. Raises ``NotFound``.
    """
    if kind == "city":
        city = cities.by_slug(session, slug)
        return ReportedPage(path, _found(city, slug).name, body=slug)
    if kind == "theme":
        return ReportedPage(path, _found(dict(library.theme_names(session, "it")).get(slug), slug), theme=slug)
    act = _found(act_queries.act_in_sight(session, slug, member), slug)
    return ReportedPage(path, act.label, theme=queries.commonest_theme(session, act))


def _found(known: Known | None, slug: str) -> Known:
    if known is None:
        raise NotFound(slug)
    return known


def those_reached(session: Session, thing: Thing, day: date) -> tuple[Role, Sequence[Person]]:
    """Who a report on a page reaches: referents of its body while it is there, else experts of its theme, else the
    coordination."""
    gone = frozenset(body.slug for body in cities.closed_among(session, thing.bodies, day))
    asked = (
        (Role.REFERENT, thing.bodies - gone),
        (Role.EXPERT, thing.themes),
        (Role.COORDINATOR, {""}),
        (Role.ADMINISTRATOR, {""}),
    )
    for role, scopes in asked:
        found = people.with_role(session, role, scopes) if scopes else ()
        if found:
            return role, found
    return Role.COORDINATOR, ()


def report(
    session: Session, page: ReportedPage, now: datetime, text: str, email: str, address: str, person_id: int | None
) -> PageReport:
    """An error a reader found on a page, once however often it is sent. Raises ``Invalid``, ``Throttled``."""
    said, mailbox = remarks.checked(session, now, text, email, address)
    # A page is no row that could be held: of two at the same moment the second reads here what the first wrote.
    journal.wait_for_turn(session)
    same = queries.reported_since(session, page.path, person_id, said, mailbox, now - SAME_SENDING)
    if same is not None:
        return same
    made = PageReport(
        path=page.path,
        title=page.title[:300],
        body=page.body,
        theme=page.theme,
        text=said,
        author_id=person_id,
        reader_email=mailbox,
        created_at=now,
    )
    session.add(made)
    session.flush()
    _tell(session, made, now, person_id, "page-error-reported")
    return made


def resolve(session: Session, number: int, person_id: int, now: datetime) -> PageReport:
    """It was dealt with; nothing happens where somebody did so already. Raises ``NotFound``."""
    found = _found(queries.page_report(session, number, hold=True), str(number))
    if found.resolved_at is None:
        found.resolved_at, found.resolved_by = now, person_id
        _tell(session, found, now, person_id, "page-error-resolved")
    return found


def _tell(session: Session, told: PageReport, now: datetime, person_id: int | None, action: str) -> None:
    record(session, now, person_id, action, "page", str(told.id), body=told.body)
