# SPDX-License-Identifier: AGPL-3.0-or-later
"""The home page proposes searches that find something."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from tests.makers import make_solution

LINK = re.compile(r'<li><a href="(?:/en)?/cerca\?q=[^"]+">([^<]+)</a></li>')


def proposed(client: FlaskClient, path: str = "/") -> list[str]:
    return [unescape(text) for text in LINK.findall(client.get(path).text)]


def test_the_home_page_proposes_the_shortest_whole_question_of_each_of_the_newest_solutions(
    client: FlaskClient, registered: Database
) -> None:
    with registered.work() as session:
        asked = [
            "Come si apre un bar senza girare per tutti gli uffici del paese?",
            "Come si apre un bar?",
            "aprire un bar",
        ]
        make_solution(session, "uno", questions=asked)
        make_solution(session, "due", questions=[f"Una domanda più {'lunga ' * 12}di quanto stia nella prima pagina?"])
        make_solution(session, "tre", questions=["parole sparse"])
        make_solution(session, "quattro")
    assert proposed(client) == ["Come si apre un bar?"]


def test_the_home_page_proposes_no_question_that_finds_something_else_first(
    client: FlaskClient, registered: Database
) -> None:
    title = "Come si apre un bar?"
    with registered.work() as session:
        make_solution(session, "uno", questions=[title, "Chi segue le nozze d'argento dei cittadini?"])
        make_solution(session, "due", title=title)
    client.application.extensions["indexer"].rebuild()
    assert proposed(client) == ["Chi segue le nozze d'argento dei cittadini?"]


def test_a_library_without_questions_proposes_what_most_people_look_for(client: FlaskClient) -> None:
    assert "sportello unico per le imprese" in proposed(client)


def test_the_english_home_page_proposes_no_italian_question_of_a_sheet(
    client: FlaskClient, registered: Database
) -> None:
    with registered.work() as session:
        make_solution(session, "uno", questions=["Come si apre un bar?"])
    assert len(proposed(client, "/en/")) == 3
    assert "Come si apre un bar?" not in proposed(client, "/en/")


def test_what_the_shipped_library_proposes_finds_its_solution_first(library: FlaskClient, library_app: Flask) -> None:
    engine = library_app.extensions["engine"]
    texts = proposed(library)
    assert len(texts) == 3
    for text in texts:
        assert text in engine.search(text).hits[0].document.questions
