# SPDX-License-Identifier: AGPL-3.0-or-later
"""An error on a page that is no solution's: whom it reaches, where it waits, who closes it, who hears of it."""

import re
from datetime import timedelta

import pytest
from flask import Flask, get_template_attribute
from flask.testing import FlaskClient

from app.access import Role
from app.accounts.models import Person
from app.db import Database
from app.factory import PAGE_TITLES
from app.journal import queries as journal
from app.notices import chores
from app.outbox.models import Letter
from app.review import page_reports, queries, remarks, upkeep
from app.review.page_reports import ReportedPage
from app.review.queries import Filter, Scope
from app.review.queues import REPORTS
from app.review.reader_views import ABOUT
from app.solutions import queries as library
from app.web import gate
from tests.makers import NOW, csrf, make_person, make_solution, sign_in

WRONG = "La popolazione indicata non è quella giusta."
QUEUE = f"/redazione/{REPORTS}"


@pytest.fixture
def people(registered: Database) -> dict[str, Person]:
    with registered.work() as session:
        make_solution(session, "pubblica", legal_basis=["Legge 7 aprile 2014, n. 56"])
        return {
            "referent": make_person(session, (Role.REFERENT, "bologna")),
            "official": make_person(session, (Role.OFFICIAL, "bologna")),
            "elsewhere": make_person(session, (Role.REFERENT, "torino")),
            "expert": make_person(session, (Role.EXPERT, "suap")),
            "coordinator": make_person(session, (Role.COORDINATOR, "")),
            "administrator": make_person(session, (Role.ADMINISTRATOR, "")),
            "reader": make_person(session),
        }


def send(client: FlaskClient, page: str, text: str = WRONG, email: str = "") -> int:
    address = f"/segnala?pagina={page}"
    return client.post(address, data={"csrf_token": csrf(client, address), "text": text, "email": email}).status_code


@pytest.mark.parametrize(
    ("page", "reached"),
    [
        ("/citta/bologna", "referent"),
        ("/citta/venezia", "coordinator"),
        ("/temi/suap", "expert"),
        ("/temi/appalti", "coordinator"),
        ("/norme/legge-56-2014", "expert"),
        ("/", "coordinator"),
    ],
)
def test_a_report_reaches_those_who_look_after_the_page_by_notice_letter_and_queue(
    app: Flask, registered: Database, people: dict[str, Person], page: str, reached: str
) -> None:
    assert send(app.test_client(), page) == 303
    chores.distribute(app)
    for name, person in people.items():
        client = sign_in(app.test_client(), person)
        told = "Un lettore segnala un errore nella pagina" in client.get("/avvisi").text
        assert told is (name == reached), name
        sees = name == reached or name in {"coordinator", "administrator"}
        assert (WRONG in client.get(QUEUE).text) is sees, f"the queue of {name}"
        assert (f"{QUEUE}#segnalazione-1" in client.get("/scrivania").text) is sees, f"the desk of {name}"
    with registered.reading() as session:
        assert [letter.recipient for letter in session.query(Letter).all()] == [people[reached].email]


def test_who_looks_after_the_page_closes_it_and_a_reader_with_an_account_is_told(
    app: Flask, registered: Database, people: dict[str, Person]
) -> None:
    reader, referent = (sign_in(app.test_client(), people[name]) for name in ("reader", "referent"))
    assert send(reader, "/citta/bologna", email="lettrice@posta.example") == 303
    assert "/segnala?pagina" not in reader.get("/scrivania").text, "a page of one's own is no page everybody reads"
    assert "lettrice@posta.example" in referent.get(QUEUE).text
    token = {"csrf_token": csrf(referent, QUEUE)}
    elsewhere = sign_in(app.test_client(), people["elsewhere"])
    refused = elsewhere.post(f"{QUEUE}/1/risolvi", data={"csrf_token": csrf(elsewhere, QUEUE)})
    assert refused.status_code == 404
    assert [referent.post(f"{QUEUE}/1/risolvi", data=token).status_code for _ in range(2)] == [303, 303]
    assert "Nessuna segnalazione aperta." in referent.get(QUEUE).text
    chores.distribute(app)
    assert "La tua segnalazione sulla pagina «Città metropolitana di Bologna»" in reader.get("/avvisi").text
    with registered.reading() as session:
        rows = [(row.action, row.actor_id, row.body) for row in reversed(journal.of_thing(session, "page", "1"))]
    assert rows == [
        ("page-error-reported", people["reader"].id, "bologna"),
        ("page-error-resolved", people["referent"].id, "bologna"),
    ], "closing it twice is one row"


@pytest.mark.parametrize(
    "page",
    [
        "//altrove.example",
        "https://altrove.example/",
        "/citta/nessuna",
        "/temi/nessuno",
        "/scrivania",
        "/accedi",
        "/disiscrizione/segreto",
        "/soluzioni/nessuna",
        "/rete\\..",
        "/cerca" + "/x" * 200,
        "/richieste/99999-x",
        "/richieste/99999-x/abbinamenti",
        "/gemellaggi/99999-x",
        "/gemellaggi/99999-x/attestato",
        "/abbinamenti/99999",
        "/allegati/99999/x",
        "/feed/temi/nessuno.atom",
        "/allegati/1/Il\u00a0conto\u00a0scade:\u00a0evil.example",
    ],
)
def test_only_a_page_that_everybody_reads_can_be_reported(app: Flask, people: dict[str, Person], page: str) -> None:
    assert app.test_client().get("/segnala", query_string={"pagina": page}).status_code == 404


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/segnala?pagina=/numeri", '<a href="/numeri" lang="it">I numeri</a>'),
        ("/en/segnala?pagina=/norme", '<a href="/en/norme" lang="en">Acts</a>'),
        ("/segnala?pagina=/numeri.csv", '<a href="/numeri.csv" lang="it">/numeri.csv</a>'),
    ],
)
def test_a_page_is_called_by_its_own_title(app: Flask, people: dict[str, Person], address: str, title: str) -> None:
    assert title in app.test_client().get(address).text


