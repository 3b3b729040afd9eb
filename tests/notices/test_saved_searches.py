# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a saved search tells its owner of: what is new in it, once, however much it finds."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.db import Database
from app.notices import chores, following, queries, service
from app.outbox import letters
from app.outbox.models import Letter
from app.search.engine import Engine
from app.search.indexer import Indexer
from app.solutions.queries import current_revision
from tests.makers import NOW, make_person, make_solution, sign_in

OLD = timedelta(days=30)


class Saved:
    """Somebody who saves searches on a site whose library is older than they are."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app, self.database = app, database
        self.indexer: Indexer = app.extensions["indexer"]
        with database.work() as session:
            for slug in ("bella", "certa", "chiara"):
                current_revision(session, make_solution(session, slug)).live_at = NOW - OLD
            self.person = make_person(session).id
        self.indexer.rebuild()

    def save(self, query: str) -> None:
        engine: Engine = self.app.extensions["engine"]
        with self.database.work() as session:
            found = following.known(session, engine, "search", query)
            assert found is not None
            service.start_following(session, self.person, "search", found.key, found.label, found.seen, NOW)

    def change(self, slug: str, **front: object) -> None:
        with self.database.work() as session:
            make_solution(session, slug, **front)
        self.indexer.drain()

    def told(self) -> list[str]:
        """The solutions told since, after one more look."""
        chores.look_at_searches(self.app)
        with self.database.reading() as session:
            return sorted(notice.key for notice in queries.every_notice(session, self.person))


@pytest.fixture
def saved(app: Flask, registered: Database) -> Saved:
    return Saved(app, registered)


def test_a_new_solution_is_told_once_and_what_was_there_never(saved: Saved) -> None:
    saved.save("tema=suap")
    assert saved.told() == []
    saved.change("zona-nuova")
    saved.change("a-nuova")
    assert saved.told() == ["a-nuova", "zona-nuova"]
    saved.change("zona-nuova", title="Con un altro titolo")
    saved.change("bella", title="Con un altro titolo")
    assert saved.told() == ["a-nuova", "zona-nuova"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", "La ricerca salvata «moduli · Sportello unico» trova una soluzione nuova: «Una soluzione nuova»."),
        ("en", "The saved search “moduli · One-stop shop” finds a new solution: “Una soluzione nuova”."),
    ],
)
def test_who_saved_several_is_told_which_of_them_found_it(saved: Saved, language: str, said: str) -> None:
    with saved.database.work() as session:
        made = make_person(session, language=language)
        saved.person = made.id
        service.choose(session, saved.person, "search", "now")
    saved.save("q=moduli&tema=suap")
    saved.change("nuova", title="Una soluzione nuova", summary="Moduli uguali per tutti.")
    assert saved.told() == ["nuova"]
    with saved.database.reading() as session:
        (letter,) = session.query(Letter).all()
        session.expunge(letter)
    with saved.app.app_context():
        assert letters.message(letter, saved.app.config["SETTINGS"])["Subject"] == said
    prefix = "" if language == "it" else "/en"
    assert said in unescape(sign_in(saved.app.test_client(), made).get(f"{prefix}/avvisi").text)


def test_an_old_solution_that_comes_to_answer_by_a_new_version_is_told(saved: Saved) -> None:
    saved.save("evidenza=3")
    saved.change("certa", evidence_level=3)
    assert saved.told() == ["certa"]


def test_an_old_solution_that_a_search_finds_without_a_new_version_is_no_news(saved: Saved) -> None:
    saved.save("tema=suap")
    with saved.database.work() as session:
        (follow,) = queries.saved_searches(session, 0, 1)
        follow.seen = ["bella"]
    saved.change("nuova")
    assert saved.told() == ["nuova"]


def test_others_write_while_saved_searches_are_looked_at(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Engine = saved.app.extensions["engine"]
    search, written = engine.titles, []

    def slowly(*asked: Any) -> dict[str, str]:
        with saved.database.work() as session:
            written.append(make_person(session).id)
        return search(*asked)

    saved.save("tema=suap")
    saved.change("nuova")
    monkeypatch.setattr(engine, "titles", slowly)
    assert saved.told() == ["nuova"]
    assert len(written) == 1


def test_a_search_that_is_followed_no_more_tells_nothing_and_the_next_state_of_the_index_is_looked_at(
    saved: Saved,
) -> None:
    saved.save("tema=suap")
    saved.change("nuova")
    with saved.database.work() as session:
        (follow,) = queries.follows(session, saved.person)
        service.stop_following(session, saved.person, "search", follow.key)
    assert saved.told() == []
    saved.save("tema=suap")
    saved.change("altra")
    assert saved.told() == ["altra"]
