# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a receiver brings back: its variant from the first copy to the library, and what becomes of its source."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models import Person
from app.document.schema import RESULTS_SECTION, VARIANT_SECTION
from app.notices import chores
from app.notices.queries import notices as noticed
from app.notices.service import start_following
from app.review.service import Judgement, approve, submit
from app.review.upkeep import archive
from app.solutions import pdf
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.service import propose, save
from app.twinnings import ending, queries
from app.twinnings.rules import Closing
from app.writing.service import current_document
from tests.makers import NOW, csrf, make_document, make_draft, make_solution, sign_in
from tests.twinnings.exchange import LATER, SLUG, Exchange

PATH, VARIANT = f"/gemellaggi/1-{SLUG}", "/soluzioni/variante"
BOTH = ("Problema affrontato", "Soluzione adottata")


@pytest.fixture
def receiver(app: Flask, exchange: Exchange) -> FlaskClient:
    with exchange.database.reading() as session:
        found = session.get(Person, exchange.receiver)
        assert found is not None
        return sign_in(app.test_client(), found)


def brought(session: Session, exchange: Exchange, **front: Any) -> Solution:
    """The variant of Torino, in the library; any field of it can be given."""
    texts = dict.fromkeys((*BOTH, VARIANT_SECTION), "Due sportelli.")
    said = {"title": "Due sportelli", "city": "torino", "based_on": SLUG, "sections": texts, **front}
    variant, twinning = make_solution(session, "variante", **said), queries.twinning(session, exchange.number)
    assert twinning is not None
    twinning.parties[1].variant = variant
    return variant


def rewrite(session: Session, when: datetime, **front: Any) -> None:
    """Another text of the source, in force from then on."""
    source = library.by_slug(session, SLUG)
    assert source is not None
    save(session, library.locked(session, source.id), make_document(**front), when)


def begun(receiver: FlaskClient) -> str:
    """Press the button that begins the variant of Torino; the address of the draft."""
    answer = receiver.post(f"{PATH}/variante", data={"csrf_token": csrf(receiver, PATH), "body": "torino"})
    found = re.fullmatch(r"(/soluzioni/[a-z0-9-]+)/modifica", answer.headers["Location"])
    assert found
    return found[1]


