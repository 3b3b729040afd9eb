# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk, notices, following, preferences, unsubscribing, feeds: as people see them, in both languages."""

import re
from html import unescape
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access import Role
from app.db import Database
from app.journal.service import record
from app.notices import chores
from app.review.models import Review
from app.search.indexer import Indexer
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.service import make_live
from tests.makers import NOW, csrf, make_document, make_person, make_solution, section, sign_in
from tests.notices.test_service import mailed

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def referent(registered: Database, app: Flask) -> FlaskClient:
    with registered.work() as session:
        make_solution(session, "pubblica", title="Sportello unico", legal_basis=["Legge 7 aprile 2014, n. 56"])
        make_solution(session, "bozza", title="Bozza riservata", badge=None)
        person = make_person(session, (Role.REFERENT, "bologna"))
    return sign_in(app.test_client(), person)


def post(client: FlaskClient, address: str, **data: str) -> int:
    return client.post(address, data={"csrf_token": csrf(client, "/scrivania"), **data}).status_code


def test_the_desk_shows_drafts_and_says_what_to_do_where_there_is_nothing(referent: FlaskClient) -> None:
    page = referent.get("/scrivania").text
    assert "Bozza riservata" in page
    assert "Niente aspetta una tua decisione." in page
    assert "Scrivania" not in referent.get("/en/scrivania").text


def test_what_others_decide_stands_with_what_the_coordination_waits_for(
    app: Flask, registered: Database, referent: FlaskClient
) -> None:
    with registered.work() as session:
        draft = session.scalars(select(Solution).where(Solution.slug == "bozza")).one()
        asked = {"step": "approval", "state": "open", "asked_by": None, "asked_at": NOW}
        session.add(Review(solution_id=draft.id, revision_number=1, **asked))
        coordinator = make_person(session, (Role.COORDINATOR, ""))
    page = sign_in(app.test_client(), coordinator).get("/scrivania").text
    assert "Bozza riservata" not in section(page, "per-me")
    assert "tocca al referente: Città metropolitana di Bologna" in section(page, "attesa")
    assert "Bozza riservata" in section(referent.get("/scrivania").text, "per-me")


def test_without_a_log_in_the_desk_leads_to_it(client: FlaskClient) -> None:
    assert client.get("/scrivania").headers["Location"] == "/accedi?next=%2Fscrivania"


def test_a_notice_is_read_by_opening_it(app: Flask, registered: Database, referent: FlaskClient) -> None:
    with registered.work() as session:
        record(session, NOW, None, "error-reported", "solution", "pubblica", body="bologna", data={"comment": 1})
    assert chores.distribute(app) > 0
    page = referent.get("/avvisi").text
    assert "Un lettore segnala un errore in «Sportello unico»." in page
    (address,) = re.findall(r'action="(/avvisi/\d+/apri)"', page)
    answer = referent.post(address, data={"csrf_token": csrf(referent, "/scrivania")})
    assert answer.headers["Location"] == "/soluzioni/pubblica/revisione"
    assert "Da leggere" not in referent.get("/avvisi").text
    assert post(referent, "/avvisi/letti") == 303


@pytest.mark.parametrize(
    ("kind", "key", "path"),
    [
        ("solution", "pubblica", "/soluzioni/pubblica"),
        ("city", "bologna", "/citta/bologna"),
        ("theme", "suap", "/temi/suap"),
        ("act", "legge-56-2014", "/norme/legge-56-2014"),
    ],
)
def test_following_works_from_the_page_of_the_thing_and_back(
    referent: FlaskClient, kind: str, key: str, path: str
) -> None:
    (pressed,) = re.findall(r'<form[^>]*action="/segui".*?</form>', referent.get(path).text, re.DOTALL)
    assert (f'name="kind" value="{kind}"' in pressed, f'name="key" value="{key}"' in pressed) == (True, True)
    assert post(referent, "/segui", kind=kind, key=key, next=path) == 303
    assert f'<a href="{path}"' in section(referent.get("/scrivania").text, "seguiti")
    assert "Smetti di seguire" in referent.get("/seguiti").text
    assert post(referent, "/smetti-di-seguire", kind=kind, key=key) == 303
    assert f'href="{path}"' not in section(referent.get("/scrivania").text, "seguiti")
    assert "Smetti di seguire" not in referent.get("/seguiti").text


@pytest.mark.parametrize("language", ["", "/en"])
def test_who_pressed_follow_before_signing_in_is_asked_to_press_again(
    client: FlaskClient, referent: FlaskClient, language: str
) -> None:
    (link,) = re.findall(r'href="([^"]*accedi[^"]*segui[^"]*)"', client.get(f"{language}/temi/suap").text)
    after = unquote(unescape(link).partition("next=")[2])
    answer = referent.get(after, follow_redirects=True)
    assert answer.request.path == f"{language}/temi/suap"
    assert ("press “Follow” again" if language else "premi di nuovo «Segui»") in answer.text
    assert "Smetti di seguire" not in referent.get("/seguiti").text
    post(referent, "/segui", kind="theme", key="suap")
    assert "premi di nuovo" not in referent.get(after.removeprefix("/en"), follow_redirects=True).text


