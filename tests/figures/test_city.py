# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one body asks for, gives and has given: on its page, and in its report of a year."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.cities.queries import by_slugs
from app.db import Database
from app.document.dates import day_of
from app.document.schema import VARIANT_SECTION
from app.figures.city import report
from app.needs import rules
from app.needs import service as needs
from app.needs.models import Proposal
from app.needs.rules import Wanted
from app.review.upkeep import archive
from app.solutions import queries as library
from app.solutions.service import import_document, save
from app.twinnings import ending, queries
from app.twinnings.rules import Closing
from tests.makers import NOW, close_body, make_document, make_solution
from tests.twinnings.exchange import SLUG, Exchange

PROBLEM = "Gare comuni per i Comuni piccoli, con una convenzione sola."


@pytest.fixture
def exchange(registered: Database) -> Exchange:
    return Exchange(registered)


def test_the_page_of_a_city_shows_what_it_asks_for_teaches_and_learns(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        torino = by_slugs(session, ["torino"])["torino"]
        for visibility in ("public", "anonymous"):
            wanted = Wanted(PROBLEM, date(2027, 6, 30), f"Richiesta {visibility}", visibility=visibility)
            needs.publish_new(session, torino, wanted, needs.Deed(exchange.receiver, NOW))
    torino_page, bologna_page = client.get("/citta/torino").text, client.get("/citta/bologna").text
    assert "Che cosa impara da altri" in torino_page
    assert "Che cosa insegna ad altri" in bologna_page
    assert "Richiesta public" in torino_page
    assert "Richiesta anonymous" not in torino_page


def test_credits_count_who_adopted_with_its_help(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, Closing("adopted"), exchange.deed())
    assert "Ha insegnato soluzioni a 2 enti, in gemellaggi conclusi." in client.get("/citta/bologna").text
    assert "Ha imparato 1 soluzione da altri, in gemellaggi conclusi." in client.get("/citta/torino").text
    certificate = re.search(r"<li><a [^>]*/attestato\">(.*?)</a>", client.get("/citta/torino").text)
    assert certificate
    assert certificate[1] == 'Attestato di gemellaggio: <span lang="it">Sportello unico metropolitano</span>', (
        "on paper too"
    )
    learnt = [row for row in client.get("/rete.json").get_json()["flows"] if row["how"] == "closed"]
    assert [row["receiver"] for row in learnt] == ["torino", "venezia"]


def test_a_twinning_of_two_receivers_is_one_on_every_page(exchange: Exchange, client: FlaskClient) -> None:
    page = client.get("/rete").text
    assert "Vengono da: 1 gemellaggio in corso." in page
    assert "Bologna: sta insegnando a 2 enti" in page
    assert "Torino: sta imparando da 1 ente" in page
    assert "ha imparato da 1" not in page
    with exchange.database.work() as session:
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, Closing("adopted"), exchange.deed())
    page = client.get("/rete").text
    assert "2 passaggi di soluzioni" in page
    assert "Vengono da: 1 gemellaggio concluso." in page
    assert "Bologna: ha insegnato a 2 enti" in page
    rows = {(row["figure"], row["of"]): row["value"] for row in client.get("/numeri.json").get_json()["figures"]}
    assert rows["transfers-closed", ""] == len(client.get("/gemellaggi.json?stato=closed").get_json()["twinnings"]) == 1


