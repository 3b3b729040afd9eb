# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is only for the cities of a transfer opens to them by every door, and to nobody else."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.access import Role
from app.accounts.models import Person
from app.document.model import Document
from app.files.store import Store
from app.solutions import pdf
from app.solutions.queries import by_slug
from app.solutions.service import save
from app.twinnings import ending, queries
from app.twinnings.models import Twinning
from app.writing.models import Attachment
from tests.makers import NOW, make_document, make_person, sign_in
from tests.pure.files import samples
from tests.stores import SqliteStores
from tests.twinnings.exchange import SLUG, Exchange

PAGE = f"/soluzioni/{SLUG}"
DOORS = (PAGE, f"{PAGE}.md", f"{PAGE}.json", f"{PAGE}.pdf", f"{PAGE}/versioni", f"{PAGE}/versioni/2", f"{PAGE}/segnala")
DIFFERENCES = f"{PAGE}/versioni/differenze?da=2&a=2"
LISTS = ("/", "/soluzioni", "/soluzioni.json", "/citta/bologna", "/temi/suap", "/feed/soluzioni.atom", "/sitemap-1.xml")
TITLE = "Capitolato della piattaforma"

Readers = Mapping[str, FlaskClient]


@pytest.fixture
def stores(sqlite_stores: SqliteStores) -> SqliteStores:
    """Pages do not depend on the kind of database."""
    return sqlite_stores