def test_a_followed_theme_is_called_in_the_language_of_the_reader(referent: FlaskClient) -> None:
    post(referent, "/segui", kind="theme", key="suap")
    for path in ("/scrivania", "/seguiti"):
        assert theme_names(referent, path) == "Sportello unico"
        assert theme_names(referent, f"/en{path}") == "One-stop shop"


def theme_names(client: FlaskClient, path: str) -> str:
    (found,) = re.findall(r'<a href="[^"]*/temi/suap">([^<]*)</a>', client.get(path).text)
    return unescape(found)


def test_a_search_is_saved_under_its_own_words(app: Flask, referent: FlaskClient) -> None:
    indexer: Indexer = app.extensions["indexer"]
    indexer.ensure()
    assert post(referent, "/segui", kind="search", key="q=sportello&pagina=3&strano=1") == 303
    assert 'href="/cerca?q=sportello"' in referent.get("/seguiti").text
    assert chores.look_at_searches(app) == 0


def test_a_search_is_one_whatever_the_order_in_which_it_is_read(app: Flask, referent: FlaskClient) -> None:
    app.extensions["indexer"].ensure()
    asked = ["q=sportello&ordine=recenti", "q=sportello&tipo=soluzioni", "tema=suap&tema=semplificazione"]
    for key in (*asked, "q=sportello", "tema=semplificazione&tema=suap"):
        assert post(referent, "/segui", kind="search", key=key) == 303
    assert referent.get("/seguiti").text.count('action="/smetti-di-seguire"') == 2
    for address in asked:
        assert "Smetti di seguire" in referent.get(f"/cerca?{address}").text


def test_a_search_with_a_slash_in_its_words_knows_that_it_is_followed(app: Flask, referent: FlaskClient) -> None:
    app.extensions["indexer"].ensure()
    page = referent.get("/cerca?q=sportello+l.+241/1990").text
    (key,) = re.findall(r'name="kind" value="search"><input type="hidden" name="key" value="([^"]*)"', page)
    assert post(referent, "/segui", kind="search", key=unescape(key)) == 303
    assert "Smetti di seguire" in referent.get("/cerca?q=sportello+l.+241/1990").text


def test_a_search_that_finds_nothing_yet_can_be_followed(app: Flask, referent: FlaskClient) -> None:
    app.extensions["indexer"].ensure()
    page = referent.get("/cerca?q=teleferica").text
    assert "Nessuna soluzione risponde a questa ricerca." in page
    assert 'name="key" value="q=teleferica"' in page
    # One that is too long to be kept has no button that leads nowhere.
    assert 'value="search"' not in referent.get("/cerca?q=" + "%C3%A8+" * 90).text


def test_a_saved_search_is_called_by_the_names_of_its_filters_in_the_language_of_the_page(
    app: Flask, referent: FlaskClient
) -> None:
    app.extensions["indexer"].ensure()
    key = "q=moduli&tema=suap&citta=bologna&stato=a-regime&evidenza=1"
    assert post(referent, "/segui", kind="search", key=key) == 303
    city = "Città metropolitana di Bologna"
    for path in ("/seguiti", "/scrivania"):
        assert f"moduli · Sportello unico · {city} · a regime · evidenza 1 su 5" in referent.get(path).text
        assert f"moduli · One-stop shop · {city} · in operation · evidence 1 of 5" in referent.get(f"/en{path}").text


@pytest.mark.parametrize(
    ("kind", "key"), [("solution", "nessuna"), ("city", "x"), ("act", "x"), ("search", ""), ("x", "y")]
)
def test_what_does_not_exist_cannot_be_followed(referent: FlaskClient, kind: str, key: str) -> None:
    assert post(referent, "/segui", kind=kind, key=key) == 404


def test_a_draft_of_another_city_cannot_be_followed(app: Flask, registered: Database, referent: FlaskClient) -> None:
    with registered.work() as session:
        person = make_person(session, (Role.OFFICIAL, "torino"))
    assert post(sign_in(app.test_client(), person), "/segui", kind="solution", key="bozza") == 404


def test_preferences_are_kept(referent: FlaskClient) -> None:
    chosen = {"waiting": "daily", "mine": "never", "followed": "now", "search": "weekly"}
    assert post(referent, "/profilo/avvisi", **chosen) == 303
    page = referent.get("/profilo/avvisi").text
    assert page.count("selected") == 4
    assert post(referent, "/profilo/avvisi", waiting="hourly") == 422


