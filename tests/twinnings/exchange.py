# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cities and a transfer between them, as the tests of twinnings talk about them."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.cities.queries import by_slugs
from app.db import Database
from app.journal import queries as journal
from app.needs.models import Need, NeedReceiver, Proposal
from app.needs.service import Deed
from app.solutions import queries as library
from app.solutions.models import Solution
from app.twinnings import queries, service
from app.twinnings.models import Twinning
from tests.makers import NOW, make_person
from tests.makers import make_solution as make

LATER = NOW + timedelta(days=40)
SLUG = "sportello-unico-bologna"


class Exchange:
    """Bologna gives its one-stop shop to Torino, and to Venezia that joined."""

    def __init__(
        self,
        database: Database,
        *,
        demonstration: bool = False,
        joined: bool = False,
        alone: bool = False,
        answers: dict[str, str] | None = None,
        asked_by: int | None = None,
        offered: bool = False,
        laws: list[str] | None = None,
        by_when: date | None = None,
        formats: list[str] | None = None,
    ) -> None:
        self.database = database
        with database.work() as session:
            solution = make(
                session,
                SLUG,
                preconditions=["Convenzione con i comuni", "Piattaforma telematica"],
                legal_basis=laws or [],
                kit=[{"title": "Schema di convenzione", "kind": "accordo"}],
            )
            self.giver = make_person(session, (Role.REFERENT, "bologna"), name="Giver").id
            self.receiver = make_person(session, (Role.REFERENT, "torino"), name="Receiver").id
            self.colleague = make_person(session, (Role.OFFICIAL, "torino"), name="Colleague").id
            self.stranger = make_person(session, (Role.OFFICIAL, "bari"), name="Stranger").id
            cities = by_slugs(session, ["bologna", "torino", "venezia"])
            need = Need(
                slug="sportello",
                title="Sportello",
                problem="Moduli diversi.",
                themes=["suap"],
                constraints={},
                answers=answers or {},
                formats=formats or [],
                by_when=by_when,
                state="matched",
                city=cities["torino"],
                author_id=self.receiver,
                created_at=NOW,
                updated_at=NOW,
                published_at=NOW,
                demonstration=demonstration,
            )
            joiner = NeedReceiver(city=cities["venezia"], joined_at=NOW, joined_by=self.colleague if joined else None)
            need.receivers = [] if alone else [joiner]
            proposal = Proposal(
                need=need,
                solution=solution,
                giver=cities["bologna"],
                origin="offer" if offered else "picked",
                grounds={},
                asked_by=asked_by or (self.giver if offered else self.receiver),
                asked_at=NOW,
                state="accepted",
            )
            session.add(proposal)
            session.flush()
            self.proposal = proposal.id
            self.number = service.begin(session, proposal, self.receiver if offered else self.giver, NOW)

    def twinning(self) -> Twinning:
        with self.database.reading() as session:
            found = queries.twinning(session, self.number)
            assert found is not None
            return found

    def solution(self) -> Solution:
        with self.database.reading() as session:
            found = library.by_slug(session, SLUG)
            assert found is not None
            return found

    def deed(self, person: int | None = None) -> Deed:
        return Deed(person or self.receiver, LATER)

    @property
    def asking(self) -> Actor:
        """The receiver's referent, as the policy looks at them."""
        return Actor(self.receiver, frozenset({(Role.REFERENT, "torino")}))

    def rows(self) -> list[str]:
        """What the journal says of the twinning, the oldest first."""
        with self.database.reading() as session:
            return [row.action for row in journal.of_thing(session, "twinning", str(self.number))][::-1]


def joined_elsewhere(session: Session, exchange: Exchange, venetian: int) -> Proposal:
    """Venezia asks for what Torino receives already; Torino had joined its request, and Bologna has said yes."""
    cities = by_slugs(session, ["bologna", "torino", "venezia"])
    said_of: dict[str, Any] = {"slug": "altro", "title": "Altro", "problem": "Altro.", "themes": [], "formats": []}
    when = {"created_at": NOW, "updated_at": NOW, "published_at": NOW}
    need = Need(city=cities["venezia"], author_id=venetian, state="matched", constraints={}, **said_of, **when)
    need.receivers = [NeedReceiver(city=cities["torino"], joined_at=NOW, joined_by=exchange.colleague)]
    asked: dict[str, Any] = {"origin": "round", "grounds": {}, "asked_at": NOW, "state": "accepted"}
    solution = library.by_slug(session, SLUG)
    assert solution is not None
    proposal = Proposal(need=need, solution=solution, giver=cities["bologna"], **asked)
    session.add(proposal)
    session.flush()
    return proposal