@pytest.fixture(autouse=True)
def _paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be printed, as it goes to the printer."""
    monkeypatch.setattr(pdf, "document", lambda page, *_folders: page.encode())


@pytest.fixture
def readers(app: Flask, exchange: Exchange) -> Readers:
    """Somebody of each side, of a body that has nothing to do with it, and nobody."""
    with exchange.database.work() as session:
        joined = make_person(session, (Role.REFERENT, "venezia")).id
    numbers = {"giver": exchange.giver, "receiver": exchange.receiver, "joined": joined, "stranger": exchange.stranger}
    with exchange.database.reading() as session:
        people = {name: session.get_one(Person, number) for name, number in numbers.items()}
    return {"nobody": app.test_client(), **{name: sign_in(app.test_client(), who) for name, who in people.items()}}


def keep_for_parties(exchange: Exchange, document: Document | None = None) -> None:
    with exchange.database.work() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        save(session, solution, document or make_document(visibility="twin"), NOW + timedelta(days=1))


def give(exchange: Exchange, app: Flask, *, published: bool = True, name: str = "Capitolato.png") -> str:
    """A picture of the kit for the cities of a transfer; answers its address as a file."""
    content = samples.image()
    with exchange.database.work() as session:
        file = Attachment(
            solution_id=exchange.solution().id,
            digest=Store(app.config["SETTINGS"].data_folder / "files").put(content),
            name=name,
            code="png",
            mime="image/png",
            size=len(content),
            title=TITLE,
            document_kind="documento-tecnico",
            visibility="twin",
            published=published,
            added_at=NOW,
            text_state="done",
        )
        session.add(file)
        session.flush()
        return f"/allegati/{file.id}/{name}"


def end(exchange: Exchange, state: str) -> None:
    with exchange.database.work() as session:
        session.get_one(Twinning, exchange.number).state = state


def opened_by(readers: Readers, path: str) -> set[str]:
    answers = {name: client.get(path).status_code for name, client in readers.items()}
    assert set(answers.values()) <= {200, 404}
    return {name for name, status in answers.items() if status == 200}


@pytest.mark.parametrize("path", [*DOORS, DIFFERENCES])
def test_a_sheet_for_the_cities_of_a_transfer_opens_to_every_side_of_it(
    exchange: Exchange, readers: Readers, path: str
) -> None:
    keep_for_parties(exchange)
    assert opened_by(readers, path) == {"giver", "receiver", "joined"}


def asked(exchange: Exchange, client: FlaskClient, path: str) -> int:
    """How many questions a page asks the database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(exchange.database.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(exchange.database.engine, "before_cursor_execute", note)
    return sum(statement.startswith("SELECT") for statement in sent)


@pytest.mark.parametrize("who", ["giver", "receiver"])
def test_the_list_of_versions_asks_who_transfers_it_no_oftener_where_there_are_many(
    exchange: Exchange, readers: Readers, who: str
) -> None:
    keep_for_parties(exchange)
    few = asked(exchange, readers[who], f"{PAGE}/versioni")
    for _again in range(5):
        keep_for_parties(exchange)
    assert f"{PAGE}/versioni/7" in readers[who].get(f"{PAGE}/versioni").text
    assert asked(exchange, readers[who], f"{PAGE}/versioni") == few


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_its_office_did_with_a_sheet_opens_to_no_other_side_of_a_transfer(
    exchange: Exchange, readers: Readers, form: str
) -> None:
    keep_for_parties(exchange)
    members = {name: client for name, client in readers.items() if name != "nobody"}
    assert opened_by(members, f"{PAGE}/storia.{form}") == {"giver"}


@pytest.mark.parametrize(("state", "open_to"), [("closed", {"giver", "receiver", "joined"}), ("stopped", {"giver"})])
def test_a_transfer_that_was_done_leaves_it_open_and_one_that_stopped_shuts_it(
    exchange: Exchange, readers: Readers, state: str, open_to: set[str]
) -> None:
    keep_for_parties(exchange)
    end(exchange, state)
    assert opened_by(readers, PAGE) == open_to


def test_a_file_for_the_cities_of_a_transfer_is_shown_and_handed_to_them_alone(
    exchange: Exchange, readers: Readers, app: Flask
) -> None:
    file = give(exchange, app)
    assert opened_by(readers, file) == {"giver", "receiver", "joined"}
    assert opened_by(readers, f"{PAGE}/immagini/Capitolato.png") == {"giver", "receiver", "joined"}
    for page in (PAGE, f"/en{PAGE}"):
        told = {name for name, client in readers.items() if TITLE in client.get(page).text}
        assert told == {"giver", "receiver", "joined"}
    assert TITLE not in readers["nobody"].get(PAGE).text


def test_a_picture_for_the_cities_of_a_transfer_is_printed_for_them_alone(
    exchange: Exchange, readers: Readers, app: Flask
) -> None:
    give(exchange, app)
    sections = {"Problema affrontato": "Vedi: ![le fasi](kit/Capitolato.png)", "Soluzione adottata": "Uno sportello."}
    keep_for_parties(exchange, make_document(sections=sections))
    printed = {name for name, client in readers.items() if pdf.PICTURES in client.get(f"{PAGE}.pdf").text}
    assert printed == {"giver", "receiver", "joined"}


def test_a_file_that_waits_for_its_decision_is_for_its_office_alone(
    exchange: Exchange, readers: Readers, app: Flask
) -> None:
    assert opened_by(readers, give(exchange, app, published=False)) == {"giver"}


def test_a_draft_opens_to_no_side_of_a_transfer(exchange: Exchange, readers: Readers) -> None:
    keep_for_parties(exchange, make_document(visibility="twin", badge=None))
    assert opened_by(readers, PAGE) == {"giver"}


def test_the_page_says_who_reads_it_and_no_list_names_it(exchange: Exchange, readers: Readers) -> None:
    keep_for_parties(exchange)
    page = readers["receiver"].get(PAGE).text
    assert "La vedono: solo le città che la trasferiscono, e chi ci lavora." in page
    for path in LISTS:
        assert PAGE not in readers["receiver"].get(path).text, path


def test_the_page_kept_for_everybody_never_held_what_is_for_a_transfer(
    exchange: Exchange, readers: Readers, app: Flask
) -> None:
    give(exchange, app)
    for name in ("receiver", "nobody", "receiver", "nobody"):
        assert (TITLE in readers[name].get(PAGE).text) is (name == "receiver")


def test_a_variant_begins_with_the_pictures_that_were_for_its_transfer(exchange: Exchange, app: Flask) -> None:
    give(exchange, app)
    with exchange.database.work() as session:
        variant = ending.begin_variant(session, exchange.number, "torino", exchange.deed())
        carried = session.query(Attachment).filter_by(solution_id=variant.id).one()
    assert (carried.name, carried.visibility, carried.published) == ("Capitolato.png", "twin", False)


def test_the_bodies_of_every_transfer_of_a_solution_are_told(exchange: Exchange) -> None:
    with exchange.database.reading() as session:
        assert queries.transferring(session, exchange.solution().id) == {"bologna", "torino", "venezia"}
        assert queries.transferring(session, 0) == frozenset()