def test_a_variant_that_is_given_up_is_forgotten_by_its_transfer_and_another_may_be_begun(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    draft = begun(receiver)
    edition = re.search(r'name="edition" value="(\d+)"', receiver.get(f"{draft}/scarta").text)
    assert edition
    sent = {"csrf_token": csrf(receiver, PATH), "edition": edition[1]}
    assert receiver.post(f"{draft}/scarta", data=sent).headers["Location"] == "/scrivania"
    assert "Inizia la variante" in receiver.get(PATH).text
    assert receiver.get(f"{begun(receiver)}/modifica").status_code == 200


def test_a_variant_that_left_the_library_is_not_called_one_that_is_being_written(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    with exchange.database.work() as session:
        archive(session, brought(session, exchange), exchange.receiver, NOW + timedelta(days=3), "La pratica è finita.")
    page = receiver.get(PATH).text
    assert 'Due sportelli</a> <span class="tag">archiviata</span>' in page
    assert "Continua a scrivere" not in page
    assert "Che cosa è cambiato rispetto alla fonte" not in page


@pytest.mark.parametrize("source", [SLUG, "altra", None])
def test_a_variant_is_compared_with_the_solution_it_says_it_comes_from_and_with_no_other(
    exchange: Exchange, client: FlaskClient, source: str | None
) -> None:
    with exchange.database.work() as session:
        make_solution(session, "altra", title="Altra")
        brought(session, exchange, based_on=source)
    for page in (PATH, "/citta/torino"):
        text = client.get(page).text
        assert "/soluzioni/variante" in text
        assert ("/soluzioni/variante/confronto-con-la-fonte" in text) is (source == SLUG), page


def test_what_a_source_says_since_a_variant_began_is_not_told_as_adapted(
    exchange: Exchange, client: FlaskClient
) -> None:
    texts = {"Problema affrontato": "Le imprese trovano regole diverse.", "Soluzione adottata": "Un unico sportello."}
    later, adapted = "La fonte è cambiata dopo che la variante è cominciata", {"Soluzione adottata": "Due sportelli."}
    with exchange.database.work() as session:
        rewrite(session, NOW - timedelta(days=1), sections=texts)
        brought(session, exchange, sections={**texts, **adapted, VARIANT_SECTION: "Due, per la distanza."})
        rewrite(session, NOW + timedelta(days=20), sections=texts, evidence_level=5)
    page = client.get(f"{VARIANT}/confronto-con-la-fonte").text
    assert "<ins>" in page
    assert later not in page, "its text is the same"
    grown = {**texts, "Soluzione adottata": "Un unico sportello, dal 2028 anche per i privati."}
    with exchange.database.work() as session:
        rewrite(session, NOW + timedelta(days=300), sections=grown)
    page = client.get(f"{VARIANT}/confronto-con-la-fonte").text
    assert "2028" not in page
    assert later in page
    since = re.search(r'href="([^"]+/differenze[^"]+)"', page)
    assert since
    assert "2028" in client.get(since[1].replace("&amp;", "&")).text


def test_a_table_is_compared_in_the_words_of_its_rows(exchange: Exchange, client: FlaskClient) -> None:
    texts = dict.fromkeys(BOTH, "| Sede | Orario |\n|---|---|\n| Centro | mattina |")
    adapted = {**texts, BOTH[1]: texts[BOTH[1]].replace("mattina", "sera"), VARIANT_SECTION: "Gli orari."}
    with exchange.database.work() as session:
        rewrite(session, NOW - timedelta(days=1), sections=texts)
        brought(session, exchange, sections=adapted)
    found = re.findall(r'<div class="runs".*?</div>', client.get(f"{VARIANT}/confronto-con-la-fonte").text, re.DOTALL)
    assert re.sub("<[^>]+>", "", found[-1]) == "Sede · Orario\nCentro · tolto: mattinaaggiunto: sera"


def test_a_variant_is_compared_with_the_source_of_today_where_that_of_its_beginning_was_for_few(
    exchange: Exchange, client: FlaskClient
) -> None:
    with exchange.database.work() as session:
        rewrite(session, NOW - timedelta(days=1), visibility="members", sections=dict.fromkeys(BOTH, "Riservato."))
        brought(session, exchange)
        rewrite(session, NOW + timedelta(days=20), sections=dict.fromkeys(BOTH, "Aperto."))
    page = client.get(f"{VARIANT}/confronto-con-la-fonte").text
    assert "Aperto" in page
    assert "Riservato" not in page


@pytest.mark.parametrize("visibility", ["public", "members", "twin"])
def test_a_variant_begins_for_as_few_readers_as_its_source(exchange: Exchange, visibility: str) -> None:
    with exchange.database.work() as session:
        rewrite(session, NOW + timedelta(days=1), visibility=visibility)
    with exchange.database.work() as session:
        variant = ending.begin_variant(session, exchange.number, "torino", exchange.deed())
        assert current_document(session, variant).front["visibility"] == visibility


def test_a_variant_begins_without_the_results_of_its_source_and_their_notes(
    exchange: Exchange, client: FlaskClient
) -> None:
    texts = dict.fromkeys(BOTH, "Uno sportello.[^s1]") | {RESULTS_SECTION: "Quaranta giorni in meno.[^s2]"}
    document = make_document(sections=texts)
    noted = replace(document, footnotes="[^s1]: La delibera,\n    e il suo allegato.\n[^s2]: La relazione.")
    with exchange.database.work() as session:
        save(session, library.locked(session, exchange.solution().id), noted, NOW - timedelta(days=1))
    with exchange.database.work() as session:
        variant = ending.begin_variant(session, exchange.number, "torino", exchange.deed())
        begun = current_document(session, variant)
    assert begun.section(RESULTS_SECTION) == ""
    assert begun.section(BOTH[0]) == texts[BOTH[0]]
    assert begun.footnotes == "[^s1]: La delibera,\n    e il suo allegato."
    with exchange.database.work() as session:
        brought(session, exchange)
    page = client.get(f"{VARIANT}/confronto-con-la-fonte").text
    assert "Non indicato nella variante: risultati ottenuti" in page
    assert "Quaranta giorni" not in page, "nobody took them out"


def test_a_certificate_says_the_same_whatever_its_solution_is_called_later(
    exchange: Exchange, client: FlaskClient
) -> None:
    with exchange.database.work() as session:
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, Closing("adapted"), exchange.deed())
        rewrite(session, NOW + timedelta(days=300), title="Un altro nome", visibility="members")
    for path in (f"{PATH}/attestato", f"/attestati/{exchange.twinning().verification}"):
        page = client.get(path).text
        assert "«Sportello unico metropolitano»" in page
        assert "Un altro nome" not in page


def test_those_of_the_transfer_and_who_follows_the_source_hear_once_that_its_variant_is_in_the_library(
    app: Flask, exchange: Exchange
) -> None:
    texts = dict.fromkeys((*BOTH, VARIANT_SECTION), "Due sportelli.")
    said: dict[str, Any] = {"title": "Due sportelli", "city": "torino", "based_on": SLUG}
    with exchange.database.work() as session:
        start_following(session, exchange.stranger, "solution", SLUG, "Sportello", [], NOW)
        variant = make_draft(session, exchange.receiver, "variante", sections=texts, **said)
        twinning = queries.twinning(session, exchange.number)
        assert twinning is not None
        twinning.parties[1].variant = variant
    for words in ("Due sportelli.", "Tre sportelli."):
        with exchange.database.work() as session:
            propose(session, variant, make_document(badge=None, sections={**texts, BOTH[0]: words}, **said), NOW, None)
            review = submit(session, variant, exchange.receiver, NOW)
            approve(session, Judgement(variant.id, review.id, review.revision_number, exchange.colleague, LATER))
    chores.distribute(app)
    source = "variante di «Sportello unico metropolitano»"
    told = f"«Due sportelli», {source}, è stata approvata dalla città ed è nella biblioteca."
    for person, reason in ((exchange.giver, "mine"), (exchange.stranger, "followed")):
        with exchange.database.reading() as session:
            notices = [item for item in noticed(session, person, 99) if item.action == "solution-approved"]
            found = session.get(Person, person)
        assert [(item.reason, item.data["path"]) for item in notices] == [(reason, VARIANT)]
        assert found is not None
        assert told in sign_in(app.test_client(), found).get("/avvisi").text


def test_who_is_taking_a_solution_over_hears_that_it_left_the_library_and_why_is_one_click_away(
    app: Flask, exchange: Exchange, receiver: FlaskClient
) -> None:
    with exchange.database.work() as session:
        source = library.by_slug(session, SLUG)
        assert source is not None
        archive(session, source, exchange.giver, LATER, "La norma su cui si reggeva è cambiata.")
    chores.distribute(app)
    with exchange.database.reading() as session:
        (notice,) = (item for item in noticed(session, exchange.receiver, 99) if item.action == "solution-archived")
        assert "solution-archived" not in {item.action for item in noticed(session, exchange.stranger, 99)}
    assert "La norma su cui si reggeva è cambiata." in receiver.get(notice.data["path"]).text


def test_a_variant_names_its_source_and_whose_it_is_on_its_page_and_on_paper(
    exchange: Exchange, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "document", lambda page, *folders: page.encode())
    with exchange.database.work() as session:
        brought(session, exchange)
    for path, body in ((VARIANT, "Bologna"), (f"{VARIANT}.pdf", "Città metropolitana di Bologna")):
        page = client.get(path).text
        told = page[page.index("È la variante di un’altra soluzione:") :].partition("</p>")[0]
        link = rf'href="[^"]*/soluzioni/{SLUG}"[^>]*>Sportello unico metropolitano</a>'
        assert re.search(rf"{link} \({body}\)", told), path
    assert "È la variante" not in client.get(f"/soluzioni/{SLUG}.pdf").text


def test_the_comparison_names_the_sections_that_are_still_the_words_of_the_source(
    exchange: Exchange, client: FlaskClient
) -> None:
    texts = {**dict.fromkeys(BOTH, "Un solo sportello."), "Risultati ottenuti": "Tempi dimezzati a Bologna."}
    with exchange.database.work() as session:
        rewrite(session, NOW - timedelta(days=1), sections=texts)
        brought(session, exchange, sections={**texts, BOTH[1]: "Due sportelli.", VARIANT_SECTION: "Due."})
    compared = f"{VARIANT}/confronto-con-la-fonte"
    assert "rimaste uguali: Problema affrontato, Risultati ottenuti." in client.get(compared).text
    assert "Problem addressed, Results obtained." in client.get(f"/en{compared}").text


@pytest.mark.parametrize("started", [True, False])
def test_what_was_written_of_a_variant_is_still_found_where_its_transfer_was_stopped(
    exchange: Exchange, receiver: FlaskClient, started: bool
) -> None:
    draft = begun(receiver) if started else "/modifica"
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    page = receiver.get(PATH).text
    assert (f'href="{draft}/modifica"' in page) is started
    assert "Inizia la variante" not in page