@pytest.mark.parametrize("reported_in", ["", "/en"])
def test_a_reported_page_is_called_by_its_title_in_the_language_of_whoever_reads_of_it(
    app: Flask, people: dict[str, Person], reported_in: str
) -> None:
    client, address = app.test_client(), f"{reported_in}/segnala?pagina=/norme"
    assert client.post(address, data={"csrf_token": csrf(client, address), "text": WRONG}).status_code == 303
    chores.distribute(app)
    coordinator = sign_in(app.test_client(), people["coordinator"])
    for page in ("/avvisi", "/scrivania", QUEUE):
        shown = {language: coordinator.get(f"{language}{page}").text.partition("<main")[2] for language in ("", "/en")}
        assert ("«Norme»" in shown[""]) or (">Norme</a>" in shown[""]), page
        assert ("“Acts”" in shown["/en"]) or ("«Acts»" in shown["/en"]) or (">Acts</a>" in shown["/en"]), page
        assert "Norme" not in shown["/en"], page


def test_what_was_typed_is_kept_though_the_solution_comes_into_force_or_is_archived_meanwhile(
    app: Flask, registered: Database, people: dict[str, Person]
) -> None:
    """The forms of the page and of the solution stay open: either is taken by what the solution is now."""
    client = app.test_client()
    sent = {"csrf_token": csrf(client, "/segnala?pagina=/rete"), "text": WRONG}
    answer = client.post("/segnala?pagina=/soluzioni/pubblica", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/soluzioni/pubblica")
    with registered.work() as session:
        upkeep.archive(session, library.locked(session, 1), people["referent"].id, NOW, "Servizio cessato")
    assert client.post("/soluzioni/pubblica/segnala", data=sent).status_code == 303
    with registered.reading() as session:
        assert [report.path for report in queries.page_reports(session, Scope(), Filter())] == ["/soluzioni/pubblica"]
    assert sign_in(app.test_client(), people["referent"]).get(QUEUE).text.count(WRONG) == 2


def test_a_solution_keeps_its_own_form_and_an_archived_one_reaches_its_city(
    app: Flask, registered: Database, people: dict[str, Person]
) -> None:
    answer = app.test_client().get("/segnala?pagina=/soluzioni/pubblica/versioni")
    assert answer.headers["Location"] == "/soluzioni/pubblica/segnala"
    with registered.work() as session:
        solution = library.locked(session, 1)
        upkeep.archive(session, solution, people["referent"].id, NOW, "Servizio cessato")
        slug = solution.slug
    assert send(app.test_client(), f"/soluzioni/{slug}") == 303
    assert WRONG in sign_in(app.test_client(), people["referent"]).get(QUEUE).text


def test_reports_of_pages_have_the_limits_and_the_term_of_those_of_solutions(
    app: Flask, registered: Database, people: dict[str, Person]
) -> None:
    client = app.test_client()
    assert send(client, "/rete", text="corto", email="x") == 422
    sent = {"email": "lettore@posta.example"}
    statuses = [send(client, "/rete", f"{WRONG} {times}", **sent) for times in range(remarks.MOST_REPORTS + 1)]
    assert statuses == [303] * remarks.MOST_REPORTS + [429]
    with registered.work() as session:
        now = queries.page_reports(session, Scope(), Filter())[0].created_at
        assert upkeep.erase_addresses(session, now + timedelta(days=91)) == remarks.MOST_REPORTS
        assert {report.reader_email for report in queries.page_reports(session, Scope(), Filter())} == {""}


def test_without_anybody_in_charge_a_report_waits_for_the_first_administrator(registered: Database) -> None:
    with registered.work() as session:
        page = ReportedPage("/", "Twin Metro")
        assert page_reports.those_reached(session, page.thing, NOW.date()) == (Role.COORDINATOR, ())
        first = make_person(session, (Role.ADMINISTRATOR, ""))
        assert page_reports.those_reached(session, page.thing, NOW.date())[1] == [first]


#: What is about one thing and no page: feeds, files that are sent, files of the map of the site.
NO_PAGES = {"boards.feed_of_theme", "feeds.city", "feeds.theme", "kits.attachment", "pages.sitemap_part"}
#: Addresses of programmes and of browsers, which have no title.
FOR_MACHINES = re.compile(
    r".*(_csv|_json|\.as_csv|\.as_json)|feeds\..*|boards\.feed|needs\.near|search\.suggestions.*"
    r"|pages\.(opensearch|robots|security|sitemap)"
)


def test_whatever_page_offers_to_report_an_error_can_be_named_in_a_report(app: Flask) -> None:
    with app.test_request_context("/"):
        pages = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and gate.is_reading(rule)]
        title = get_template_attribute("review/_pages.html", "title")
        alone = {rule.endpoint for rule in pages if not rule.arguments and not title(rule.endpoint)}
    about = {rule.endpoint for rule in pages if rule.arguments and not rule.rule.startswith(tuple(ABOUT))}
    assert about - PAGE_TITLES.keys() == NO_PAGES
    assert {endpoint for endpoint in alone if not FOR_MACHINES.fullmatch(endpoint)} == set()
