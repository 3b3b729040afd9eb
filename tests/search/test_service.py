# SPDX-License-Identifier: AGPL-3.0-or-later
"""Searches that found nothing are counted per day, without anything personal."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.db import Database
from app.document.dates import today
from app.search import service
from app.search.chores import KEPT, forget_searches
from app.search.queries import most_unmet, total_unmet
from app.search.service import count_unmet

DAY = date(2026, 11, 22)


def unmet(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return dict(most_unmet(session, date(2000, 1, 1), 10))


def test_the_same_words_are_counted_together_however_they_are_typed(registered: Database) -> None:
    for text in ("Droni postali", "droni  postali ", "DRONI POSTALI"):
        with registered.work() as session:
            count_unmet(session, text, DAY)
    assert unmet(registered) == {"droni postali": 3}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mario.rossi@ente.example droni", "droni"),
        ("droni RSSMRA80A01H501U", "droni"),
        ("RSS MRA 80A01 H501U droni", "droni"),
        ("chiamare 051 1234567", "chiamare"),
        ("+39 333 123 4567 droni", "droni"),
        ("333 123 4567", None),
        ("IBAN IT60X0542811101000000123456", "iban"),
        ("partita iva IT01234567890", "partita iva"),
        ("mario.rossi@ente.example", None),
    ],
)
def test_what_could_tell_a_person_is_left_out(registered: Database, typed: str, kept: str | None) -> None:
    with registered.work() as session:
        count_unmet(session, typed, DAY)
    assert list(unmet(registered)) == ([kept] if kept else [])


@pytest.mark.parametrize(
    "typed", ["d.lgs. 201/2022", "droni l. 241/1990", "reg. (ue) 2016/679", "bando 2021-2027", "comma 44 del 2014"]
)
def test_acts_and_years_are_counted_as_they_were_typed(registered: Database, typed: str) -> None:
    with registered.work() as session:
        count_unmet(session, typed, DAY)
    assert list(unmet(registered)) == [typed]


def test_beyond_a_thousand_texts_a_day_only_their_number_is_kept(
    registered: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_A_DAY", 3)
    for text in ("uno", "due", "tre", "quattro", "cinque", "due"):
        with registered.work() as session:
            count_unmet(session, text, DAY)
    assert unmet(registered) == {"uno": 1, "due": 2, "tre": 1}
    with registered.reading() as session:
        assert total_unmet(session, DAY) == 6


def test_what_was_searched_in_vain_is_forgotten_after_a_year_and_a_month(app: Flask, registered: Database) -> None:
    days = {"vecchia": KEPT + 1, "recente": KEPT}
    for text, ago in days.items():
        with registered.work() as session:
            count_unmet(session, text, today() - timedelta(days=ago))
    assert forget_searches(app) == 1
    assert list(unmet(registered)) == ["recente"]


def test_a_search_that_finds_nothing_is_counted_and_one_that_finds_is_not(
    app: Flask, registered: Database, client: FlaskClient
) -> None:
    app.extensions["indexer"].rebuild()
    client.get("/cerca?q=xyzzyq")
    client.get("/cerca?q=bologna")
    client.get("/cerca.json?q=altro-zzyx")
    assert unmet(registered) == {"xyzzyq": 1}


def test_a_reader_waits_a_moment_only_for_who_writes_and_later_writers_wait_as_before(
    app: Flask, registered: Database, client: FlaskClient
) -> None:
    app.extensions["indexer"].rebuild()
    said: list[str] = []
    event.listen(registered.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    with registered.work() as writing:
        count_unmet(writing, "droni postali", DAY)
        writing.flush()
        assert client.get("/cerca?q=xyzzyq").status_code == 200
    assert unmet(registered)["droni postali"] == 1
    if registered.engine.dialect.name == "sqlite":
        assert [text for text in said if "timeout" in text] == ["PRAGMA busy_timeout=200", "PRAGMA busy_timeout=10000"]
        assert "xyzzyq" not in unmet(registered)
    else:
        assert unmet(registered)["xyzzyq"] == 1
