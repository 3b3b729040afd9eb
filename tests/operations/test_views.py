# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages for whoever runs the site: letters, chores and the journal, each to those who may see it."""

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts.models import Person
from app.background import Background
from app.db import Database
from app.journal.service import record
from app.operations import views
from app.outbox import queries, service
from app.outbox.models import Letter
from app.search.service import count_unmet
from tests.makers import NOW, csrf, make_person, section, sign_in, tamper_with_journal

ADMINISTRATOR = (Role.ADMINISTRATOR, "")
COORDINATOR = (Role.COORDINATOR, "")
OFFICIAL = (Role.OFFICIAL, "bologna")
EXPERT = (Role.EXPERT, "suap")
PAGES = ["/amministrazione/registro", "/amministrazione/registro.json", "/amministrazione/registro.csv"]


@pytest.mark.parametrize(
    ("role", "led_to"),
    [
        (ADMINISTRATOR, {"persone", "enti", "ricerche", "registro", "servizi", "lavori"}),
        (COORDINATOR, {"persone", "enti", "ricerche", "registro", "abbinamenti"}),
        ((Role.REFERENT, "bologna"), {"persone", "registro"}),
        (OFFICIAL, {"registro"}),
    ],
)
def test_administration_leads_each_to_what_they_may_open(
    client: FlaskClient, registered: Database, role: tuple[Role, str], led_to: set[str]
) -> None:
    entering(client, registered, role)
    assert 'href="/amministrazione"' in client.get("/scrivania").text
    page = client.get("/amministrazione").text.partition("<main")[2].partition("</main>")[0]
    links = re.findall(r'href="(/amministrazione/\w+|/abbinamenti)"', page)
    assert {link.rpartition("/")[2] for link in links} == led_to
    assert [client.get(link).status_code for link in links] == [200] * len(links)


def test_who_administers_nothing_is_not_led_there(client: FlaskClient, registered: Database) -> None:
    assert client.get("/amministrazione").status_code == 303
    entering(client, registered, EXPERT)
    assert "/amministrazione" not in client.get("/scrivania").text
    assert client.get("/amministrazione").status_code == 404


def make_failed_letter(
    database: Database, recipient: str = "mario@ente.example", error: str = "550", *, for_good: bool = True
) -> Letter:
    with database.work() as session:
        service.post(session, NOW, "reset", recipient, "it", {"link": "/x", "minutes": 60})
        claimed = service.claim(session, NOW)
        assert claimed is not None
        service.mark_failed(session, claimed.id, NOW, NOW, f"{error} <{recipient}> unknown", for_good=for_good)
        return claimed


def entering(client: FlaskClient, database: Database, *roles: tuple[Role, str], name: str = "Ada Prova") -> Person:
    with database.work() as session:
        person = make_person(session, *roles, name=name)
    sign_in(client, person)
    return person


def make_entries(database: Database, *bodies: str, **named: Any) -> None:
    with database.work() as session:
        for number, body in enumerate(bodies):
            record(
                session, NOW, named.get("actor_id"), "solution-submitted", "solution", f"soluzione-{number}", body=body
            )


def keys(client: FlaskClient, question: str = "") -> list[str]:
    entries = client.get(f"/amministrazione/registro.json{question}").get_json()["entries"]
    return [entry["key"] for entry in entries if entry["kind"] == "solution"]


def test_an_administrator_sees_failed_letters_without_their_addresses(client: FlaskClient, database: Database) -> None:
    make_failed_letter(database)
    entering(client, database, ADMINISTRATOR)
    text = client.get("/amministrazione/lavori").text
    assert "m***@ente.example" in text
    assert "mario@ente.example" not in text
    assert "550 &lt;m***@ente.example&gt; unknown" in section(text, "falliti")
    make_failed_letter(database, "anna@ente.example", "451", for_good=False)
    waits = section(client.get("/amministrazione/lavori").text, "attesa")
    assert "1 messaggio in attesa" in waits
    assert re.findall(r"<td[^>]*>([^<]*)</td>", waits)[2:] == ["1", "451 &lt;a***@ente.example&gt; unknown"]
    assert "n.\u00a01<" in text
    assert "no.\u00a01<" in client.get("/en/amministrazione/lavori").text


