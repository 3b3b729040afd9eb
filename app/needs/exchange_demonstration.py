# SPDX-License-Identifier: AGPL-3.0-or-later
"""An exchange made up for trying the site: a city has no days left for another, unless they teach each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.cities.models import City
from app.document.dates import day_of
from app.needs import assigning, exchanges, rounds, rules, service
from app.needs.models import Need
from app.needs.rules import Wanted
from app.needs.service import Deed
from app.search.engine import Engine

#: The city whose days do not reach for both who ask it, and how many it states: enough for one transfer.
SHORT, FEW = "bologna", rules.DAYS_A_TRANSFER
NAME = "Prova: turno degli scambi"
ANSWER_DAYS = 10
POSTED, COMPUTED, PUBLISHED, PROPOSED = 6, 5, 4, 3


@dataclass(frozen=True)
class Asked:
    """One request of the round; only one city is large enough and not kept out."""

    city: str
    person: str
    problem: str
    themes: tuple[str, ...]
    size: str
    excluded: tuple[str, ...]


ASKED = (
    Asked(
        "bari",
        "referente.bari",
        "Una convenzione quadro tra Città metropolitana, Comuni e Unioni. Gli accordi nascono uno alla volta, con "
        "regole diverse: vogliamo un solo quadro a cui i Comuni aderiscono per singole funzioni, con i suoi accordi.",
        ("gestione-associata", "unioni-di-comuni"),
        "L",
        ("palermo", "catania"),
    ),
    Asked(
        "torino",
        "referente.torino",
        "Misurare come vanno le Unioni di Comuni. Ne abbiamo molte, con funzioni e personale diversi: cerchiamo un "
        "metodo per confrontarle e per decidere quali funzioni mettere insieme.",
        ("unioni-di-comuni",),
        "L",
        ("palermo", "catania", "bari"),
    ),
    Asked(
        "bologna",
        "referente.bologna",
        "Un patto per lo sviluppo economico del territorio metropolitano. Comuni, imprese e parti sociali lavorano su "
        "tavoli separati: vogliamo un patto con impegni scritti e qualcuno che li segua.",
        ("sviluppo-economico",),
        "XL",
        ("milano", "napoli", "roma"),
    ),
)


def make(
    session: Session,
    engine: Engine | None,
    cities: Mapping[str, City],
    people: Mapping[str, int],
    days: int,
    now: datetime,
) -> list[Need]:
    """Three requests, their round, and its exchange put to both cities; nobody has answered. None without an engine.

    ``days``: what the city that has few meanwhile states otherwise.
    """

    if engine is None:
        return []

    def by(person: str, ago: int) -> Deed:
        return Deed(people[person], now - timedelta(days=ago))

    def give(days: int) -> None:
        quarters = rules.quarters_from(day_of(now))
        stated = dict.fromkeys(quarters, days)
        service.state_capacity(session, cities[SHORT], stated, quarters, by(f"referente.{SHORT}", POSTED))

    made: list[Need] = []
    for asked in ASKED:
        day = day_of(now + timedelta(days=240))
        limits = {"sizes": [asked.size], "excluded": list(asked.excluded)}
        wanted = Wanted(asked.problem, day, themes=asked.themes, formats=("colloquio",), limits=limits)
        made.append(service.publish_new(session, cities[asked.city], wanted, by(asked.person, POSTED)))
        made[-1].demonstration = True
    give(FEW)
    computed = by("coordinamento", COMPUTED)
    found = rounds.preview(session, NAME, assigning.at_once(session, engine, computed.now), computed)
    rounds.publish(session, found.id, ANSWER_DAYS, by("coordinamento", PUBLISHED))
    if found.result["chains"]:
        exchanges.propose(session, found.id, 0, ANSWER_DAYS, by("coordinamento", PROPOSED))
    give(days)
    return made
