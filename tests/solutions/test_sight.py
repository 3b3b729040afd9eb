# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sees what of a solution that is not all for everybody: on its page, as a file, on paper, in earlier versions."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts.models import ServiceAccount
from app.accounts.rules import digest
from app.db import Database
from app.review.upkeep import archive
from app.solutions import pdf
from app.solutions.queries import by_slug, revision
from app.writing.search import solution_document
from tests.makers import NOW, make_person, make_solution, sign_in
from tests.stores import SqliteStores

SLUG = "sportello-unico-bologna"
PAGE = f"/soluzioni/{SLUG}"
MAILBOX = "suap@ente.example"
EVERYWHERE = (PAGE, f"/en{PAGE}", f"{PAGE}?x=1", f"{PAGE}.md", f"{PAGE}.json", f"{PAGE}.pdf")


@pytest.fixture
def stores(sqlite_stores: SqliteStores) -> SqliteStores:
    """Pages do not depend on the kind of database."""
    return sqlite_stores


@pytest.fixture(autouse=True)
def _paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be printed, as it goes to the printer."""

    def printed(page: str, _folder: Path, _files: Path) -> bytes:
        return page.encode()

    monkeypatch.setattr(pdf, "document", printed)


@pytest.fixture
def member(app: Flask, registered: Database) -> FlaskClient:
    """An official of another city."""
    with registered.work() as session:
        person = make_person(session, (Role.OFFICIAL, "torino"))
    return sign_in(app.test_client(), person)


@pytest.fixture(params=["read-library", "read-library read-members"])
def programme(request: pytest.FixtureRequest, app: Flask, registered: Database) -> tuple[FlaskClient, bool]:
    """A programme that reads the library, and whether it reads as members do."""
    with registered.work() as session:
        held = {"scopes": request.param, "created_at": NOW, "expires_at": NOW.replace(year=2999)}
        session.add(ServiceAccount(name="portale", token_digest=digest("portale"), **held))
    client = app.test_client()
    client.environ_base |= {"HTTP_AUTHORIZATION": "Bearer portale"}
    return client, "members" in request.param


def contact(visibility: str | None, mailbox: str = MAILBOX) -> dict[str, str]:
    said = {"role": "Ufficio SUAP", "mailbox": mailbox}
    return said | ({"visibility": visibility} if visibility else {})


@pytest.mark.parametrize("visibility", ["members", None])
@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_mailbox_for_members_is_shown_to_members_and_to_nobody_else(
    client: FlaskClient, member: FlaskClient, registered: Database, path: str, visibility: str | None
) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, contact=contact(visibility))
    for reader, sees in ((client, False), (member, True), (client, False)):
        answer = reader.get(path)
        assert answer.status_code == 200
        assert (MAILBOX in answer.text) is sees
        assert "Ufficio SUAP" in answer.text


@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_mailbox_for_everybody_is_shown_to_everybody(client: FlaskClient, registered: Database, path: str) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, contact=contact("public"))
    assert MAILBOX in client.get(path).text


def test_a_programme_reads_a_mailbox_for_members_where_it_may_read_as_they_do(
    programme: tuple[FlaskClient, bool], registered: Database
) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, contact=contact("members"))
    client, sees = programme
    assert (MAILBOX in client.get(f"{PAGE}.json").text) is sees


@pytest.mark.parametrize("form", ["md", "json"])
def test_what_a_member_took_away_is_not_taken_for_what_everybody_gets(
    client: FlaskClient, member: FlaskClient, registered: Database, form: str
) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, contact=contact("members"))
    held = member.get(f"{PAGE}.{form}").headers["ETag"]
    assert member.get(f"{PAGE}.{form}", headers={"If-None-Match": held}).status_code == 304
    assert client.get(f"{PAGE}.{form}", headers={"If-None-Match": held}).status_code == 200


def test_what_was_taken_away_is_not_the_same_once_another_sheet_tells_the_day_of_an_act(
    client: FlaskClient, registered: Database
) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, legal_basis=["L. 935/2012"])
    held = client.get(f"{PAGE}.json").headers["ETag"]
    assert client.get(f"{PAGE}.json", headers={"If-None-Match": held}).status_code == 304
    with registered.work() as session:
        make_solution(session, "altra", legal_basis=["L. 4 aprile 2012, n. 935"])
    assert "2012-04-04" in client.get(f"{PAGE}.json", headers={"If-None-Match": held}).text


def test_the_words_that_find_a_solution_are_never_those_of_its_mailbox(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, contact=contact("members"))
    with registered.reading() as session:
        found = solution_document(session, SLUG)
    assert MAILBOX not in str(found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (contact("public"), contact("members")),
        (contact("members"), contact("public")),
        (contact("members"), contact("members", "altra@ente.example")),
        (contact("public"), contact("members", "non disponibile")),
    ],
)
def test_the_differences_tell_a_mailbox_to_members_only_where_a_version_or_the_one_in_force_does(
    client: FlaskClient,
    member: FlaskClient,
    registered: Database,
    before: dict[str, str],
    after: dict[str, str],
) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, contact=before)
        make_solution(session, SLUG, contact=after)
    path = f"{PAGE}/versioni/differenze?da=1&a=2"
    assert "ente.example" in member.get(path).text.replace("<wbr>", "")
    told = "".join(client.get(path).text.split())
    assert ("@" in told.partition("<main")[2]) is (after["visibility"] == "public")


HELD = "Le condizioni del contratto."


def opened(database: Database, before: str = "members") -> None:
    """A solution that was for few, then left something out and was given to everybody; a third version followed."""
    with database.work() as session:
        sections = {"Problema affrontato": "Uno.", "Soluzione adottata": HELD}
        make_solution(session, SLUG, visibility=before, sections=sections)
        for words in ("Un unico sportello.", "Due sportelli."):
            make_solution(session, SLUG, sections={**sections, "Soluzione adottata": words})


@pytest.mark.parametrize(("before", "sees"), [("public", (200, 200)), ("members", (404, 200)), ("twin", (404, 404))])
@pytest.mark.parametrize("path", ["1", "differenze?da=1&a=2", "differenze?da=3&a=1"])
def test_a_version_that_was_for_few_stays_for_them(
    client: FlaskClient, member: FlaskClient, registered: Database, path: str, before: str, sees: tuple[int, int]
) -> None:
    opened(registered, before)
    answers = [reader.get(f"{PAGE}/versioni/{path}") for reader in (client, member)]
    assert tuple(answer.status_code for answer in answers) == sees
    assert tuple(200 if "contratto" in answer.text else 404 for answer in answers) == sees


def test_the_list_of_versions_leaves_out_those_that_were_for_few(
    client: FlaskClient, member: FlaskClient, registered: Database
) -> None:
    opened(registered)
    page = client.get(f"{PAGE}/versioni").text
    assert [f"versioni/{number}" in page for number in (1, 2, 3)] == [False, True, True]
    assert "da=1&amp;a=2" not in page
    assert "da=2&amp;a=3" in page
    assert "da=1&amp;a=2" in member.get(f"{PAGE}/versioni").text
    assert client.get(f"{PAGE}/versioni/differenze?da=2&a=3").status_code == 200


def test_an_earlier_version_has_the_title_it_had(client: FlaskClient, registered: Database) -> None:
    for title in ("Sportello di prima", "Sportello di oggi"):
        with registered.work() as session:
            make_solution(session, SLUG, title=title)
    for number, title in ((1, "Sportello di prima"), (2, "Sportello di oggi")):
        assert f'<h1 lang="it">{title}</h1>' in client.get(f"{PAGE}/versioni/{number}").text
    with registered.work() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        revision(session, solution, 1).text = "senza inizio"
    assert '<h1 lang="it">Sportello di oggi</h1>' in client.get(f"{PAGE}/versioni/1").text


def test_who_works_on_a_solution_reads_every_version(app: Flask, registered: Database) -> None:
    opened(registered, "twin")
    with registered.work() as session:
        own = make_person(session, (Role.OFFICIAL, "bologna"))
    assert HELD in sign_in(app.test_client(), own).get(f"{PAGE}/versioni/1").text


def test_paper_says_what_the_page_says_above_the_sheet(client: FlaskClient, member: FlaskClient, app: Flask) -> None:
    """A PDF goes from hand to hand without its page."""
    database: Database = app.extensions["database"]
    with database.work() as session:
        make_solution(session, "vecchia", review_due="2020-05-03")
        make_solution(session, "riservata", visibility="members")
        person = make_person(session, (Role.REFERENT, "bologna")).id
        archive(session, make_solution(session, "tolta", review_due="2020-05-03"), person, NOW, "Non è più in uso.")
    late, left = "La verifica dei fatti era prevista entro il 3 maggio 2020", "la pratica non è più nella biblioteca"
    for form in ("", ".pdf"):
        assert late in client.get(f"/soluzioni/vecchia{form}").text
        archived = client.get(f"/soluzioni/tolta{form}").text
        assert left in archived
        assert "Non è più in uso." in archived
        assert late not in archived
        assert "La vedono: chi ha un’utenza" in member.get(f"/soluzioni/riservata{form}").text
        assert "era prevista" not in member.get(f"/soluzioni/riservata{form}").text


@pytest.mark.parametrize("hidden", [{"visibility": "members"}, {"visibility": "twin"}, {"badge": None}])
def test_an_act_that_only_a_hidden_solution_cites_has_no_page_for_everybody(
    client: FlaskClient, member: FlaskClient, registered: Database, hidden: dict[str, str | None]
) -> None:
    act = "/norme/lr-emilia-romagna-5-2003"
    with registered.work() as session:
        make_solution(session, SLUG, legal_basis=["L.R. Emilia-Romagna 24 marzo 2003, n. 5"], **hidden)
    for page in (act, f"/en{act}", f"/segnala?pagina={act}"):
        assert client.get(page).status_code == 404, page
    assert member.get(act).status_code == 200
    with registered.work() as session:
        make_solution(session, SLUG, legal_basis=["L.R. Emilia-Romagna 24 marzo 2003, n. 5"])
    assert client.get(act).status_code == 200
    with registered.work() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        archive(session, solution, 1, NOW, "Superata.")
    assert client.get(act).status_code == 200, "its page, which stays, leads there"