def test_a_list_that_is_cut_short_says_so(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_failed_letter(database)
    make_failed_letter(database, "anna@ente.example")
    entering(client, database, ADMINISTRATOR)
    assert "Nella tabella ce ne sono" not in client.get("/amministrazione/lavori").text
    assert "Nei file ci sono" not in client.get("/amministrazione/registro").text
    monkeypatch.setattr(views, "SHOWN", 1)
    monkeypatch.setattr(views, "EXPORTED", 1)
    make_entries(database, "bologna", "torino")
    assert "Nella tabella ce ne sono 1" in section(client.get("/amministrazione/lavori").text, "falliti")
    assert "Nei file ci sono le 1 operazioni" in client.get("/amministrazione/registro").text


def test_an_administrator_sees_what_the_worker_did(client: FlaskClient, app: Flask, database: Database) -> None:
    entering(client, database, ADMINISTRATOR)
    assert "Nessun lavoro è ancora stato svolto" in client.get("/amministrazione/lavori").text
    Background(app, app.extensions["chores"]).once()
    text = client.get("/amministrazione/lavori").text
    assert "spedizione dei messaggi" in text
    assert "Nessun lavoro è ancora stato svolto" not in text

    def broken(_app: Flask) -> int:
        raise OSError("the disk of mario@ente.example is full")

    Background(app, [replace(app.extensions["chores"][0], run=broken)]).once()
    (error,) = re.findall("<strong>(.*)</strong>", section(client.get("/amministrazione/lavori").text, "lavori"))
    assert error == "OSError: the disk of m***@ente.example is full"


def test_an_administrator_sees_what_the_index_lacks_whether_the_journal_is_whole_and_the_disk(
    client: FlaskClient, app: Flask, registered: Database
) -> None:
    entering(client, registered, ADMINISTRATOR)
    make_entries(registered, "bologna")
    before = client.get("/amministrazione/lavori").text
    assert "modifiche da indicizzare, la più vecchia del" in before
    assert "non ancora verificato" in before
    assert "GB liberi su" in before
    app.extensions["indexer"].ensure()
    (chain,) = [chore for chore in app.extensions["chores"] if chore.name == "chain"]
    Background(app, [chain]).once()
    assert "catena integra" in client.get("/amministrazione/lavori").text
    with registered.work() as session:
        tamper_with_journal(session, "UPDATE journal SET action = 'solution-approved' WHERE kind = 'solution'")
    Background(app, [chain]).once()
    after = client.get("/amministrazione/lavori").text
    assert "catena interrotta" in after
    assert "modifiche da indicizzare" not in after


def test_the_coordination_reads_what_was_searched_in_vain(client: FlaskClient, database: Database) -> None:
    today = datetime.now(UTC).date()
    with database.work() as session:
        for days, text in ((0, "=barriere"), (1, "=barriere"), (60, "cimiteri")):
            count_unmet(session, text, today - timedelta(days=days))
    entering(client, database, OFFICIAL)
    assert client.get("/amministrazione/ricerche").status_code == 403
    entering(client, database, COORDINATOR)
    page = client.get("/amministrazione/ricerche").text
    assert "2 ricerche senza risultati" in page
    assert 'href="/cerca?q=%3Dbarriere"' in page or 'href="/cerca?q==barriere"' in page
    assert "cimiteri" not in page
    assert "cimiteri" in client.get("/amministrazione/ricerche?giorni=90").text
    rows = client.get("/amministrazione/ricerche.csv?giorni=90").text.lstrip("\ufeff").splitlines()
    assert rows == ["Testo;Quante volte", "'=barriere;2", "cimiteri;1"], "and no spreadsheet runs what was typed"


def test_a_failed_letter_is_sent_again_on_demand(client: FlaskClient, database: Database) -> None:
    letter = make_failed_letter(database)
    person = entering(client, database, ADMINISTRATOR)
    token = csrf(client, "/amministrazione/lavori")
    address = f"/amministrazione/lavori/lettere/{letter.id}/riprova"
    assert client.post(address).status_code == 400, "without the token of the page"
    assert client.post(address, data={"csrf_token": token}).status_code == 303
    with database.reading() as session:
        found = queries.by_number(session, letter.id)
        assert found is not None
        assert found.failed_at is None
        assert found.attempts == 0
    assert client.post(address, data={"csrf_token": token}).status_code == 409, "it waits already"
    assert client.post(address.replace(str(letter.id), "99"), data={"csrf_token": token}).status_code == 404
    entries = client.get("/amministrazione/registro.json?tipo=letter").get_json()["entries"]
    assert [(entry["action"], entry["actor_id"]) for entry in entries] == [("letter-retried", person.id)]


def test_when_the_mail_server_is_well_again_all_letters_it_did_not_take_leave_at_once(
    client: FlaskClient, database: Database
) -> None:
    given_up = make_failed_letter(database)
    waits = make_failed_letter(database, "anna@ente.example", "451", for_good=False)
    closed = make_failed_letter(database, "ugo@ente.example")
    now = datetime.now(UTC)
    with database.work() as session:
        for number, field, moment in ((closed.id, "expires_at", -1), (waits.id, "due_at", 3)):
            setattr(queries.locked(session, number), field, now + timedelta(hours=moment))
    person = entering(client, database, ADMINISTRATOR)
    page = client.get("/amministrazione/lavori").text
    assert "2 messaggi non ancora accettati" in page
    address, token = "/amministrazione/lavori/lettere/riprova", csrf(client, "/amministrazione/lavori")
    assert f'action="{address}"' in page
    assert client.post(address, data={"csrf_token": token}).status_code == 303
    with database.reading() as session:
        found = {letter.id: (letter.failed_at, letter.attempts) for letter in queries.waiting(session, 9)}
        assert found == {given_up.id: (None, 0), waits.id: (None, 0)}, "the one whose link is closed stays"
        assert all(letter.due_at <= datetime.now(UTC) for letter in queries.waiting(session, 9))
    assert "I messaggi non ancora accettati sono di nuovo" in client.get("/amministrazione/lavori").text
    assert f'action="{address}"' not in client.get("/amministrazione/lavori").text
    assert client.post(address, data={"csrf_token": token}).status_code == 303, "pressed twice it does nothing more"
    entries = client.get("/amministrazione/registro.json?tipo=site").get_json()["entries"]
    told = [(entry["action"], entry["actor_id"], entry["data"]) for entry in entries]
    assert told == [("letters-retried", person.id, {"number": 2})]
    assert "messaggi rimessi in spedizione" in client.get("/amministrazione/registro").text


def test_a_letter_whose_link_has_expired_is_not_offered_to_be_sent_again(
    client: FlaskClient, database: Database
) -> None:
    letter = make_failed_letter(database)
    entering(client, database, ADMINISTRATOR)
    address = f"/amministrazione/lavori/lettere/{letter.id}/riprova"
    for moment, offered in ((timedelta(hours=1), True), (-timedelta(hours=1), False)):
        with database.work() as session:
            found = queries.locked(session, letter.id)
            assert found is not None
            found.expires_at = datetime.now(UTC) + moment
        assert (address in client.get("/amministrazione/lavori").text) is offered


@pytest.mark.parametrize("role", [COORDINATOR, OFFICIAL, EXPERT])
def test_others_neither_see_letters_nor_send_them_again(
    client: FlaskClient, database: Database, role: tuple[Role, str]
) -> None:
    letter = make_failed_letter(database)
    entering(client, database, role)
    assert client.get("/amministrazione/lavori").status_code == 403
    token = csrf(client, "/profilo")
    for which in (f"{letter.id}/", ""):
        answer = client.post(f"/amministrazione/lavori/lettere/{which}riprova", data={"csrf_token": token})
        assert answer.status_code == 403


def test_the_coordination_reads_the_whole_journal(client: FlaskClient, database: Database) -> None:
    make_entries(database, "bologna", "torino", "")
    entering(client, database, COORDINATOR)
    assert keys(client) == ["soluzione-2", "soluzione-1", "soluzione-0"]


def test_an_official_reads_what_concerns_their_body(client: FlaskClient, database: Database) -> None:
    make_entries(database, "bologna", "torino", "")
    entering(client, database, OFFICIAL)
    assert keys(client) == ["soluzione-0"]
    page = client.get("/amministrazione/registro").text
    assert "soluzione-0" in page
    assert "soluzione-1" not in page
    exported = client.get("/amministrazione/registro.csv").text
    assert "soluzione-0" in exported
    assert "soluzione-1" not in exported


def test_what_a_row_of_the_exported_journal_tells_is_read_by_machines(client: FlaskClient, database: Database) -> None:
    told = {"reason": "così com'è", "both": True, "until": None}
    with database.work() as session:
        record(session, NOW, None, "solution-archived", "solution", "soluzione-0", data=told)
    entering(client, database, COORDINATOR)
    lines = client.get("/en/amministrazione/registro.csv").data.decode("utf-8-sig").splitlines()
    (row,) = [row for row in csv.DictReader(lines, delimiter=";") if row["key"] == "soluzione-0"]
    assert json.loads(row["data"]) == told


@pytest.mark.parametrize("address", PAGES)
def test_who_has_no_body_reads_no_journal(client: FlaskClient, database: Database, address: str) -> None:
    assert client.get(address, headers={"Accept": "application/json"}).status_code == 401
    entering(client, database, EXPERT)
    assert client.get(address).status_code == 404


def test_the_journal_names_people_the_site_and_those_who_were_erased(client: FlaskClient, database: Database) -> None:
    person = entering(client, database, COORDINATOR, name="Grazia Deledda")
    make_entries(database, "bologna", actor_id=person.id)
    make_entries(database, "torino", actor_id=999)
    make_entries(database, "venezia")
    text = client.get("/amministrazione/registro").text
    assert "Grazia Deledda" in text
    assert "persona cancellata" in text
    assert "il sito" in text
    assert "soluzione inviata" in text


def test_the_journal_says_whose_account_it_tells_of_and_which_role_was_given(
    client: FlaskClient, registered: Database
) -> None:
    entering(client, registered, COORDINATOR)
    with registered.work() as session:
        told = make_person(session, OFFICIAL, name="Grazia Deledda")
        about = {"kind": "person", "key": str(told.id)}
        record(session, NOW, None, "role-given", **about, body="bologna", data={"role": "official", "scope": "bologna"})
        record(session, NOW, None, "sign-in-failed", "person", "unknown")
    rows = re.findall(r"<tr>(.*?)</tr>", client.get("/amministrazione/registro?tipo=person").text, re.S)
    failed, given, *_ = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows[1:]]
    assert "qualcuno senza accesso accesso non riuscito persona sconosciuta" in failed
    assert re.search("ruolo assegnato: funzionario, .*Bologna persona", given)
    assert "Grazia Deledda" in given


