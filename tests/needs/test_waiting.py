# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody waits for the lock of a writer while the library is learnt or a request is matched with all of it."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.access import Role
from app.needs import learnt, library_queries
from app.search.engine import Engine
from tests.makers import make_solution
from tests.needs.network import Network, preview
from tests.needs.test_pages import TYPED, client_of, page, send, site

__all__ = ["site"]
LIBRARY = "solution_revisions"


class Watch:
    """What is asked of the library and of the index while a unit of work is open, and besides."""

    def __init__(self, network: Network, engine: Engine, patch: pytest.MonkeyPatch) -> None:
        self.inside, self.asked_inside, self.asked = 0, list[str](), list[str]()
        work, values = network.database.work, engine.values

        @contextmanager
        def watched(patience: int = 0) -> Iterator[Session]:
            with work() as session:
                self.inside += 1
                try:
                    yield session
                finally:
                    self.inside -= 1

        def noted(text: str, kinds: Any) -> dict[str, float]:
            self.note("index")
            return values(text, kinds)

        patch.setattr(network.database, "work", watched)
        patch.setattr(engine, "values", noted)
        event.listen(network.database.engine, "before_cursor_execute", self.statement)

    def statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if LIBRARY in statement:
            self.note(LIBRARY)

    def note(self, what: str) -> None:
        (self.asked_inside if self.inside else self.asked).append(what)


@pytest.fixture
def watch(site: Flask, network: Network, monkeypatch: pytest.MonkeyPatch) -> Watch:
    with network.database.work() as session:
        make_solution(session, "con-requisiti", title="Sportello con requisiti", preconditions=["Convenzione"])
    site.extensions["indexer"].rebuild()
    return Watch(network, site.extensions["engine"], monkeypatch)


#: Makes what a button needs; answers where it leads, and what is sent.
Button = Callable[[Network, Engine], tuple[str, dict[str, Any]]]


def publish(_network: Network, _engine: Engine) -> tuple[str, dict[str, Any]]:
    return "/richieste/nuova", TYPED


def change(network: Network, _engine: Engine) -> tuple[str, dict[str, Any]]:
    need = network.post()
    return f"{page(need)}/modifica", {**TYPED, "edition": need.edition, "title": "Un titolo"}


def answer(network: Network, _engine: Engine) -> tuple[str, dict[str, Any]]:
    return f"{page(network.post())}/abbinamenti/requisiti", {"precondition-1": "Convenzione", "answer-1": "yes"}


def ask(network: Network, _engine: Engine) -> tuple[str, dict[str, Any]]:
    return f"{page(network.post())}/abbinamenti/chiedi", {"solution": "sportello-bologna"}


def offer(network: Network, _engine: Engine) -> tuple[str, dict[str, Any]]:
    return f"{page(network.post())}/offri", {"solution": "sportello-torino", "message": "Possiamo aiutarvi"}


def begin_round(network: Network, _engine: Engine) -> tuple[str, dict[str, Any]]:
    network.post()
    return "/abbinamenti", {"name": "Turno"}


def raise_floor(network: Network, engine: Engine) -> tuple[str, dict[str, Any]]:
    return f"/abbinamenti/{_without_reasons(network, engine)}/soglia", {"floor": 31}


def renew(network: Network, engine: Engine) -> tuple[str, dict[str, Any]]:
    return f"/abbinamenti/{_without_reasons(network, engine)}/aggiorna", {}


def _without_reasons(network: Network, engine: Engine) -> int:
    """A preview that has to look at the library for its reasons."""
    network.post()
    with network.database.work() as session:
        made = preview(session, engine, "Turno", network.deed("coordinator"))
        made.result = {**made.result, "items": {}}
    return made.id


@pytest.mark.parametrize("button", [publish, change, answer, ask, offer, begin_round, raise_floor, renew])
def test_a_button_asks_the_library_and_the_index_before_it_writes(
    site: Flask, network: Network, watch: Watch, button: Button
) -> None:
    roles = ((Role.OFFICIAL, "venezia"), (Role.REFERENT, "torino"), (Role.COORDINATOR, ""))
    client = client_of(site, network, *roles)
    address, typed = button(network, site.extensions["engine"])
    learnt._KNOWN.clear()
    watch.asked_inside, watch.asked = [], []
    assert send(client, address, **typed).status_code == 303
    assert watch.asked_inside == []
    assert {LIBRARY, "index"} <= set(watch.asked)


def test_a_change_of_one_solution_reads_one_text(
    site: Flask, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.extensions["indexer"].rebuild()
    engine, read = site.extensions["engine"], list[int]()
    texts = library_queries.plain_texts

    def noted(session: Session, revisions: Collection[int], letters: int) -> Any:
        read.append(len(revisions))
        return texts(session, revisions, letters)

    monkeypatch.setattr(library_queries, "plain_texts", noted)
    with network.database.reading() as session:
        before = learnt.known(session, engine)
        assert learnt.known(session, engine) is before
    with network.database.work() as session:
        make_solution(session, "sportello-bologna", title="Canile dei comuni di Bologna")
    site.extensions["indexer"].rebuild()
    with network.database.reading() as session:
        after = learnt.known(session, engine)
    assert read == [3, 1]
    assert "canile" not in str(before.texts.names)
    assert before.texts.affinities("un canile")["sportello-bologna"] == 0
    assert after.texts.affinities("un canile")["sportello-bologna"] > 0
    assert after.counted.keys() == {item.revision for item in _in_force(network)}


def _in_force(network: Network) -> list[library_queries.InForce]:
    with network.database.reading() as session:
        return library_queries.in_force(session)
