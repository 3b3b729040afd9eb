# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the library offers is read once, and again as soon as it offers something else."""

from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.matching.model import Offer
from app.needs import candidates, library_queries
from app.review import upkeep
from app.search.engine import Engine
from app.solutions import queries as library
from app.solutions.models import Solution, Theme
from tests.makers import close_body, make_solution
from tests.needs.network import LATER, Network

Offers = Mapping[str, Offer]


@pytest.fixture
def engine(app: Flask) -> Engine:
    found: Engine = app.extensions["engine"]
    return found


def offers(network: Network, engine: Engine) -> Offers:
    with network.database.reading() as session:
        return _offers(session, engine)


def _offers(session: Session, engine: Engine) -> Offers:
    return {offer.solution: offer for offer in candidates.desk(session, engine, LATER).market.offers}


def archive(network: Network, session: Session) -> None:
    upkeep.archive(session, _held(session), network.people["referent.bologna"], LATER, "Non serve più a nessuno.")


def restore(network: Network, session: Session) -> None:
    archive(network, session)
    upkeep.restore(session, _held(session), network.people["referent.bologna"], LATER)


def write(_network: Network, session: Session) -> None:
    piece = {"kind": "modulistica", "address": "https://ente.example/modulo"}
    make_solution(
        session,
        "sportello-bologna",
        title="Un canile",
        themes=["appalti", "suap"],
        evidence_level=2,
        preconditions=["Un accordo"],
        kit=[{"title": "Domanda", **piece}, {"title": "Risposta", **piece}],
        reused_by=[{"city": "venezia"}, {"city": "venezia", "note": "Di nuovo."}],
    )


def give_to_another(_network: Network, session: Session) -> None:
    make_solution(session, "sportello-bologna", city="venezia")


def rename_theme(_network: Network, session: Session) -> None:
    session.query(Theme).filter_by(slug="suap").one().slug = "sportello"


def close(_network: Network, session: Session) -> None:
    close_body(session, "bologna")


def _held(session: Session) -> Solution:
    found = library.by_slug(session, "sportello-bologna")
    assert found is not None
    return found


def written(offer: Offer) -> bool:
    said = (offer.title, offer.themes, offer.evidence, offer.preconditions)
    return said == ("Un canile", ("appalti", "suap"), 2, ("Un accordo",)) and (
        (offer.kit, offer.documented, offer.reused) == (0.5, True, 1)
    )


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        (archive, lambda now: "sportello-bologna" not in now and len(now) == 2),
        (restore, lambda now: len(now) == 3),
        (write, lambda now: written(now["sportello-bologna"])),
        (give_to_another, lambda now: now["sportello-bologna"].city.slug == "venezia"),
        (rename_theme, lambda now: now["sportello-bologna"].themes == ("sportello",)),
        (close, lambda now: not now["sportello-bologna"].available and now["sportello-torino"].available),
    ],
)
def test_the_next_look_sees_what_became_of_a_solution(
    engine: Engine,
    network: Network,
    change: Callable[[Network, Session], None],
    holds: Callable[[Offers], bool],
) -> None:
    before = offers(network, engine)
    assert len(before) == 3
    with network.database.work() as session:
        change(network, session)
    assert holds(offers(network, engine))


def test_what_changes_its_owner_between_two_looks_is_left_out(
    engine: Engine, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers(network, engine)
    owners = library_queries.owners
    monkeypatch.setattr(
        library_queries, "owners", lambda session: [city for city in owners(session) if city.slug != "bologna"]
    )
    assert set(offers(network, engine)) == {"sportello-torino", "appalti-torino"}


def test_what_was_not_kept_in_the_end_is_not_offered(engine: Engine, network: Network) -> None:
    before = offers(network, engine)
    with pytest.raises(RuntimeError), network.database.work() as session:
        write(network, session)
        session.flush()
        assert written(
            {o.solution: o for o in candidates.desk(session, engine, LATER).market.offers}["sportello-bologna"]
        )
        raise RuntimeError
    assert offers(network, engine) == before


def test_a_look_at_a_library_that_stayed_as_it_was_loads_no_solution(engine: Engine, network: Network) -> None:
    loaded: list[str] = []
    event.listen(Solution, "load", note := lambda solution, _context: loaded.append(solution.slug))
    try:
        before = offers(network, engine)
        assert offers(network, engine) == before
    finally:
        event.remove(Solution, "load", note)
    assert loaded == []