def test_the_journal_is_filtered_by_what_it_concerns(client: FlaskClient, database: Database) -> None:
    make_entries(database, "bologna")
    entering(client, database, COORDINATOR)
    assert keys(client, "?tipo=person") == []
    assert keys(client, "?tipo=solution") == ["soluzione-0"]
    assert client.get("/amministrazione/registro?tipo=niente").status_code == 200


def test_the_journal_is_paged(client: FlaskClient, database: Database) -> None:
    make_entries(database, *["bologna"] * 60)
    entering(client, database, OFFICIAL)
    first = client.get("/amministrazione/registro").text
    second = client.get("/amministrazione/registro?pagina=2").text
    assert "60 operazioni" in first
    assert "soluzione-59<" in first
    assert "soluzione-59<" not in second
    assert "soluzione-0<" in second
    assert client.get("/amministrazione/registro?pagina=99999999999999999999").status_code == 200


def test_files_of_the_journal_are_not_kept_on_the_way(client: FlaskClient, database: Database) -> None:
    entering(client, database, COORDINATOR)
    for address in PAGES[1:]:
        assert "no-store" in client.get(address).headers["Cache-Control"]


def test_the_pages_are_in_english_too(client: FlaskClient, database: Database) -> None:
    entering(client, database, ADMINISTRATOR)
    assert client.get("/en/amministrazione/lavori").status_code == 200
    assert client.get("/en/amministrazione/registro").status_code == 200


def test_rows_of_the_file_can_be_checked_against_the_chain(client: FlaskClient, database: Database) -> None:
    make_entries(database, "bologna", "bologna")
    entering(client, database, OFFICIAL)
    entries = json.loads(client.get("/amministrazione/registro.json").text)["entries"]
    assert all(len(entry["digest"]) == 64 for entry in entries)
