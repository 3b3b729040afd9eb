# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a saved search tells its owner of: what is new in it, once, however much it finds."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.db import Database
from app.notices import chores, following, mailing, own_data, queries, service
from app.outbox import letters
from app.outbox.models import Letter
from app.search.engine import Engine
from app.search.indexer import Indexer
from app.solutions.queries import current_revision
from tests.makers import NOW, csrf, make_person, make_solution, sign_in

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

    def browser(self, mail: str = "") -> FlaskClient:
        """The owner at their desk, who wants to be mailed this way."""
        with self.database.work() as session:
            person = make_person(session)
            if mail:
                service.choose(session, person.id, "search", mail)
        self.person = person.id
        return sign_in(self.app.test_client(), person)

    def number(self, kind: str = "search") -> int:
        with self.database.reading() as session:
            return next(item.id for item in queries.follows(session, self.person) if item.kind == kind)

    def held(self) -> list[dict[str, Any]]:
        """What the file of the owner's data says of what they follow."""
        with self.database.reading() as session:
            return own_data.follows(session, self.person)

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


def test_a_saved_search_is_called_by_the_name_its_owner_gave_it_wherever_it_is_told(saved: Saved) -> None:
    client = saved.browser("now")
    saved.save("q=moduli&tema=suap")
    assert rename(client, saved.number(), "  Moduli   per\nle imprese ").status_code == 303
    for page in ("/seguiti", "/scrivania", "/en/seguiti"):
        assert ">Moduli per le imprese</a>" in client.get(page).text
    assert "moduli · Sportello unico" in client.get("/seguiti").text
    saved.change("nuova", title="Una soluzione nuova", summary="Moduli uguali per tutti.")
    said = "La ricerca salvata «Moduli per le imprese» trova una soluzione nuova: «Una soluzione nuova»."
    assert saved.told() == ["nuova"]
    with saved.database.reading() as session:
        (letter,) = session.query(Letter).all()
        session.expunge(letter)
    with saved.app.app_context():
        assert letters.message(letter, saved.app.config["SETTINGS"])["Subject"] == said
    assert said in unescape(client.get("/avvisi").text)
    assert [item["name"] for item in saved.held()] == ["Moduli per le imprese"]


def test_a_digest_calls_a_search_by_its_name(saved: Saved) -> None:
    client = saved.browser("daily")
    saved.save("tema=suap")
    rename(client, saved.number(), "Sportelli")
    saved.change("nuova")
    saved.told()
    later = datetime.now(UTC).replace(hour=12) + timedelta(days=2)
    with saved.database.work() as session:
        assert mailing.send_digest(session, saved.person, "daily", later, lambda _person, _reason: "/x")
    with saved.database.reading() as session, saved.app.app_context():
        (letter,) = session.query(Letter).all()
        body = letters.message(letter, saved.app.config["SETTINGS"]).get_body(("plain",))
        assert body is not None
        assert "La ricerca salvata «Sportelli» trova" in body.get_content()


def test_a_search_without_a_name_is_called_again_by_what_it_asks_for(saved: Saved) -> None:
    client = saved.browser()
    saved.save("tema=suap")
    rename(client, saved.number(), "Sportelli")
    rename(client, saved.number(), " \t ")
    page = client.get("/seguiti").text
    assert "Sportelli" not in page
    assert ">Sportello unico</a>" in page


def test_a_name_that_is_too_long_is_shown_again_with_what_is_wrong(saved: Saved) -> None:
    client = saved.browser()
    saved.save("tema=suap")
    assert rename(client, saved.number(), "è" * 80).status_code == 303
    answer = rename(client, saved.number(), "<b>" + "a" * 78)
    assert answer.status_code == 422
    assert f'value="&lt;b&gt;{"a" * 78}"' in answer.text
    assert "Il testo è troppo lungo." in answer.text
    assert ">" + "è" * 80 + "</a>" in client.get("/seguiti").text


def test_only_its_owner_renames_a_saved_search_and_only_a_search_is_renamed(saved: Saved) -> None:
    client = saved.browser()
    saved.save("tema=suap")
    number = saved.number()
    with saved.database.work() as session:
        service.start_following(session, saved.person, "theme", "suap", "Sportello unico", [], NOW)
        other = make_person(session)
    theme = saved.number("theme")
    assert rename(sign_in(saved.app.test_client(), other), number, "Mia").status_code == 404
    assert rename(client, theme, "Mio").status_code == 404
    assert client.post(f"/seguiti/{number}/nome", data={"name": "Senza"}).status_code == 400
    assert "Mi" not in {item["name"][:2] for item in saved.held()}


def rename(client: FlaskClient, number: int, name: str) -> TestResponse:
    data = {"csrf_token": csrf(client, "/scrivania"), "name": name}
    return client.post(f"/seguiti/{number}/nome", data=data)


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