def test_a_kind_of_notice_is_kept_off_the_site(app: Flask, registered: Database, referent: FlaskClient) -> None:
    chosen = {"waiting": "never", "mine": "now", "followed": "now", "search": "weekly"}
    everything = {f"sito-{reason}": "1" for reason in chosen}
    with registered.work() as session:
        record(session, NOW, None, "error-reported", "solution", "pubblica", body="bologna")
    chores.distribute(app)
    assert "segnala un errore" in referent.get("/avvisi").text
    assert post(referent, "/profilo/avvisi", **chosen, **everything | {"sito-waiting": ""}) == 303
    assert "segnala un errore" in referent.get("/avvisi").text
    del everything["sito-waiting"]
    assert post(referent, "/profilo/avvisi", **chosen, **everything) == 303
    page = referent.get("/avvisi").text
    assert "segnala un errore" not in page
    assert referent.get("/profilo/avvisi").text.count("checked") == 3
    with registered.work() as session:
        record(session, NOW, None, "error-reported", "solution", "pubblica", body="bologna")
    chores.distribute(app)
    assert post(referent, "/profilo/avvisi", **chosen, **everything | {"sito-waiting": "1"}) == 303
    assert referent.get("/avvisi").text.count("segnala un errore") == 1, "what nobody wanted to be told is not kept"


def test_one_click_ends_letters_without_a_log_in(app: Flask, registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        person = make_person(session)
    path = chores.unsubscribing(app).path(person.id, "followed")
    assert "Ciò che seguo" in client.get(path).text
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with registered.reading() as session:
        assert mailed(session, person.id) == {"followed": "never"}
    assert client.post("/disiscrizione/falso").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/feed/soluzioni.atom",
        "/feed/temi/suap.atom",
        "/feed/temi/semplificazione.atom",
        "/feed/citta/bologna.atom",
    ],
)
def test_feeds_are_valid_and_public_only(referent: FlaskClient, path: str) -> None:
    answer = referent.get(path)
    feed = ElementTree.fromstring(answer.data)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["Sportello unico"]
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}")
    assert referent.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_feed_names_a_body_as_author_only_of_what_it_approved(client: FlaskClient, registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "confermata-bologna", title="Confermata")
        make_solution(session, "raccolta-bologna", title="Raccolta")
    with registered.work() as session:
        solution = library.by_slug(session, "confermata-bologna")
        assert solution is not None
        make_live(session, solution, make_document(title="Confermata", verified_on="2026-11-20"), NOW, None)
    feed = ElementTree.fromstring(client.get("/feed/soluzioni.atom").data)
    authors = {entry.findtext(f"{ATOM}title"): entry.find(f"{ATOM}author") for entry in feed.iter(f"{ATOM}entry")}
    assert (authors["Confermata"] is not None, authors["Raccolta"]) == (True, None)


@pytest.mark.parametrize("path", ["/feed/soluzioni.atom", "/feed/richieste.atom"])
def test_a_feed_declares_the_address_it_was_asked_at(referent: FlaskClient, path: str) -> None:
    for prefix in ("", "/en"):
        feed = ElementTree.fromstring(referent.get(f"{prefix}{path}").data)
        (own,) = [link.get("href") for link in feed.iter(f"{ATOM}link") if link.get("rel") == "self"]
        assert own == feed.findtext(f"{ATOM}id") == f"http://localhost{prefix}{path}"


@pytest.mark.parametrize("path", ["/feed/temi/nessuno.atom", "/feed/citta/nessuna.atom"])
def test_a_feed_of_nothing_is_missing(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_link_of_a_digest_ends_all_that_comes_with_it(
    app: Flask, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        person = make_person(session)
    client.post(chores.unsubscribing(app).path(person.id, "followed+search"))
    with registered.reading() as session:
        assert mailed(session, person.id) == {"followed": "never", "search": "never"}


@pytest.mark.parametrize(
    ("action", "waits", "over"),
    [
        ("proposal-made", "Rispondi: sì, più avanti, no.", "Una città ha chiesto una tua soluzione: «X»."),
        ("need-overdue", "serve ancora?", "Il giorno indicato per «X» era passato."),
        ("need-lapsed", "si può ancora prorogare", "Il giorno indicato per «X» era passato."),
        ("need-published", "Una tua soluzione potrebbe rispondere", "Nuova richiesta: «X»."),
    ],
)
def test_a_notice_asks_for_something_only_as_long_as_it_waits_for_it(
    app: Flask, registered: Database, action: str, waits: str, over: str
) -> None:
    with app.test_request_context("/"):
        sentence = app.jinja_env.get_template("notices/_news.html").module.sentence  # type: ignore[attr-defined]
        assert waits in str(sentence(action, {"title": "X"}, "waiting"))
        assert str(sentence(action, {"title": "X", "settled": True}, "waiting")).strip() == over


def test_what_two_cities_are_alike_in_is_a_word_of_its_sentence(app: Flask, registered: Database) -> None:
    for prefix, said in (("", "numero di Comuni"), ("/en", "number of municipalities")):
        with app.test_request_context("/", environ_overrides={"twinmetro.language": prefix[1:] or "it"}):
            measure = app.jinja_env.get_template("needs/_factors.html").make_module().measure  # type: ignore[attr-defined]
            assert str(measure("municipalities")).strip() == said
