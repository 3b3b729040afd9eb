# SPDX-License-Identifier: AGPL-3.0-or-later
"""Three cities that ask and give, with their people, as the tests of requests talk about them."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.access import Role
from app.cities import queries as registers
from app.db import Database
from app.journal import queries as journal
from app.needs import (
    assigning,
    candidates,
    proposal_queries,
    proposals,
    queries,
    round_queries,
    rounds,
    service,
    shortlists,
)
from app.needs.models import MatchingRound, Need, Proposal
from app.needs.rules import Wanted
from app.needs.service import Deed
from app.notices import service as notices
from app.notices.models import Notice
from app.search.engine import Engine
from tests.makers import NOW, close_body, make_person, make_registers, make_solution

DAYS = 10
LATER = NOW + timedelta(days=1)
PROBLEM = "Uno sportello unico per le imprese di tutti i comuni: oggi ognuno ha regole e moduli propri."
DUE = date(2027, 6, 30)


def begin(_session: Session, proposal: Proposal, _person: int, _now: datetime) -> int:
    """Stands for the house above: answers the number of a twinning."""
    return proposal.id + 1000


def wanted(**said: Any) -> Wanted:
    return Wanted(**{"problem": PROBLEM, "by_when": DUE, "themes": ("suap",), **said})


class Network:
    """Bologna and Torino give, Venezia asks; each with an official and a referent; one coordinator."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.work() as session:
            make_registers(session)
            make_solution(session, "sportello-bologna", title="Sportello unico di Bologna")
            make_solution(session, "sportello-torino", title="Sportello unico di Torino", city="torino")
            make_solution(session, "appalti-torino", title="Gare di Torino", city="torino", themes=["appalti"])
            self.people = {
                f"{role.value}.{city}": make_person(session, (role, city)).id
                for city in ("bologna", "torino", "venezia")
                for role in (Role.OFFICIAL, Role.REFERENT)
            }
            self.people["coordinator"] = make_person(session, (Role.COORDINATOR, "")).id
            self.people["reader"] = make_person(session).id

    def deed(self, who: str = "official.venezia", now: datetime = NOW) -> Deed:
        return Deed(self.people[who], now)

    def post(self, city: str = "venezia", who: str = "", now: datetime = NOW, **said: Any) -> Need:
        """A request on the board."""
        with self.database.work() as session:
            found = registers.by_slug(session, city)
            assert found is not None
            return service.publish_new(session, found, wanted(**said), self.deed(who or f"official.{city}", now))

    def ask(self, need: Need, slug: str = "sportello-bologna", now: datetime = NOW) -> Proposal:
        """The request's city asks the owner of a solution; both sportelli are on its shortlist."""
        with self.database.work() as session:
            items = [item("sportello-bologna", "bologna", 1), item("sportello-torino", "torino", 2)]
            service.remember_shown(session, need, items, "prova", now)
            chosen = next(one for one in items if one["solution"] == slug)
            return proposals.ask(session, need.id, chosen, "Ci sentiamo?", DAYS, self.deed(now=now))

    def offer(self, need: Need, slug: str = "sportello-bologna", who: str = "referent.bologna") -> Proposal:
        with self.database.work() as session:
            return proposals.offer(session, need.id, slug, "Possiamo aiutarvi", DAYS, self.deed(who))

    def accept(self, proposal: Proposal, who: str = "referent.bologna", now: datetime = LATER) -> int | None:
        with self.database.work() as session:
            return proposals.accept(session, proposal.id, self.deed(who, now), begin, DAYS)

    def look_at(self, proposal: Proposal, now: datetime) -> bool:
        with self.database.work() as session:
            return proposals.look_at(session, proposal.id, DAYS, now)

    def distribute(self, now: datetime = LATER) -> set[tuple[str, str]]:
        """What is told now to the people of the network, as (action, person)."""
        names = {number: name for name, number in self.people.items()}
        with self.database.work() as session:
            before = session.query(Notice).count()
            while notices.distribute(session, now, lambda person, reason: f"/disiscrizione/{person}-{reason}"):
                pass
            made = session.query(Notice).order_by(Notice.id).offset(before).all()
            return {(notice.action, names[notice.person_id]) for notice in made if notice.person_id in names}

    def need(self, need: Need) -> Need:
        with self.database.reading() as session:
            found = queries.need(session, need.id)
            assert found is not None
            return found

    def proposals(self, need: Need) -> list[Proposal]:
        with self.database.reading() as session:
            return list(proposal_queries.proposals(session, need))

    def state(self, city: str, days: dict[str, int]) -> None:
        with self.database.work() as session:
            found = registers.by_slug(session, city)
            assert found is not None
            service.state_capacity(session, found, days, list(days), self.deed(f"referent.{city}"))

    def close(self, *bodies: str) -> None:
        """Bodies that are no longer there."""
        with self.database.work() as session:
            close_body(session, *bodies)

    def rows(self, kind: str, thing: Need | Proposal) -> list[str]:
        """What the journal says of a thing, the oldest first."""
        with self.database.reading() as session:
            return [row.action for row in reversed(journal.of_thing(session, kind, str(thing.id)))]


def item(solution: str, city: str, rank: int) -> dict[str, Any]:
    name = f"Città metropolitana di {city.capitalize()}"
    return {"solution": solution, "title": solution, "city": city, "city_name": name, "rank": rank, "band": "high"}


def preview(session: Session, engine: Engine, name: str, deed: Deed) -> MatchingRound:
    """All open requests assigned on trial, as the page does it."""
    return rounds.preview(session, name, assigning.at_once(session, engine, deed.now), deed)


def under_floor(session: Session, engine: Engine, number: int, floor: int | None, deed: Deed) -> MatchingRound:
    """A preview under another floor, as the page does it."""
    looked_at = rounds.on_trial(round_queries.round_(session, number))
    found = assigning.under_floor(session, engine, looked_at, floor, deed.now)
    return rounds.set_floor(session, looked_at, found, deed)


def shown(session: Session, engine: Engine, need: Need, now: datetime = NOW) -> shortlists.Shown:
    """The shortlist of a request as it is now."""
    desk = candidates.desk(session, engine, now)
    return shortlists.of(desk, candidates.as_need(desk, need), wish=service.as_wanted(need).wish)


def keep_shown(session: Session, engine: Engine, need: Need, now: datetime = NOW) -> shortlists.Shown:
    found = shown(session, engine, need, now)
    service.remember_shown(session, need, found.items, found.weights, now)
    return found
