# SPDX-License-Identifier: AGPL-3.0-or-later
"""Feeds stand where they are looked for, and beside the button that asks for an account."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access import Role
from app.db import Database
from app.solutions.models import Theme
from tests.makers import make_person, make_solution, sign_in

FEED = 'type="application/atom+xml">'


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/citta/bologna", "/feed/citta/bologna.atom"),
        ("/temi/suap", "/feed/temi/suap.atom"),
        ("/norme/dpr-160-2010", "/feed/soluzioni.atom"),
        ("/soluzioni", "/feed/soluzioni.atom"),
        ("/citta", "/feed/soluzioni.atom"),
        ("/temi", "/feed/soluzioni.atom"),
        ("/norme", "/feed/soluzioni.atom"),
        ("/cerca?q=sportello", "/feed/soluzioni.atom"),
    ],
)
def test_a_page_of_the_library_has_a_link_to_what_is_new(
    registered: Database, client: FlaskClient, path: str, feed: str
) -> None:
    with registered.work() as session:
        make_solution(session)
    client.application.extensions["indexer"].rebuild()
    body = client.get(path).text.partition("<main")[2]
    assert f'href="{feed}" {FEED}' in body
    assert client.get(feed).status_code == 200


def test_without_an_account_the_feed_beside_the_button_says_that_it_needs_none(
    registered: Database, client: FlaskClient
) -> None:
    assert "Novità senza utenza, in un lettore di notizie (Atom)" in client.get("/citta/bologna").text
    with registered.work() as session:
        person = make_person(session, (Role.OFFICIAL, "bologna"))
    page = sign_in(client, person).get("/citta/bologna").text
    assert "Novità in un lettore di notizie (Atom)" in page
    assert "senza utenza" not in page


@pytest.mark.parametrize(("path", "label"), [("", "Sportello unico"), ("/en", "One-stop shop")])
def test_a_feed_names_its_themes_in_the_language_it_is_read_in(
    registered: Database, client: FlaskClient, path: str, label: str
) -> None:
    with registered.work() as session:
        make_solution(session)
    feed = client.get(f"{path}/feed/temi/suap.atom").text
    assert feed.startswith("<?xml")
    assert f'<category term="suap" label="{label}' in feed


def test_a_feed_whose_names_have_changed_is_sent_anew(registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        make_solution(session)
    feed = "/feed/temi/suap.atom"
    held = {"If-None-Match": client.get(feed).headers["ETag"]}
    assert client.get(feed, headers=held).status_code == 304
    with registered.work() as session:
        session.scalars(select(Theme).where(Theme.slug == "suap")).one().name = "Sportelli per le imprese"
    again = client.get(feed, headers=held)
    assert (again.status_code, "Sportelli per le imprese" in again.text) == (200, True)


@pytest.mark.parametrize(
    ("language", "name", "other"), [("", "Sportello unico", "One-stop"), ("/en", "One-stop shop", "Sportello unico")]
)
def test_a_theme_is_named_in_the_language_of_its_feeds_and_of_the_links_to_them(
    registered: Database, client: FlaskClient, language: str, name: str, other: str
) -> None:
    for feed in ("/feed/temi/suap.atom", "/feed/richieste/suap.atom"):
        (title,) = re.findall(r"<title>(.*?)</title>", client.get(f"{language}{feed}").text)
        assert title.endswith(f" · {name}")
    links = re.findall(r'<link rel="alternate" type="application/atom[^>]*>', client.get(f"{language}/temi/suap").text)
    assert len(links) == 2
    assert all(name in link and other not in link for link in links)