def test_who_did_not_adopt_learnt_nothing(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        for body, result in (("bologna", "adapted"), ("torino", "stopped"), ("venezia", "adopted")):
            ending.say(session, exchange.number, body, Closing(result), exchange.deed())
    assert "Attestato di gemellaggio" in client.get("/citta/venezia").text
    assert "Attestato di gemellaggio" not in client.get("/citta/torino").text
    assert "Ha insegnato una soluzione a 1 ente, in gemellaggi conclusi." in client.get("/citta/bologna").text
    assert "Ha imparato" not in client.get("/citta/torino").text
    assert [row["receiver"] for row in client.get("/rete.json").get_json()["flows"]] == ["venezia"]
    rows = {(row["figure"], row["of"]): row["value"] for row in client.get("/numeri.json").get_json()["figures"]}
    assert rows["transfers-closed", ""] == rows["transfers-closed-by-city", "torino"] == 1


def test_a_city_that_did_not_adopt_what_another_adopted_in_the_same_transfer_is_told_so(
    exchange: Exchange, client: FlaskClient
) -> None:
    with exchange.database.work() as session:
        for body, result in (("bologna", "adapted"), ("torino", "stopped"), ("venezia", "adapted")):
            ending.say(session, exchange.number, body, Closing(result), exchange.deed())
    told = "non risulta adottata da questo ente"
    for city, missed in (("torino", True), ("venezia", False), ("bologna", False)):
        for page in (f"/citta/{city}", f"/citta/{city}/rapporto?anno=2026"):
            text = client.get(page).text
            assert "concluso Bologna" in " ".join(re.sub(r"<[^>]+>", " ", text).split()), page
            assert (told in text) is missed, page


def test_of_a_city_that_told_nothing_nobody_says_that_it_did_not_adopt(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        ending.say(session, exchange.number, "venezia", Closing("adopted"), exchange.deed())
        late = needs.Deed(exchange.receiver, exchange.deed().now + timedelta(days=31))
        ending.close_alone(session, exchange.number, late)
    for page in ("/citta/torino", "/citta/torino/rapporto?anno=2027"):
        assert "non risulta adottata da questo ente" in client.get(page).text, page
    told = re.sub(r"<[^>]+>", "", client.get(f"/gemellaggi/{exchange.number}-{SLUG}").text)
    assert "Torino (chi riceve): non ha raccontato com’è andata" in told
    assert "Bologna (chi dà): non ha raccontato com’è andata" in told
    assert "Venezia (chi riceve): adottata com’era" in told


def test_a_transfer_that_nobody_adopted_is_no_credit_and_is_not_called_finished(
    exchange: Exchange, client: FlaskClient
) -> None:
    with exchange.database.work() as session:
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, Closing("stopped"), exchange.deed())
    year = exchange.deed().now.year
    for path in ("/citta/bologna", "/citta/torino", f"/citta/torino/rapporto?anno={year}"):
        page = client.get(path).text
        assert "chiuso, non adottata" in page, path
        assert "Attestato di gemellaggio" not in page, path
    for path in ("/gemellaggi", "/gemellaggi/1-sportello", "/richieste/1-sportello"):
        page = client.get(path).text
        assert "hiuso il " in page, path
        assert "oncluso il" not in page, path
        assert "/attestato" not in page, path
    assert client.get("/gemellaggi/1-sportello/attestato").status_code == 404
    assert client.get(f"/attestati/{exchange.twinning().verification}").status_code == 404


def test_a_city_says_what_its_offices_can_give(exchange: Exchange, client: FlaskClient) -> None:
    quarters = rules.quarters_from(day_of(datetime.now(UTC)))
    with exchange.database.work() as session:
        bologna = by_slugs(session, ["bologna"])["bologna"]
        days = dict.fromkeys(quarters, 12)
        needs.state_capacity(session, bologna, days, quarters, needs.Deed(exchange.giver, NOW))
    page = client.get("/citta/bologna").text
    assert "possono dare 12 giorni in questo trimestre" in page
    assert "Ne restano" not in page, "its yes was said in another quarter, or on no day"


def test_a_city_says_which_of_its_days_are_taken_by_what_it_began_in_the_quarter(
    exchange: Exchange, client: FlaskClient
) -> None:
    now = datetime.now(UTC)
    (quarter,) = rules.quarters_from(day_of(now), 1)
    with exchange.database.work() as session:
        proposal = session.get(Proposal, exchange.proposal)
        assert proposal is not None
        proposal.answered_at = now
        bologna = by_slugs(session, ["bologna"])["bologna"]
        needs.state_capacity(session, bologna, {quarter: 12}, [quarter], needs.Deed(exchange.giver, NOW))
    page = client.get("/citta/bologna").text
    assert "possono dare 12 giorni in questo trimestre" in page
    assert f"Ne restano liberi {12 - rules.DAYS_A_TRANSFER}:" in page


def test_a_body_that_is_no_longer_there_gives_no_days(exchange: Exchange, client: FlaskClient) -> None:
    quarters = rules.quarters_from(day_of(datetime.now(UTC)))
    with exchange.database.work() as session:
        bologna = by_slugs(session, ["bologna"])["bologna"]
        needs.state_capacity(session, bologna, dict.fromkeys(quarters, 12), quarters, needs.Deed(exchange.giver, NOW))
    assert "possono dare 12 giorni" in client.get("/citta/bologna").text
    with exchange.database.work() as session:
        close_body(session, "bologna")
    page = client.get("/citta/bologna").text
    assert "non più attivo dal" in page
    assert "Che cosa insegna ad altri" in page, "what it did stays"
    assert "possono dare" not in page


def test_the_report_of_a_year_holds_that_year_only(exchange: Exchange, client: FlaskClient) -> None:
    page = client.get(f"/citta/bologna/rapporto?anno={NOW.year}").text
    assert "Che cosa insegna ad altri" in page
    assert "accettata: <strong>1</strong>" in page
    assert "Sportello unico metropolitano" in page


def totals(page: str) -> dict[str, int]:
    """What the report counts, by its label."""
    return {label: int(count) for label, count in re.findall(r"<dt>(.*?)</dt><dd>(\d+)</dd>", page)}


def test_the_report_counts_solutions_as_the_page_of_the_city_does_and_tells_those_made_with_others(
    registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        make_solution(session, "sua", city="bologna", title="Fatta da sola")
        make_solution(session, "insieme", city="torino", partners=["bologna"], title="Fatta con Torino")
    page = client.get("/citta/bologna/rapporto").text
    assert "2 soluzioni, di cui 1 insieme ad altri" in client.get("/citta/bologna").text
    assert totals(page)["soluzioni, di cui 1 insieme ad altri"] == 2
    alone, _, shared = page.partition("Realizzate insieme ad altri")
    assert "Fatta da sola" in alone
    assert "Fatta con Torino" in shared


def test_the_report_of_a_year_knows_no_solution_that_came_after_it(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, "prima", title="Fatta prima")
        document = make_document(title="Fatta dopo")
        assert import_document(session, "dopo", document, NOW.replace(year=NOW.year + 1)).outcome == "added"
        bologna = by_slugs(session, ["bologna"])["bologna"]
        told = {
            year: [item.title for item in report(session, bologna, year).own]
            for year in (NOW.year - 1, NOW.year, NOW.year + 1)
        }
        assert told == {NOW.year - 1: [], NOW.year: ["Fatta prima"], NOW.year + 1: ["Fatta dopo", "Fatta prima"]}
        first = library.by_slug(session, "prima")
        assert first
        archive(session, first, 1, NOW.replace(year=NOW.year + 1), "Superata da un'altra.")
        told = {year: [item.title for item in report(session, bologna, year).own] for year in told}
    assert told == {NOW.year - 1: [], NOW.year: ["Fatta prima"], NOW.year + 1: ["Fatta dopo"]}, "it was there that year"


def test_a_request_of_another_that_a_city_joined_is_told_apart(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        cities, deed = by_slugs(session, ["torino", "bologna"]), needs.Deed(exchange.receiver, NOW)
        for body in ("torino", "bologna"):
            wanted = Wanted(PROBLEM, date(2027, 6, 30), f"Richiesta di {body}")
            made = needs.publish_new(session, cities[body], wanted, deed)
        needs.join(session, made.id, cities["torino"], "", deed)
    page = client.get(f"/citta/torino/rapporto?anno={NOW.year}").text
    assert totals(page)["richieste che ha pubblicato, più 1 di altri, a cui partecipa"] == 2, (
        "this one and the one it is given"
    )
    for shown in (page, client.get("/citta/torino").text):
        (marked,) = [line for line in shown.split("<li>") if "di un altro ente, a cui si partecipa" in line]
        assert "Richiesta di bologna" in marked


def test_the_report_of_a_year_knows_no_variant_that_came_after_it(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        texts = {"Problema affrontato": "Regole diverse.", "Soluzione adottata": "Due.", VARIANT_SECTION: "Due."}
        document = make_document(title="Due sportelli", city="torino", based_on=SLUG, sections=texts)
        import_document(session, "variante", document, NOW.replace(year=NOW.year + 1))
        variant, twinning = library.by_slug(session, "variante"), queries.twinning(session, exchange.number)
        assert variant
        assert twinning
        twinning.parties[1].variant = variant
    with exchange.database.reading() as session:
        for city in by_slugs(session, ["bologna", "torino"]).values():
            later = {year: report(session, city, year).exchange.later for year in (NOW.year, NOW.year + 1)}
            assert later == {NOW.year: {variant.id}, NOW.year + 1: frozenset()}, city.slug
    assert "Variante di Torino" in client.get("/citta/bologna").text
    assert "Variante di Torino" not in client.get(f"/citta/bologna/rapporto?anno={NOW.year}").text


def test_what_was_taught_stays_on_the_map_when_its_solution_leaves_the_library(
    exchange: Exchange, client: FlaskClient
) -> None:
    with exchange.database.work() as session:
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, Closing("adopted"), exchange.deed())
        archive(session, library.locked(session, exchange.solution().id), exchange.giver, NOW, "La pratica è finita.")
    page, rows = client.get("/rete").text, client.get("/rete.json").get_json()["flows"]
    assert "Vengono da: 1 gemellaggio concluso." in page
    assert [row["receiver"] for row in rows] == ["torino", "venezia"]
    assert all(client.get(row["url"]).status_code == 200 for row in rows), "its page stays, and says that it left"
    assert page.count(f'href="/soluzioni/{SLUG}"') == 3, "once in the tree, and in each line of the table"


def test_the_map_leads_nobody_to_a_solution_that_became_one_for_few(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        title = exchange.twinning().title
        solution = library.locked(session, exchange.solution().id)
        save(session, solution, make_document(visibility="members", title="Chiamata ora così"), NOW)
    page, rows = client.get("/rete").text, client.get("/rete.json").get_json()["flows"]
    known = [(row["title"], row["receiver"], row["url"]) for row in rows]
    assert known == [(title, "torino", ""), (title, "venezia", "")]
    assert title in page
    assert "Chiamata ora così" not in page
    assert f"/soluzioni/{SLUG}" not in page
    assert f"/gemellaggi/{exchange.number}-" in page


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        ("accepted", "stopped", "accettata: <strong>1</strong>"),
        ("expired", "", "scaduta senza risposta: <strong>1</strong>"),
        ("expired", rules.NOBODY_THERE, ""),
        ("withdrawn", "", ""),
    ],
)
def test_the_report_tells_answers_only_of_questions_that_a_body_could_answer(
    exchange: Exchange, client: FlaskClient, state: str, reason: str, said: str
) -> None:
    with exchange.database.work() as session:
        proposal = session.get_one(Proposal, exchange.proposal)
        proposal.state, proposal.reason = state, reason
    page = client.get(f"/citta/bologna/rapporto?anno={NOW.year}").text
    assert said in page
    assert ("Come ha risposto a chi ha chiesto" in page) is bool(said)


@pytest.mark.parametrize("asked", ["1999", "x", "", "99999999999999999999", "2026' OR 1=1"])
def test_a_year_without_report_is_this_one(exchange: Exchange, client: FlaskClient, asked: str) -> None:
    answer = client.get("/citta/bologna/rapporto", query_string={"anno": asked})
    assert answer.status_code == 200
    assert str(NOW.year) in answer.text


def test_a_body_that_is_not_there_has_no_report(registered: Database, client: FlaskClient) -> None:
    assert client.get("/citta/atlantide/rapporto").status_code == 404
    assert "non risulta nulla" in client.get("/citta/venezia/rapporto").text


def test_a_stop_counts_by_its_reason_only_where_the_reason_is_public(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", False, exchange.deed())
    rows = {(row["figure"], row["of"]): row["value"] for row in client.get("/numeri.json").get_json()["figures"]}
    assert rows["twinnings-stopped-by-reason", ""] == 1
    assert ("twinnings-stopped-by-reason", "funding") not in rows
    assert "motivo non pubblico" in client.get("/numeri").text
