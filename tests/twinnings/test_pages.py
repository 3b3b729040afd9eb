# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of a transfer: what everybody sees, what its parties do, the calendar, the certificate."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from babel.dates import format_date
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.access import Role
from app.accounts import queries as queries_of_people
from app.accounts import roles
from app.accounts.models import Person
from app.conversion.export import text_to_office
from app.db import Database
from app.document.schema import VARIANT_SECTION
from app.errors import Invalid
from app.needs.service import Deed
from app.review.upkeep import archive
from app.search.index import IndexDamaged
from app.solutions import queries as library
from app.solutions.rules import LABEL
from app.solutions.service import save
from app.twinnings import chores, ending, forms, queries, rules, service, sharing, work_views
from app.twinnings.calendar import _folded, _text
from app.twinnings.models import Twinning, TwinningPerson
from app.twinnings.rules import Closing
from tests.makers import NOW, csrf, make_document, make_person, make_solution, section, sign_in
from tests.naughty import lines_for
from tests.twinnings.exchange import LATER, SLUG, Exchange, joined_elsewhere

KIT = [{"title": "Schema da non togliere", "kind": "accordo"}]
PATH = f"/gemellaggi/1-{SLUG}"
#: The first meeting as its form sends it.
AGREED = {"meeting": "1", "title": "Avvio", "starts_at": "2027-01-08T10:00", "minutes": "60", "place": ""}


def said(instant: datetime) -> str:
    """A day as Italian pages write it."""
    return re.sub("^1 ", "1° ", format_date(instant.date(), "long", "it"))


def client_of(app: Flask, database: Database, person: int) -> FlaskClient:
    with database.reading() as session:
        found = session.get(Person, person)
        assert found is not None
        return sign_in(app.test_client(), found)


def test_who_joined_and_takes_the_solution_over_already_has_no_people_in_another_transfer_of_it(
    app: Flask, registered: Database
) -> None:
    """Torino receives it by a request of its own, and has joined one of Venezia for the same."""
    exchange = Exchange(registered, alone=True)
    with registered.work() as session:
        venetian = make_person(session, (Role.OFFICIAL, "venezia")).id
        proposal = joined_elsewhere(session, exchange, venetian)
        torino = proposal.need.receivers[0].city_id
        number = service.begin(session, proposal, exchange.giver, NOW)
        begun = queries.twinning(session, number)
        assert begun is not None
        assert [city.slug for city in begun.receivers] == ["venezia"]
        assert {tie.person_id for tie in begun.people} == {exchange.giver, venetian}
        begun.people.append(TwinningPerson(person_id=exchange.colleague, city_id=torino))
    page = client_of(app, registered, exchange.giver).get(f"/gemellaggi/{number}-{SLUG}")
    assert page.status_code == 200, "also where its people were put in before"


@pytest.fixture
def receiver(app: Flask, exchange: Exchange) -> FlaskClient:
    return client_of(app, exchange.database, exchange.receiver)


def post(client: FlaskClient, address: str, **data: str) -> int:
    return client.post(f"{PATH}{address}", data={"csrf_token": csrf(client, PATH), **data}).status_code


def test_who_no_longer_takes_part_reads_why_nothing_was_saved_and_whom_to_ask(app: Flask, exchange: Exchange) -> None:
    stranger = client_of(app, exchange.database, exchange.stranger)
    words = "Si parte dai moduli comuni."
    sent = stranger.post(f"{PATH}/note", data={"csrf_token": csrf(stranger, "/profilo"), "note": words})
    assert sent.status_code == 404
    assert "questa utenza non può più vederlo" in sent.text
    assert "potrebbe essere cambiato o contenere un errore" not in sent.text
    assert words in sent.text


def test_everybody_sees_who_teaches_whom_and_only_the_parties_the_workbench(
    app: Flask, exchange: Exchange, client: FlaskClient, receiver: FlaskClient
) -> None:
    public = client.get(PATH).text
    assert "Città metropolitana di Bologna" in public
    assert "Note condivise" not in public
    assert "Note condivise" in receiver.get(PATH).text
    stranger = client_of(app, exchange.database, exchange.stranger)
    assert "Note condivise" not in stranger.get(PATH).text
    assert stranger.get(f"{PATH}/calendario.ics").status_code == 404


def test_the_solution_that_is_taught_is_a_link_for_those_who_may_open_it(
    exchange: Exchange, client: FlaskClient, receiver: FlaskClient
) -> None:
    told, source = "La soluzione di partenza", f"/soluzioni/{SLUG}"
    assert told in client.get(PATH).text
    with exchange.database.work() as session:
        solution = library.locked(session, exchange_of(session, exchange).solution_id)
        save(session, solution, make_document(visibility="members"), NOW + timedelta(days=1))
    assert client.get(source).status_code == 404
    assert told not in client.get(PATH).text
    assert receiver.get(source).status_code == 200
    assert told in receiver.get(PATH).text
    with exchange.database.work() as session:
        solution = library.locked(session, exchange_of(session, exchange).solution_id)
        save(session, solution, make_document(), NOW + timedelta(days=2))
        archive(session, solution, exchange.giver, NOW + timedelta(days=3), "La pratica è finita.")
    assert client.get(source).status_code == 200
    assert told in client.get(PATH).text


@pytest.mark.parametrize(
    ("alone", "said"),
    [
        (False, "Bologna insegna, Torino, Venezia adattano e riusano: fase, tappe, esito."),
        (True, "Bologna insegna, Torino adatta e riusa: fase, tappe, esito."),
    ],
)
def test_what_others_show_of_a_transfer_agrees_with_how_many_receive(
    registered: Database, client: FlaskClient, alone: bool, said: str
) -> None:
    Exchange(registered, alone=alone)
    assert f'<meta name="description" content="{said}">' in client.get(PATH).text


def test_the_last_day_of_work_is_what_the_page_was_last_changed_on(exchange: Exchange, client: FlaskClient) -> None:
    with exchange.database.work() as session:
        sharing.write_note(session, exchange.number, "Fatto.", exchange.deed())
        service.remind(session, exchange.number, Deed(None, LATER + timedelta(days=200)))
    foot = client.get(PATH).text.partition("Ultimo aggiornamento:")[2][:80]
    assert said(LATER) in foot


@pytest.mark.parametrize(
    "path", ["/scrivania", "/avvisi", "/profilo", "/gemellaggi", "/rete", "/richieste", "/cerca", "/citta/bologna"]
)
def test_a_list_bears_no_day_of_the_release_as_that_of_its_last_change(receiver: FlaskClient, path: str) -> None:
    page = receiver.get(path)
    assert page.status_code == 200
    assert "Ultimo aggiornamento" not in page.text


def test_one_that_is_over_says_when_it_ended_and_not_that_it_was_stopped_for_a_time(
    exchange: Exchange, client: FlaskClient
) -> None:
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    ended, began = (said(instant) for instant in (LATER, NOW))
    for path in (PATH, "/gemellaggi", "/richieste/1-sportello", "/citta/torino"):
        page = client.get(path).text
        assert f"ermato il {ended} (cominciato il {began})" in page, path
        assert f"al {ended}" not in page


def test_lists_are_pages_and_data(exchange: Exchange, client: FlaskClient) -> None:
    assert "Sportello unico metropolitano" in client.get("/gemellaggi").text
    assert "Sportello unico metropolitano</a>" in client.get(f"/segnala?pagina={PATH}").text
    (row,) = client.get("/gemellaggi.json?stato=running").get_json()["twinnings"]
    assert (row["giver"], row["receivers"]) == ("bologna", ["torino", "venezia"])
    assert client.get("/gemellaggi.json?stato=closed").get_json()["twinnings"] == []
    assert client.get("/en/gemellaggi.csv").text.splitlines()[0].startswith("\ufeffid;title")
    assert ";bologna;Bologna;torino, venezia;Torino, Venezia;in corso;Capire;" in client.get("/gemellaggi.csv").text


def test_the_buttons_do_what_they_say(exchange: Exchange, receiver: FlaskClient) -> None:
    page = receiver.get(PATH).text
    milestone = re.findall(r"/tappe/(\d+)\"", page)[0]
    piece = re.findall(r'name="received-(\d+)"', page)[0]
    assert post(receiver, f"/tappe/{milestone}", done="1") == 303
    assert post(receiver, f"/tappe/{milestone}/programma", due_on="2027-01-31", owner="") == 303
    assert post(receiver, "/tappe", title="Seduta", phase="adattare", due_on="2027-01-31") == 303
    assert post(receiver, "/persone", person=f"{exchange.colleague}|torino", task="x") == 303
    assert post(receiver, f"/persone/{exchange.colleague}/togli") == 303
    assert post(receiver, "/incontri", title="Avvio", starts_at="2027-01-08T10:00", minutes="60", place="Qui") == 303
    assert post(receiver, "/note", note="Fatto.") == 303
    assert post(receiver, "/kit/spunte", **{f"received-{piece}": "on"}) == 303
    assert post(receiver, "/ore", body="torino", on="2026-11-22", hours="1,5", what="") == 303
    assert (
        post(
            receiver,
            "/requisiti",
            body="torino",
            precondition="Piattaforma telematica",
            answer="no",
            who="",
            by_when="",
        )
        == 303
    )
    page = receiver.get(PATH).text
    for said in ("Seduta", "Avvio", "Fatto.", "1,5"):
        assert said in page
    meeting = re.findall(r"/incontri/(\d+)/annulla", page)[0]
    assert post(receiver, f"/incontri/{meeting}/annulla") == 303


def test_what_a_receiver_lacks_leads_to_solutions_that_may_fill_it(
    exchange: Exchange, receiver: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with exchange.database.work() as session:
        make_solution(session, "piattaforma", title="Piattaforma telematica comune")
        make_solution(session, "canile", title="Una piattaforma per i canili")
    receiver.application.extensions["indexer"].rebuild()
    typed = {"body": "torino", "precondition": "Piattaforma telematica", "who": "", "by_when": ""}
    assert post(receiver, "/requisiti", answer="yes", **typed) == 303
    assert "Può aiutare a colmarlo" not in receiver.get(PATH).text
    seen = rules.seen({"answer": "yes", "who": "", "by_when": ""})
    assert post(receiver, "/requisiti", answer="no", seen=seen, **typed) == 303
    helps = receiver.get(PATH).text.partition("Può aiutare a colmarlo")[2][:400]
    assert "Piattaforma telematica comune" in helps
    assert "canili" not in helps, "one common word fills no gap"

    def gone(*_: object, **__: object) -> None:
        raise IndexDamaged("away")

    monkeypatch.setattr(receiver.application.extensions["engine"], "like", gone)
    assert "soluzioni che aiutano" in receiver.get(PATH).text


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/note", {"note": ""}),
        ("/tappe", {"title": "x", "phase": "capire", "due_on": "ieri"}),
        ("/incontri", {"title": "x", "starts_at": "", "minutes": "60"}),
        ("/ore", {"body": "torino", "on": "2026-11-22", "hours": "molte"}),
        ("/persone", {"person": "x|torino"}),
        ("/chiudi", {"body": "torino", "result": "adopted", "months": "otto"}),
        ("/chiudi", {"body": "torino", "result": ""}),
        ("/ferma", {"reason": ""}),
        ("/kit", {"title": ""}),
        ("/file", {}),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    exchange: Exchange, receiver: FlaskClient, address: str, data: dict[str, str]
) -> None:
    assert post(receiver, address, **data) == 422
    assert exchange.rows() == ["twinning-begun"]


def sent_wrongly(client: FlaskClient, address: str, data: Mapping[str, str]) -> tuple[str, str]:
    """The page after a form that was refused, and its part with the notice up to the end of that form."""
    answer = client.post(f"{PATH}{address}", data={"csrf_token": csrf(client, PATH), **data})
    assert answer.status_code in (409, 422)
    page = answer.text
    assert page.count("notice-wrong") == 1
    before, _, after = page.partition('<div class="notice notice-wrong"')
    start = before.rindex("<form ")
    return page, before[before.rindex("<details", 0, start) : start] + after.partition("</form>")[0]


def test_nobody_takes_people_of_the_other_side_off_the_list_and_who_tries_reads_why(
    app: Flask, exchange: Exchange, receiver: FlaskClient
) -> None:
    theirs, mine = f"/persone/{exchange.giver}/togli", f"/persone/{exchange.receiver}/togli"
    page = receiver.get(PATH).text
    assert (mine in page, theirs in page) == (True, False)
    refused = receiver.post(f"{PATH}{theirs}", data={"csrf_token": csrf(receiver, PATH)})
    assert refused.status_code == 422
    assert "Persona: È di un altro ente: la può aggiungere o togliere solo chi lavora per quell’ente" in refused.text
    assert exchange.rows() == ["twinning-begun"]
    with exchange.database.work() as session:
        national = make_person(session, (Role.COORDINATOR, "")).id
    coordinator = client_of(app, exchange.database, national)
    assert all(button in coordinator.get(PATH).text for button in (mine, theirs))
    assert post(coordinator, theirs) == 303


def test_who_left_their_body_is_marked_until_somebody_takes_over(
    app: Flask, exchange: Exchange, receiver: FlaskClient
) -> None:
    post(receiver, "/tappe/1/programma", due_on="2026-12-01", owner=str(exchange.receiver))
    marked = "non lavora più per questo ente"
    assert marked not in receiver.get(PATH).text
    with exchange.database.work() as session:
        left = queries_of_people.person(session, exchange.receiver)
        assert left
        for tie in list(left.assignments):
            roles.take_role(session, left.actor, left, tie.id, NOW)
    colleague = client_of(app, exchange.database, exchange.colleague)
    page = colleague.get(PATH).text
    assert marked in section(page, "persone")
    assert f"Receiver ({marked})" in section(page, "tappe")
    assert f"Se ne occupava Receiver, {marked}." in " ".join(page.split())
    assert "Giver</strong>" in section(page, "persone")
    assert section(page, "persone").count(marked) == 1


def test_who_gives_and_who_receives_tell_the_end_in_forms_of_their_own(
    app: Flask, exchange: Exchange, receiver: FlaskClient
) -> None:
    giver = client_of(app, exchange.database, exchange.giver)
    given, taken = (client.get(PATH).text for client in (giver, receiver))
    assert "Che cosa è servito di più a chi riceve" in given
    assert "Da chi riceve la soluzione è stata" in given
    assert 'name="indicator"' not in given
    assert "Che cosa ha funzionato" in taken
    assert "Da voi la soluzione è stata" in taken
    assert 'name="indicator"' in taken


def test_what_is_wrong_in_a_report_is_said_with_the_names_its_fields_have_there(
    app: Flask, exchange: Exchange, receiver: FlaskClient
) -> None:
    typed = {"months": "circa sei", "cost": "molto", "worked": "x" * 5_000, "failed": "x" * 5_000}
    for client, body in ((client_of(app, exchange.database, exchange.giver), "bologna"), (receiver, "torino")):
        for sent in (typed, typed | {"months": "", "cost": ""}, {"result": ""}):
            _, form = sent_wrongly(client, "/chiudi", {"body": body, "result": "adapted", **sent})
            notice, _, fields = form.partition("</p>")
            names = re.findall(r"(?:nulla:| numero, per esempio 12\.| lungo\.) ([^:]+):", " ".join(notice.split()))
            labels = re.findall(r"<(?:label for=[^>]*|legend)>([^<]+?) ?<", fields)
            assert names
            assert set(names) <= set(labels), (body, names, labels)


def test_all_that_is_wrong_in_a_report_is_said_at_once(exchange: Exchange, receiver: FlaskClient) -> None:
    _, form = sent_wrongly(receiver, "/chiudi", {"body": "torino", "months": "otto", "worked": "x" * 5_000})
    notice = " ".join(form.partition("</p>")[0].split())
    for said in ("Mesi impiegati: Serve", "Da voi la soluzione è stata: Questo campo", "Che cosa ha funzionato: Il"):
        assert said in notice


@pytest.mark.parametrize("made_up", [True, False])
def test_a_made_up_transfer_says_of_its_source_what_is_true_of_it(
    registered: Database, client: FlaskClient, made_up: bool
) -> None:
    exchange = Exchange(registered, demonstration=True)
    with registered.work() as session:
        if made_up:
            exchange_of(session, exchange).solution.summary = f"{LABEL} Uno sportello."
    page = client.get(PATH).text
    assert ("È finta anche la scheda della soluzione" in page) is made_up
    assert ("non cambia la scheda della soluzione" in page) is not made_up


def test_what_who_gives_had_written_keeps_its_name_where_the_twinning_ended_meanwhile(
    app: Flask, exchange: Exchange
) -> None:
    giver = client_of(app, exchange.database, exchange.giver)
    token = csrf(giver, PATH)
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    sent = {"csrf_token": token, "body": "bologna", "result": "adapted", "worked": "Le visite."}
    page = giver.post(f"{PATH}/chiudi", data=sent).text.partition("Quello che avevi scritto")[2]
    assert "Che cosa è servito di più a chi riceve" in page
    assert "Che cosa ha funzionato" not in page


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        (
            "/tappe",
            {"title": "Seduta del consiglio", "phase": "riusare", "due_on": ""},
            "Entro il giorno: Serve una data",
        ),
        (
            "/tappe",
            {"title": "Seduta del consiglio", "phase": "riusare", "due_on": "1926-11-22"},
            "Entro il giorno: Viene prima dell’inizio del gemellaggio: va bene un giorno dal 22 novembre 2026 al 22",
        ),
        (
            "/tappe/1/programma",
            {"due_on": "2031-11-23", "owner": "2"},
            "Entro il giorno: È troppo lontano: va bene un giorno dal 22 novembre 2026 al 22 novembre 2031.",
        ),
        (
            "/incontri",
            {"title": "Avvio", "starts_at": "2126-12-08T10:00", "minutes": "45", "place": "Sala blu"},
            "Giorno e ora: È troppo lontano: va bene un giorno dal 22 novembre 2026 al 22 novembre 2031.",
        ),
        ("/tappe/1/programma", {"due_on": "", "owner": "2"}, "Entro il giorno: Serve una data"),
        ("/persone", {"person": "0|torino", "task": "modulistica"}, "Persona: Questa persona non lavora"),
        ("/capofila", {"body": "bari"}, "Ente: Questo ente non partecipa"),
        ("/incontri", {"title": "Avvio", "starts_at": "", "minutes": "45", "place": "Sala blu"}, "Giorno e ora: Serve"),
        ("/ore", {"body": "torino", "on": "2026-11-22", "hours": "due", "what": "visita"}, "Ore: Servono ore da 0,25"),
        ("/ore", {"body": "torino", "on": "2026-11-22", "hours": "26,5", "what": "visita"}, "al massimo 24 ore"),
        ("/kit", {"title": "Schema di convenzione"}, "Titolo: C’è già"),
        ("/file", {"title": "Bozza di regolamento"}, "File: "),
        (
            "/requisiti",
            {"body": "torino", "precondition": "Piattaforma telematica", "answer": "planned", "who": "Ufficio gare"}
            | {"by_when": "presto"},
            "Entro il giorno: Serve una data",
        ),
        (
            "/chiudi",
            {"body": "torino", "result": "adapted", "months": "circa sei", "cost": "molto", "indicator": "Giorni"}
            | {"before": "9", "after": "4", "worked": "Due paragrafi.", "failed": "Un altro."},
            "Mesi impiegati: Serve un numero intero, per esempio 12. Costo in euro: Serve",
        ),
        ("/chiudi", {"body": "torino", "result": "adapted", "months": "8,5"}, "Mesi impiegati: Serve un numero intero"),
        (
            "/chiudi",
            {"body": "torino", "result": "adapted", "months": "99999"},
            "Mesi impiegati: Il numero è troppo grande.",
        ),
        ("/ferma", {"reason": "other", "text": "", "public": "on"}, "In parole: Questo campo"),
    ],
)
def test_a_form_that_was_refused_stays_open_with_what_was_typed(
    exchange: Exchange, receiver: FlaskClient, address: str, data: dict[str, str], said: str
) -> None:
    page, form = sent_wrongly(receiver, address, data)
    assert form.startswith('<details class="fold-plain" open>')
    assert page.count('<details class="fold-plain" open>') == 1
    assert said in " ".join(form.split())
    assert 'aria-invalid="true"' in form
    assert 'class="form-wrong"' in form
    for name, typed in data.items():
        # Nobody can be chosen who is not among the people and bodies of the page.
        kept = (f'value="{typed}"', f">{typed}</textarea>", f'name="{name}" checked')
        chosen = (f'value="{typed}" selected', f'value="{typed}" checked')
        wanted = chosen if name in ("phase", "owner", "answer", "result", "reason") else kept
        assert any(item in form for item in wanted) or (name, typed) in {("person", "0|torino"), ("body", "bari")}, name


def test_a_transfer_is_stopped_only_by_who_chose_why_and_confirmed_it(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    asked = receiver.get(PATH).text.partition('id="reason"')[2].partition("</select>")[0]
    assert " required>" in asked
    assert "selected" not in asked
    assert '<option value="">' in asked.partition(" required>")[2][:20]
    for sent, wanted in (({"reason": "funding"}, "Conferma: Per fermare"), ({"sure": "on"}, "Perché: Questo campo")):
        _, form = sent_wrongly(receiver, "/ferma", sent)
        assert wanted in form
    assert exchange.twinning().state == "running"
    assert post(receiver, "/ferma", reason="funding", sure="on") == 303
    assert exchange.twinning().state == "stopped"


def test_who_stops_a_transfer_of_several_reads_that_it_stops_for_all_and_takes_nothing_from_who_adopted(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    assert "Si ferma per tutti gli enti." in receiver.get(PATH).text
    with exchange.database.work() as session:
        ending.say(session, exchange.number, "venezia", Closing("adopted"), exchange.deed())
    page = receiver.get(PATH).text
    assert f'action="{PATH}/ferma"' not in page
    assert "il gemellaggio non si ferma più, si chiude con i racconti" in page
    said = {"csrf_token": csrf(receiver, PATH), "reason": "funding", "text": "Noi no.", "sure": "on"}
    refused = receiver.post(f"{PATH}/ferma", data=said)
    assert refused.status_code == 409
    assert "Noi no." in refused.text
    assert exchange.twinning().state == "running"


def test_what_a_receiver_has_is_answered_by_choice_and_the_answer_can_be_taken_back(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    about = {"body": "torino", "precondition": "Piattaforma telematica"}
    asked = receiver.get(PATH).text.partition('name="answer"')[2].partition("</select>")[0]
    assert " required>" in asked
    assert "selected" not in asked
    _, form = sent_wrongly(receiver, "/requisiti", {**about, "answer": "", "who": "Ufficio gare"})
    assert "Com’è da te: Questo campo è obbligatorio." in form
    assert 'value="Ufficio gare"' in form
    assert post(receiver, "/requisiti", **about, answer="yes", who="Ufficio gare") == 303
    asked = receiver.get(PATH).text.partition("c’è</strong>")[2]
    assert '<option value="">non ancora risposto</option>' in asked
    assert post(receiver, "/requisiti", **about, answer="") == 409, "nobody saw the answer that this takes back"
    seen = rules.seen({"answer": "yes", "who": "Ufficio gare", "by_when": ""})
    assert post(receiver, "/requisiti", **about, answer="", seen=seen) == 303
    with exchange.database.reading() as session:
        assert queries.readiness(session, exchange.number) == []


def test_a_note_that_is_too_long_is_still_in_its_field(exchange: Exchange, receiver: FlaskClient) -> None:
    _, form = sent_wrongly(receiver, "/note", {"note": "Parola. " * 600})
    assert "Parola. Parola." in form
    assert "Nota: Il testo è troppo lungo." in form


def test_a_meeting_that_is_moved_wrongly_or_minuted_at_length_keeps_its_own_form_open(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    assert post(receiver, "/incontri", title="Avvio", starts_at="2027-01-08T10:00", minutes="60", place="") == 303
    moved = {"meeting": "1", "title": "Avvio spostato", "starts_at": "2027-01-09T10:00", "minutes": "2", "place": "Qui"}
    _, form = sent_wrongly(receiver, "/incontri", moved)
    for said in (
        'value="Avvio spostato"',
        'value="2027-01-09T10:00"',
        'value="2"',
        "Servono minuti interi, da 5 a 1440",
    ):
        assert said in form
    long = {**moved, "minutes": "60", "minutes_text": "Deciso. " * 600}
    _, form = sent_wrongly(receiver, "/incontri", long | {"seen": opened_on(receiver, "/incontri")})
    assert "Deciso. Deciso." in form
    assert "Verbale: Il testo è troppo lungo." in form


def test_a_meeting_that_was_called_off_meanwhile_is_not_moved_and_who_tries_reads_why(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    typed = {"title": "Avvio", "starts_at": "2027-01-08T10:00", "minutes": "60", "place": "Torino"}
    assert post(receiver, "/incontri", **typed) == 303
    seen = opened_on(receiver, "/incontri")
    assert post(receiver, "/incontri/1/annulla") == 303
    moved = {**typed, "meeting": "1", "starts_at": "2027-01-09T10:00", "place": "Bologna", "seen": seen}
    answer = receiver.post(f"{PATH}/incontri", data={"csrf_token": csrf(receiver, PATH), **moved})
    assert answer.status_code == 409
    assert "l’incontro è stato annullato e non si può più spostare" in answer.text
    assert '<p class="as-typed" lang="it">Bologna</p>' in answer.text
    assert exchange.rows().count("meeting-set") == 1


def test_what_was_written_is_not_lost_where_the_twinning_ended_meanwhile(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    token = csrf(receiver, PATH)
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    sent = {"csrf_token": token, "body": "torino", "result": "adapted", "worked": "Un racconto <lungo>."}
    answer = receiver.post(f"{PATH}/chiudi", data=sent)
    assert answer.status_code == 409
    assert "Il gemellaggio è già finito." in answer.text
    assert "Un racconto &lt;lungo&gt;." in answer.text.partition("Quello che avevi scritto")[2]


def test_what_was_told_already_stands_in_its_form_to_be_corrected(exchange: Exchange, receiver: FlaskClient) -> None:
    assert post(receiver, "/chiudi", body="torino", result="adapted", months="8", worked="La consegna.") == 303
    form = receiver.get(PATH).text.partition("Correggi il racconto di Torino")[2].partition("</form>")[0]
    for said in ('value="adapted" checked', 'value="8"', ">La consegna.</textarea>"):
        assert said in form
    assert 'value="None"' not in form


def test_a_meeting_and_its_minutes_are_one_form_and_only_what_was_changed_on_it_is_written(
    app: Flask, exchange: Exchange, receiver: FlaskClient
) -> None:
    assert post(receiver, "/incontri", title="Avvio", starts_at="2027-01-08T10:00", minutes="60", place="") == 303
    colleague = client_of(app, exchange.database, exchange.colleague)
    seen = opened_on(colleague, "/incontri")
    moved = AGREED | {"place": "Torino", "seen": seen}
    assert post(receiver, "/incontri", **moved, minutes_text="Si parte dai moduli.") == 303
    assert "Si parte dai moduli.</textarea>" in receiver.get(PATH).text
    # The colleague saw neither, and types minutes only: the meeting stays where it was moved to.
    _, form = sent_wrongly(colleague, "/incontri", AGREED | {"seen": seen, "minutes_text": "Altro."})
    assert "Si parte dai moduli.</p>" in form
    known = rules.seen("Si parte dai moduli.")
    said = AGREED | {"seen": seen, "seen_minutes": known, "minutes_text": "Altro."}
    assert post(colleague, "/incontri", **said) == 303
    page = receiver.get(PATH).text
    assert ">Altro.</textarea>" in page
    assert 'value="Torino"' in page
    assert (exchange.rows().count("meeting-set"), exchange.rows().count("minutes-kept")) == (2, 2)


@pytest.mark.parametrize(
    ("mine", "shown"),
    [
        ({"place": "Venezia"}, ['value="Venezia"', ">Si parte dai moduli.</textarea>"]),
        ({"minutes_text": "Altro."}, ['value="Torino"', ">Altro.</textarea>"]),
    ],
)
def test_where_a_meeting_changed_meanwhile_what_one_did_not_touch_is_shown_as_it_is_now(
    app: Flask, exchange: Exchange, receiver: FlaskClient, mine: dict[str, str], shown: list[str]
) -> None:
    assert post(receiver, "/incontri", title="Avvio", starts_at="2027-01-08T10:00", minutes="60", place="") == 303
    colleague = client_of(app, exchange.database, exchange.colleague)
    seen = opened_on(colleague, "/incontri")
    moved = AGREED | {"place": "Torino", "seen": seen, "minutes_text": "Si parte dai moduli."}
    assert post(receiver, "/incontri", **moved) == 303
    opened = AGREED | {"place": "", "minutes_text": "", "seen": seen, "seen_minutes": ""}
    _, form = sent_wrongly(colleague, "/incontri", opened | mine)
    for said in shown:
        assert said in form
    # A second press writes what is shown: nobody's day, place or minutes are taken back.
    again = dict(re.findall(r'name="(seen|seen_minutes)" value="([0-9a-f]*)"', form))
    held = {"place": "Torino", "minutes_text": "Si parte dai moduli."} | mine
    assert post(colleague, "/incontri", **(AGREED | held | again)) == 303
    with exchange.database.reading() as session:
        (meeting,) = queries.meetings(session, exchange.number)
    assert (meeting.place, meeting.minutes_text) == (held["place"], held["minutes_text"])


def test_the_kit_is_one_form_and_a_tick_takes_nobody_elses_away(
    app: Flask, exchange: Exchange, receiver: FlaskClient
) -> None:
    assert post(receiver, "/kit", title="Regolamento") == 303
    first, second = re.findall(r'name="shown-(\d+)" value=""', receiver.get(PATH).text)
    giver = client_of(app, exchange.database, exchange.giver)
    shown = {f"shown-{first}": "", f"shown-{second}": ""}
    assert post(receiver, "/kit/spunte", **shown, **{f"received-{first}": "on", f"adapted-{second}": "on"}) == 303
    assert post(giver, "/kit/spunte", **shown, **{f"received-{second}": "on"}) == 303
    page = receiver.get(PATH).text
    held = dict(re.findall(r'name="shown-(\d+)" value="([a-z ]*)"', page))
    assert held == {first: "received", second: "received adapted"}
    assert post(giver, "/kit/spunte", **{f"shown-{first}": "received", f"shown-{second}": "received"}) == 303
    with exchange.database.reading() as session:
        now = [(piece.received_at is not None, piece.adapted_at is not None) for piece in queries.kit(session, 1)]
    assert now == [(False, False), (True, True)]


def opened_on(client: FlaskClient, address: str) -> str:
    """What the form sent to an address says it was opened on."""
    form = client.get(PATH).text.partition(f'action="{PATH}{address}"')[2].partition("</form>")[0]
    (found,) = re.findall(r'name="seen" value="([0-9a-f]*)"', form)
    return str(found)


@pytest.mark.parametrize(
    ("address", "first", "second", "held", "kept"),
    [
        (
            "/incontri",
            AGREED | {"minutes_text": "Si parte dai moduli."},
            AGREED | {"minutes_text": "Si parte dalle tariffe."},
            "Si parte dai moduli.</p>",
            ">Si parte dalle tariffe.</textarea>",
        ),
        (
            "/incontri",
            {"meeting": "1", "title": "Avvio", "starts_at": "2027-02-03T10:00", "minutes": "90", "place": "Torino"},
            {"meeting": "1", "title": "Avvio", "starts_at": "2027-03-04T10:00", "minutes": "60", "place": "Bari"},
            "90 minuti · Torino",
            'value="Bari"',
        ),
        (
            "/requisiti",
            {"body": "torino", "precondition": "Convenzione con i comuni", "answer": "no", "who": "Ufficio gare"},
            {"body": "torino", "precondition": "Convenzione con i comuni", "answer": "yes", "who": "Segreteria"},
            "se ne occupa: Ufficio gare",
            'value="Segreteria"',
        ),
        (
            "/chiudi",
            {"body": "torino", "result": "adapted", "months": "8", "worked": "La consegna."},
            {"body": "torino", "result": "adopted", "worked": "Gli sportelli."},
            '<strong>Mesi impiegati</strong>: <span lang="it">8</span>',
            ">Gli sportelli.</textarea>",
        ),
    ],
)
def test_what_somebody_else_saved_meanwhile_is_shown_beside_what_was_typed_and_not_overwritten_unread(
    app: Flask, exchange: Exchange, receiver: FlaskClient, address: str, first: dict[str, str], second: dict[str, str],
    held: str, kept: str,
) -> None:  # fmt: skip
    assert post(receiver, "/incontri", title="Avvio", starts_at="2027-01-08T10:00", minutes="60", place="") == 303
    colleague = client_of(app, exchange.database, exchange.colleague)
    seen = opened_on(colleague, address)
    assert post(receiver, address, seen=seen, **first) == 303
    page, form = sent_wrongly(colleague, address, {"seen": seen, **second})
    assert held in form
    assert kept in form
    assert "un’altra persona ha salvato altro" in form
    assert page.count("Salvato adesso:") == 1
    now = dict(re.findall(r'name="(seen\w*)" value="([0-9a-f]+)"', form))
    # Something else is wrong: what was compared stays what it was.
    wrong = {**second, "title": "", "months": "otto", "by_when": "x"}
    _, form = sent_wrongly(colleague, address, {**now, **wrong})
    assert all(f'name="{name}" value="{digest}"' in form for name, digest in now.items())
    assert post(colleague, address, **now, **second) == 303
    assert post(colleague, address, seen=seen, **second) == 303, "sent again by somebody who got no answer"


def test_reports_that_contradict_each_other_close_it_only_once_the_last_is_confirmed(
    registered: Database, app: Flask, client: FlaskClient
) -> None:
    exchange = Exchange(registered, alone=True)
    receiver = client_of(app, registered, exchange.receiver)
    with registered.work() as session:
        ending.say(session, exchange.number, "bologna", Closing("adapted"), exchange.deed(exchange.giver))
    typed = {"body": "torino", "result": "stopped", "worked": "Poco."}
    _, form = sent_wrongly(receiver, "/chiudi", typed)
    for words in ("non concordano", "adottata dopo averla adattata", ">Poco.</textarea>", 'name="confirmed">'):
        assert words in form
    assert exchange.rows() == ["twinning-begun", "closing-said"]
    assert post(receiver, "/chiudi", confirmed="on", **typed) == 303
    assert exchange.twinning().state == "closed"
    assert "raccontano due esiti diversi" in client.get(PATH).text
    assert "Nessuna nota." in receiver.get(PATH).text, "nothing can be written any more: an empty heading says nothing"


@pytest.mark.parametrize(
    ("days", "formats", "said", "steps"),
    [
        (-200, [], "era già passato", 7),
        (20, [], "alcune tappe ancora da compiere cadono dopo", 7),
        (180, ["visita", "trasferimento"], "stanno entro quel giorno", 7),
        (180, ["visita"], "Il piano è breve", 3),
    ],
)
def test_the_plan_says_how_it_stands_to_the_day_of_the_request(
    registered: Database, app: Flask, days: int, formats: list[str], said: str, steps: int
) -> None:
    exchange = Exchange(registered, by_when=(NOW + timedelta(days=days)).date(), formats=formats)
    assert said in client_of(app, registered, exchange.receiver).get(PATH).text
    assert len(exchange.twinning().milestones) == steps


def test_hours_counted_by_mistake_are_taken_back_by_their_own_body_while_it_runs(
    app: Flask, exchange: Exchange, receiver: FlaskClient
) -> None:
    for on, hours, what in (("2026-11-22", "2,4", "Visita"), ("2026-11-23", "24", "Scritta male")):
        assert post(receiver, "/ore", body="torino", on=on, hours=hours, what=what) == 303
    giver = client_of(app, exchange.database, exchange.giver)
    assert "Scritta male" not in giver.get(PATH).text
    wrong = re.findall(r"/ore/(\d+)/togli", receiver.get(PATH).text.partition("Scritta male")[2])[0]
    assert post(giver, f"/ore/{wrong}/togli", body="torino") == 404
    assert post(giver, f"/ore/{wrong}/togli", body="bologna") == 303
    assert "Scritta male" in receiver.get(PATH).text
    for _time in range(2):
        assert post(receiver, f"/ore/{wrong}/togli", body="torino") == 303
    page = receiver.get(PATH).text
    assert "Scritta male" not in page
    assert "Torino: <strong>2,5</strong>" in page
    assert exchange.rows().count("hours-taken-back") == 1
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    page = receiver.get(PATH).text
    assert "Visita" in page
    assert "/togli" not in page.partition('id="ore"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    ("on", "hours", "said"),
    [
        ("2099-01-08", "2", "Giorno: Il giorno è ancora da venire."),
        (
            "2020-01-01",
            "3,5",
            "Giorno: Il gemellaggio non era ancora cominciato: va bene un giorno dal 22 novembre 2026",
        ),
        ("2026-11-22", "0", "Ore: Servono ore da 0,25 a 24"),
        ("2026-11-22", "2:30", "Ore: Servono ore da 0,25 a 24"),
        ("2026-11-22", "4,25", "Ore: Di questo giorno hai già segnato altre ore"),
    ],
)
def test_hours_that_nobody_can_have_worked_are_refused_with_what_is_right(
    exchange: Exchange, receiver: FlaskClient, on: str, hours: str, said: str
) -> None:
    assert post(receiver, "/ore", body="torino", on="2026-11-22", hours="20", what="") == 303
    _, form = sent_wrongly(receiver, "/ore", {"body": "torino", "on": on, "hours": hours, "what": ""})
    assert said in " ".join(form.split())
    assert post(receiver, "/ore", body="torino", on="2026-11-22", hours="4", what="") == 303


def test_a_precondition_is_planned_for_a_day_to_come(exchange: Exchange, receiver: FlaskClient) -> None:
    said = {"body": "torino", "precondition": "Piattaforma telematica", "who": "", "by_when": "2020-01-01"}
    _, form = sent_wrongly(receiver, "/requisiti", {**said, "answer": "planned"})
    assert "Entro il giorno: Il giorno è già passato" in form
    assert post(receiver, "/requisiti", **said, answer="yes") == 303


def test_closing_gives_a_certificate_that_anyone_can_verify(
    app: Flask, exchange: Exchange, client: FlaskClient, receiver: FlaskClient
) -> None:
    assert client.get(f"{PATH}/attestato").status_code == 404
    giver = client_of(app, exchange.database, exchange.giver)
    measured = {"indicator": "Giorni", "before": "28,5", "after": "9"}
    assert post(giver, "/chiudi", body="bologna", result="adapted") == 303
    assert post(receiver, "/chiudi", body="torino", result="adapted", months="8", cost="12.000", **measured) == 303
    with exchange.database.work() as session:
        ending.say(session, exchange.number, "venezia", Closing("adopted"), exchange.deed())
    page = client.get(PATH).text
    assert "Com’è andata" in page
    assert "Giorni</span>: 28,5 → 9" in page
    assert "Giorni</span>: 28.5 → 9" in client.get(f"/en{PATH}").text
    certificate = client.get(f"{PATH}/attestato").text
    said = re.sub(r"<[^>]+>", "", certificate)
    assert "Si attesta che la Città metropolitana di Bologna ha dato la soluzione" in said
    assert "alla Città metropolitana di Torino e alla Città metropolitana di Venezia." in said
    english = re.sub(r"<[^>]+>", "", client.get(f"/en{PATH}/attestato").text)
    assert "to Città metropolitana di Torino and Città metropolitana di Venezia." in english
    assert "the solution “Sportello unico metropolitano”" in english
    assert re.search(r"From \d+ [A-Z][a-z]+ \d{4} to \d+ [A-Z][a-z]+ \d{4}\.", english)
    (code,) = set(re.findall(r"/attestati/([\w-]+)", certificate))
    assert "Attestato autentico" in client.get(f"/attestati/{code}").text
    invented = client.get("/attestati/inventato")
    assert invented.status_code == 404
    assert "Nessun gemellaggio concluso su questo sito ha questo codice" in invented.text
    assert client.get("/attestati/%00").status_code == 404


def test_the_page_of_a_request_whose_city_did_not_adopt_says_so_and_of_the_transfer_what_another_did(
    exchange: Exchange, client: FlaskClient
) -> None:
    with exchange.database.work() as session:
        for body, result in (("torino", "stopped"), ("venezia", "adopted"), ("bologna", "adopted")):
            ending.say(session, exchange.number, body, Closing(result), exchange.deed())
    page = client.get(f"/richieste/{exchange.twinning().need_id}-sportello").text
    assert "un trasferimento provato, non adottato." in page
    assert "concluso il" in page
    assert "chiuso il" not in page


@pytest.mark.parametrize(
    ("torino", "said"),
    [
        ("adapted", "Esito: Torino, adottata dopo averla adattata; Venezia, adottata com’era."),
        ("adopted", "Esito: adottata com’era."),
        ("stopped", "Esito: adottata com’era."),
    ],
)
def test_a_certificate_says_of_each_receiver_how_it_took_the_solution_over(
    exchange: Exchange, client: FlaskClient, torino: str, said: str
) -> None:
    with exchange.database.work() as session:
        for body, result in (("bologna", "adopted"), ("torino", torino), ("venezia", "adopted")):
            ending.say(session, exchange.number, body, Closing(result), exchange.deed())
    code = exchange.twinning().verification
    for path in (f"{PATH}/attestato", f"/attestati/{code}"):
        assert said in re.sub(r"<[^>]+>", "", client.get(path).text), path


def test_nobody_speaks_for_a_body_they_do_not_work_for(exchange: Exchange, receiver: FlaskClient) -> None:
    assert post(receiver, "/chiudi", body="bologna", result="adopted") == 404
    assert post(receiver, "/ore", body="bologna", on="2026-11-22", hours="1") == 404
    said = {"precondition": "Piattaforma telematica", "answer": "yes"}
    assert post(receiver, "/requisiti", body="venezia", **said) == 404
    assert post(receiver, "/variante", body="venezia") == 404
    assert exchange.rows() == ["twinning-begun"]


def test_files_are_read_by_the_parties_and_by_nobody_else(
    app: Flask, exchange: Exchange, client: FlaskClient, receiver: FlaskClient
) -> None:
    file = (BytesIO(b"a;b\n1;2\n"), "x.csv")
    sent = {"csrf_token": csrf(receiver, PATH), "title": "Bozza di regolamento", "file": file}
    assert receiver.post(f"{PATH}/file", data=sent).status_code == 303
    page = receiver.get(PATH).text
    assert "Il file è condiviso con gli enti del gemellaggio." in page
    (address,) = re.findall(r'href="([^"]+/file/\d+/[^"]+)"', page)
    answer = receiver.get(address)
    assert (answer.data, answer.headers["Content-Disposition"][:10]) == (b"a;b\n1;2\n", "attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client_of(app, exchange.database, exchange.giver).get(address).status_code == 200
    assert client_of(app, exchange.database, exchange.stranger).get(address).status_code == 404
    assert client.get(address).headers["Location"].startswith("/accedi")
    number = address.split("/file/")[1].split("/")[0]
    assert post(receiver, f"/file/{number}/togli") == 303
    assert "Bozza di regolamento" in receiver.get(PATH).text
    assert client_of(app, exchange.database, exchange.giver).get(address).status_code == 404, (
        "it is not shared any more"
    )
    assert post(receiver, f"/file/{number}/rimetti") == 303
    assert receiver.get(address).status_code == 200
    assert exchange.rows() == ["twinning-begun", "file-shared", "file-unshared", "file-shared"]
    sent = {"csrf_token": csrf(receiver, PATH), "file": (BytesIO(b"MZ\x90"), "x.exe")}
    refused = receiver.post(f"{PATH}/file", data=sent)
    assert refused.status_code == 422
    assert "il tipo di file non è tra quelli ammessi" in refused.text


@pytest.mark.parametrize("shown", [True, False])
def test_a_stop_is_shown_by_choice_only(app: Flask, exchange: Exchange, client: FlaskClient, shown: bool) -> None:
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "other", "Motivo scritto.", shown, exchange.deed())
    assert ("Motivo scritto." in client.get(PATH).text) is shown
    assert "Motivo scritto." in client_of(app, exchange.database, exchange.receiver).get(PATH).text


def test_the_variant_leads_to_its_draft(exchange: Exchange, receiver: FlaskClient) -> None:
    answer = receiver.post(f"{PATH}/variante", data={"csrf_token": csrf(receiver, PATH), "body": "torino"})
    assert re.fullmatch(r"/soluzioni/[a-z0-9-]+/modifica", answer.headers["Location"])
    assert receiver.get(answer.headers["Location"]).status_code == 200


def test_a_variant_of_a_transfer_that_was_stopped_meanwhile_is_refused_on_the_page_as_it_stands(
    exchange: Exchange, receiver: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody stops it after the page was read and before anything is written."""

    def stopping(body: str) -> str:
        with exchange.database.work() as session:
            ending.stop(session, exchange.number, "other", "Motivo scritto.", True, exchange.deed())
        return body

    monkeypatch.setattr(work_views, "speaking_for", stopping)
    answer = receiver.post(f"{PATH}/variante", data={"csrf_token": csrf(receiver, PATH), "body": "torino"})
    assert answer.status_code == 409
    assert "Motivo scritto." in answer.text


def test_strange_text_is_kept_as_typed_or_refused(exchange: Exchange, receiver: FlaskClient) -> None:
    token = csrf(receiver, PATH)
    for text in lines_for("twinnings", 30):
        for address, field in (("/note", "note"), ("/incontri", "place"), ("/tappe", "title"), ("/ore", "hours")):
            data = {"title": "x", "starts_at": "2027-01-08T10:00", "minutes": "60", "phase": "capire", field: text}
            data |= {"due_on": "2027-01-08", "on": "2026-11-22", "body": "torino", "csrf_token": token}
            assert receiver.post(f"{PATH}{address}", data=data).status_code < 500, (address, text)
    page = receiver.get(PATH)
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_the_calendar_is_folded_escaped_and_in_the_time_of_italy(exchange: Exchange, receiver: FlaskClient) -> None:
    place = "Sala; blu, piano 2 " + "è" * 80
    assert post(receiver, "/incontri", title="Avvio", starts_at="2027-07-08T10:00", minutes="90", place=place) == 303
    text = receiver.get(f"{PATH}/calendario.ics").text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")
    assert "DTSTART;TZID=Europe/Rome:20270708T100000" in lines
    assert "DTEND;TZID=Europe/Rome:20270708T113000" in lines
    assert f"LOCATION:Sala\\; blu\\, piano 2 {'è' * 80}" in lines
    begun = [line.partition(":")[2] for line in lines if line.startswith("BEGIN:")]
    assert begun == ["VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", *["VEVENT"] * (1 + 7)]
    assert sorted(begun) == sorted(line.partition(":")[2] for line in lines if line.startswith("END:"))
    assert all(re.match(r"[A-Z-]+(;[A-Z]+=[^:;]+)*:", line) for line in lines[:-1])
    assert _text("a\\b\x00\nc") == "a\\\\b\\nc"
    assert _folded("x" * 10) == "x" * 10


def test_the_calendar_holds_the_steps_to_be_made_and_follows_them_when_they_move(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    def events(path: str = PATH) -> dict[str, dict[str, str]]:
        text = receiver.get(f"{path}/calendario.ics").text.replace("\r\n ", "")
        found = [event.split("END:")[0].split("\r\n") for event in text.split("BEGIN:VEVENT")[1:]]
        said = [dict(line.split(":", 1) for line in event if ":" in line) for event in found]
        return {event["SUMMARY"]: event for event in said}

    plan = "Piano di trasferimento condiviso"
    before, steps = events(), {item.key: item for item in exchange.twinning().milestones}
    day = steps["transfer-plan"].due_on
    assert before[plan]["DTSTART;VALUE=DATE"] == f"{day:%Y%m%d}"
    assert before[plan]["DTEND;VALUE=DATE"] == f"{day + timedelta(days=1):%Y%m%d}"
    assert before[plan]["DESCRIPTION"].startswith("Sportello unico metropolitano\\nhttp://localhost/gemellaggi/1-")
    assert before[plan]["SEQUENCE"] == "0"
    with exchange.database.work() as session:
        later = day + timedelta(days=9)
        service.plan_milestone(session, exchange.number, steps["transfer-plan"].id, later, None, exchange.deed())
    after = events()
    assert after[plan]["UID"] == before[plan]["UID"]
    assert (after[plan]["SEQUENCE"], after[plan]["DTSTART;VALUE=DATE"]) == ("1", f"{later:%Y%m%d}")
    assert plan not in events(f"/en{PATH}")


def test_calendars_that_took_a_step_in_are_told_that_it_is_over(
    exchange: Exchange, receiver: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.twinnings.views.now", lambda: LATER)

    def step(key: str) -> list[str]:
        text = receiver.get(f"{PATH}/calendario.ics").text
        uid = f"UID:tappa-{steps[key].id}@"
        event = next((event for event in text.split("BEGIN:VEVENT") if uid in event), "")
        return re.findall(r"(?:SEQUENCE|STATUS):(\w+)", event)

    steps = {item.key: item for item in exchange.twinning().milestones}
    assert step("sharing") == step("visit") == ["0", "CONFIRMED"]
    with exchange.database.work() as session:
        service.plan_milestone(session, exchange.number, steps["visit"].id, NOW.date(), None, exchange.deed())
        for key in ("sharing", "visit"):
            service.tick(session, exchange.number, steps[key].id, True, exchange.deed())
    assert step("sharing") == ["1", "CANCELLED"]
    assert step("visit") == [], "its day is over: there it may stay"
    with exchange.database.work() as session:
        service.tick(session, exchange.number, steps["sharing"].id, False, exchange.deed())
    assert step("sharing") == ["2", "CONFIRMED"]
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    assert step("sharing") == ["3", "CANCELLED"]


def test_an_added_step_is_taken_away_on_the_page_and_in_calendars_that_took_it_in(
    exchange: Exchange, receiver: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.twinnings.views.now", lambda: LATER)
    with exchange.database.work() as session:
        service.add_milestone(session, exchange.number, "Di troppo", "riusare", date(2027, 2, 1), exchange.deed())
    added = exchange.twinning().milestones[-1].id
    page = receiver.get(PATH).text
    assert page.count("Togli la tappa") == 1, "steps of the plan stay"
    answer = receiver.post(f"{PATH}/tappe/{added}/togli", data={"csrf_token": csrf(receiver)}, follow_redirects=True)
    assert "La tappa è tolta." in answer.text
    assert "Di troppo" not in answer.text
    (event,) = (
        one for one in receiver.get(f"{PATH}/calendario.ics").text.split("BEGIN:VEVENT") if f"tappa-{added}@" in one
    )
    assert re.findall(r"(?:SEQUENCE|STATUS|SUMMARY|DTSTART;VALUE=DATE):([^\r]+)", event) == [
        "1",
        "20270201",
        "Tappa tolta",
        "CANCELLED",
    ]


def test_amounts_days_and_hours_are_read_as_people_write_them() -> None:
    assert forms.amount({"cost": "1.200.000"}, "cost") == 1_200_000
    assert forms.amount({"cost": "9 000"}, "cost") == 9_000
    assert [forms.amount({"cost": typed}, "cost") for typed in ("8.500,50", "8500,49", "0,99")] == [8_501, 8_500, 1]
    with pytest.raises(Invalid):
        forms.amount({"months": "6,50"}, "months")
    assert forms.amount({}, "cost") is None
    for wrong in ("1.5", "2.50", "1.2000", "1,5", "-3", "1" * 10, "²"):
        with pytest.raises(Invalid):
            forms.amount({"cost": wrong}, "cost")
    assert [forms.quarters({"hours": typed}) for typed in ("1,5", "0.25", "x", "", "nan", "1e5")] == [6, 1, 0, 0, 0, 0]
    assert forms.day({}, "on", needed=False) is None
    for wrong in ("0001-01-01T00:00", "domani"):
        with pytest.raises(Invalid):
            forms.meeting({"starts_at": wrong})
    assert forms.day({"on": "31/12/2026"}, "on") == date(2026, 12, 31)
    for wrong in ("", "31/12/26", "0001-01-01"):
        with pytest.raises(Invalid):
            forms.day({"on": wrong}, "on")
    assert forms.day({"on": "9999-12-31"}, "on", years=forms.ANY_YEAR) == date(9999, 12, 31)


def test_reminders_are_a_chore(app: Flask, exchange: Exchange) -> None:
    assert chores.remind(app) == 0


@pytest.mark.parametrize("path", [PATH, "/gemellaggi"])
def test_pages_open_in_english(exchange: Exchange, client: FlaskClient, path: str) -> None:
    assert client.get(f"/en{path}").status_code == 200


def test_whoever_may_read_a_variant_finds_it_and_what_was_not_done_has_no_day_once_it_is_over(
    exchange: Exchange, client: FlaskClient, receiver: FlaskClient
) -> None:
    assert "entro il " in client.get(PATH).text
    with exchange.database.work() as session:
        texts = dict.fromkeys(("Problema affrontato", "Soluzione adottata", VARIANT_SECTION), "Due sportelli.")
        said = {"title": "Variante aperta", "city": "torino", "based_on": SLUG, "sections": texts}
        open_one = make_solution(session, "variante-aperta", **said)
        hidden = make_solution(
            session, "variante-di-rete", title="Variante di rete", city="venezia", visibility="members"
        )
        parties = {tie.city.slug: tie for tie in exchange_of(session, exchange).parties}
        parties["torino"].variant, parties["venezia"].variant = open_one, hidden
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, Closing("adapted"), exchange.deed())
    page = client.get(PATH).text
    assert "La variante di Torino" in page
    assert "/soluzioni/variante-aperta/confronto-con-la-fonte" in page
    assert "Variante di rete" not in page
    colleague = client_of(receiver.application, exchange.database, exchange.giver)
    assert "Variante di rete" in colleague.get(PATH).text
    assert "Continua a scrivere" not in receiver.get(PATH).text, "nothing is being written there"
    assert "non compiuta" in page
    assert "entro il " not in page


def test_a_variant_is_compared_with_a_source_for_those_who_may_open_it(
    exchange: Exchange, client: FlaskClient, receiver: FlaskClient
) -> None:
    path, compared = "/soluzioni/variante", "/soluzioni/variante/confronto-con-la-fonte"
    with exchange.database.work() as session:
        texts = dict.fromkeys(("Problema affrontato", "Soluzione adottata", VARIANT_SECTION), "Due sportelli.")
        variant = make_solution(session, "variante", city="torino", based_on=SLUG, sections=texts)
        exchange_of(session, exchange).parties[1].variant = variant
    shown = (PATH, "/citta/torino", "/citta/bologna")
    assert [compared in client.get(page).text for page in shown] == [True] * 3
    assert client.get(compared).status_code == 200
    with exchange.database.work() as session:
        solution = library.locked(session, exchange_of(session, exchange).solution_id)
        save(session, solution, make_document(visibility="members"), NOW + timedelta(days=1))
    assert client.get(compared).status_code == 404
    pages = [client.get(page).text for page in shown]
    assert [path in page for page in pages] == [True] * 3
    assert [compared in page for page in pages] == [False] * 3
    assert compared in receiver.get(PATH).text


def exchange_of(session: Session, exchange: Exchange) -> Twinning:
    found = queries.twinning(session, exchange.number)
    assert found is not None
    return found


def test_what_a_variant_changed_is_shown_beside_its_source(registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        make_solution(
            session,
            "fonte",
            title="Sportello unico",
            resources={"one_off_cost": 9_000, "months": 8, "yearly_cost": 777},
            kit=KIT,
        )
        make_solution(
            session,
            "variante",
            title="Sportello adattato",
            resources={"one_off_cost": 9_000, "months": 11},
            city="torino",
            based_on="fonte",
            sections={
                "Problema affrontato": "Le imprese trovano regole diverse in ogni comune.",
                "Soluzione adottata": "Due sportelli ricevono le pratiche.",
                "Cosa è stato cambiato e perché": "Due sportelli, per la distanza.",
            },
        )
        make_solution(session, "bozza", badge=None, based_on="fonte")
    page = client.get("/soluzioni/variante/confronto-con-la-fonte").text
    assert "<ins>" in page
    assert "Due sportelli, per la distanza." in page
    # What the variant never said was not taken out of it.
    assert "Schema da non togliere" not in page
    assert "777" not in page
    assert "Non indicato nella variante: kit" in page
    assert "Costo di avvio, in euro: 9.000; Mesi per realizzarla: " in page
    assert "Months to carry it out" in client.get("/en/soluzioni/variante/confronto-con-la-fonte").text
    assert "che cosa è stato adattato" in client.get("/soluzioni/variante").text
    assert client.get("/soluzioni/fonte/confronto-con-la-fonte").status_code == 404
    assert client.get("/soluzioni/bozza/confronto-con-la-fonte").status_code == 404


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lettera", "gli enti riceventi hanno manifestato il bisogno"),
        ("accordo", "Ciascun ente ricevente verifica"),
        ("deliberazione", "Da adottare da ciascun ente ricevente: Città metropolitana di Torino e Città metropolitana"),
    ],
)
def test_draft_acts_hold_the_data_speak_of_every_receiver_and_are_marked(
    receiver: FlaskClient, name: str, said: str
) -> None:
    text = receiver.get(f"{PATH}/atti/{name}.md").text
    assert text.startswith("**BOZZA DA VERIFICARE")
    for part in (said, "Città metropolitana di Bologna", "Sportello unico metropolitano", "[...]"):
        assert part in text
    assert receiver.get(f"/en{PATH}/atti/{name}.md").text == text, "also for who reads the site in English"
    assert "l'ente ricevente" not in text.casefold()


def test_the_agreement_lists_what_the_parties_added_to_the_kit(receiver: FlaskClient) -> None:
    assert post(receiver, "/kit", title="Foglio degli indicatori") == 303
    text = receiver.get(f"{PATH}/atti/accordo.md").text
    assert "- Schema di convenzione;\n- Foglio degli indicatori.\n" in text


def test_who_did_not_adopt_the_solution_begins_no_variant(receiver: FlaskClient) -> None:
    assert "Inizia la variante" in receiver.get(PATH).text
    assert post(receiver, "/chiudi", body="torino", result="stopped") == 303
    assert "Inizia la variante" not in receiver.get(PATH).text


@pytest.mark.parametrize(
    ("place", "linked"), [("https://incontri.example/abc", True), ("Sala A", False), ("javascript:alert(1)", False)]
)
def test_the_address_of_a_meeting_is_a_link(receiver: FlaskClient, place: str, linked: bool) -> None:
    assert post(receiver, "/incontri", title="Avvio", starts_at="2027-01-10T10:00", minutes="60", place=place) == 303
    assert (f'<a href="{place}"' in receiver.get(PATH).text) == linked


def test_the_agreement_names_its_steps_in_order_of_days_and_lists_the_kit(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    with exchange.database.work() as session:
        late = exchange.deed()
        service.add_milestone(session, exchange.number, "Seduta del consiglio", "capire", NOW.date(), late)
    for language in ("", "/en"):
        text = receiver.get(f"{language}{PATH}/atti/accordo.md").text
        steps = text.partition("Le tappe sono:\n\n")[2].partition("\n\n")[0].splitlines()
        assert steps[0] == "- Seduta del consiglio (entro il [...]);", "its day has passed"
        assert steps[1].startswith("- Primo incontro tra gli uffici (entro il ")
        assert steps[-1].endswith(").")
        assert len(steps) == 8
        assert "Il kit di riuso comprende:\n\n- Schema di convenzione.\n" in text
        assert "- Convenzione con i comuni;\n- Piattaforma telematica.\n" in text
        assert text.count(", rappresentata da [...]") == 3
    letter = receiver.get(f"{PATH}/atti/lettera.md").text
    assert re.search(r"^4\. condividere entro .+ un piano di trasferimento;\n5\. restituire", letter, re.M)
    assert re.search(r"^Per [^\n]*Bologna: \[\.\.\.\]\n\nPer [^\n]*Torino: ", letter, re.M)
    assert "Eventuali oneri" not in letter


def test_draft_acts_bind_to_nothing_that_is_done_or_past_and_are_offered_while_it_runs(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    steps = exchange.twinning().milestones
    with exchange.database.work() as session:
        for step in steps:
            if step.key in ("first-meeting", "transfer-plan"):
                service.tick(session, exchange.number, step.id, True, exchange.deed())
    text = receiver.get(f"{PATH}/atti/accordo.md").text
    assert f"decorre dalla data dell'ultima sottoscrizione [la collaborazione è cominciata il {said(NOW)}] e" in text
    assert "Primo incontro" not in text
    assert "- Visita o colloquio di approfondimento (entro il " in text
    letter = receiver.get(f"{PATH}/atti/lettera.md").text
    assert "un piano di trasferimento" not in letter
    assert "4. restituire" in letter
    with exchange.database.work() as session:
        for step in steps:
            service.tick(session, exchange.number, step.id, True, exchange.deed())
    text = receiver.get(f"{PATH}/atti/accordo.md").text
    assert "e dura fino al [...]. Le tappe sono:\n\n- [...].\n" in text
    assert "/atti/" in receiver.get(PATH).text
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    assert receiver.get(f"{PATH}/atti/accordo.md").status_code == 404
    assert "/atti/" not in receiver.get(PATH).text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "lettera",
            "i rispettivi referenti: per la Città metropolitana di Bologna {giver}; "
            "per la Città metropolitana di Torino {receiver}; per la Città metropolitana di Venezia ________;",
        ),
        (
            "accordo",
            "Per la Città metropolitana di Bologna: {giver}. Per la Città metropolitana di Torino: {receiver}. "
            "Per la Città metropolitana di Venezia: ________.",
        ),
        (
            "deliberazione",
            "come propri referenti [lasciare quelli del proprio ente: per la Città metropolitana di Torino, "
            "{receiver}; per la Città metropolitana di Venezia, ________], prendendo atto di quelli degli altri enti "
            "e che per la Città metropolitana di Bologna i referenti sono: {giver};",
        ),
    ],
)
def test_draft_acts_name_the_referents_that_the_transfer_knows(
    exchange: Exchange, receiver: FlaskClient, name: str, said: str
) -> None:
    with exchange.database.work() as session:
        service.add_person(
            session, exchange.number, exchange.colleague, "torino", "modulistica", exchange.asking, exchange.deed()
        )
        gone = make_person(session, (Role.REFERENT, "venezia"), name="Gone")
        service.add_person(session, exchange.number, gone.id, "venezia", "", gone.actor, exchange.deed())
        gone.disabled_at = NOW
    words = said.format(
        giver="Giver (referente dell'ente)", receiver="Receiver (referente dell'ente), Colleague (modulistica)"
    )
    text = receiver.get(f"{PATH}/atti/{name}.md").text
    assert words in text
    with ZipFile(BytesIO(receiver.get(f"{PATH}/atti/{name}.docx").data)) as opened:
        plain = "".join(ElementTree.fromstring(opened.read("word/document.xml")).itertext())
    assert plain.count("________") == text.count("________") == 1


def test_laws_of_the_givers_region_are_to_be_replaced(registered: Database, app: Flask) -> None:
    exchange = Exchange(registered, alone=True, laws=["L. 56/2014", "L.R. Emilia-Romagna 13/2015"])
    client = client_of(app, registered, exchange.receiver)
    based = "[norme su cui si basa la soluzione di partenza, da sostituire con quelle della propria regione: {}]"
    for name in ("deliberazione", "accordo"):
        text = client.get(f"{PATH}/atti/{name}.md").text
        assert based.format("L.R. Emilia-Romagna 13/2015") in text
        assert text.count("Emilia-Romagna") == 1
        assert re.search(r"(; |: |\[)L. 56/2014\]", text)


def test_an_office_file_is_of_the_day_it_was_made_and_the_same_each_time() -> None:
    made = [text_to_office("# Titolo\n\nTesto.", kind, "Titolo", NOW) for kind in ("docx", "docx", "odt", "odt")]
    assert (made[0], made[2]) == (made[1], made[3])
    for content, part in ((made[0], "docProps/core.xml"), (made[2], "meta.xml")):
        with ZipFile(BytesIO(content)) as opened:
            about = opened.read(part).decode()
            assert "1970" not in about
            assert f"{NOW.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" in about
            assert opened.namelist()[0] != "mimetype" or opened.infolist()[0].compress_type == 0


@pytest.mark.parametrize(("form", "part"), [("docx", "word/document.xml"), ("odt", "content.xml")])
def test_draft_acts_open_in_an_office(
    exchange: Exchange, receiver: FlaskClient, client: FlaskClient, form: str, part: str
) -> None:
    def text_of(name: str) -> str:
        with ZipFile(BytesIO(receiver.get(f"{PATH}/atti/{name}.{form}").data)) as opened:
            assert opened.testzip() is None
            return "".join(ElementTree.fromstring(opened.read(part)).itertext())

    assert all("BOZZA DA VERIFICARE" in text_of(name) for name in ("lettera", "deliberazione"))
    text = text_of("accordo")
    assert re.search(r"art(icolo|\.) 15 (della|l\.).{0,40}241", text)
    torino = "e la Città metropolitana di Torino (ente ricevente)"
    for said in ("BOZZA DA VERIFICARE", torino, "Venezia (ente ricevente)"):
        assert said in text
    assert "**" not in text
    assert client.get(f"{PATH}/atti/accordo.{form}").status_code == 303


@pytest.mark.parametrize(("form", "part"), [("docx", "word/document.xml"), ("odt", "content.xml")])
def test_what_people_typed_stands_in_an_act_as_they_typed_it(
    exchange: Exchange, receiver: FlaskClient, form: str, part: str
) -> None:
    pieces = (
        "1. Schema *unico* di [convenzione](a)",
        "a) Tabella <A> & costi_netti_",
        "- `Modulo` 3 ~circa~",
        "Prot. ____ del ____",
    )
    for title in pieces:
        assert post(receiver, "/kit", title=title) == 303
    assert post(receiver, "/tappe", title="2) Seduta *urgente*", phase="capire", due_on="2027-01-10") == 303
    with ZipFile(BytesIO(receiver.get(f"{PATH}/atti/accordo.{form}").data)) as opened:
        text = "".join(ElementTree.fromstring(opened.read(part)).itertext())
    for typed in (*pieces, "2) Seduta *urgente* (entro il "):
        assert typed in text


def test_a_draft_act_is_an_a4_sheet_with_numbered_pages_real_headings_and_real_lists(receiver: FlaskClient) -> None:
    with ZipFile(BytesIO(receiver.get(f"{PATH}/atti/accordo.docx").data)) as word:
        body = word.read("word/document.xml").decode()
        assert '<w:pgSz w:w="11906" w:h="16838"/>' in body
        assert body.count('w:val="Heading1"') == 1
        assert body.count('w:val="Heading2"') == 9
        assert "<w:numPr>" in body
        assert "txbx" not in body
        assert " PAGE " in word.read("word/footer1.xml").decode()
        assert "footer1.xml" in word.read("word/_rels/document.xml.rels").decode()
        assert "/word/footer1.xml" in word.read("[Content_Types].xml").decode()
        assert not re.search(
            "Aptos|0F4761", (word.read("word/theme/theme1.xml") + word.read("word/styles.xml")).decode()
        )
        assert not re.search(r"<w:iCs />\s*<w:b />", word.read("word/styles.xml").decode())
        assert "<dc:title>Sportello unico metropolitano</dc:title>" in word.read("docProps/core.xml").decode()
    with ZipFile(BytesIO(receiver.get(f"{PATH}/atti/accordo.odt").data)) as open_document:
        styles = open_document.read("styles.xml").decode()
        assert 'fo:page-height="29.7cm" fo:page-width="21cm"' in styles
        assert "<text:page-number" in styles
        assert "<dc:title>Sportello unico metropolitano</dc:title>" in open_document.read("meta.xml").decode()


def test_the_agreement_gives_its_reasons_and_the_acts_on_which_it_rests(receiver: FlaskClient) -> None:
    text = receiver.get(f"{PATH}/atti/accordo.md").text
    parts = (
        "premesso che\n\n- l'ente cedente ha",
        "con la richiesta «Sportello»;\n- il trasferimento",
        "visto l'art. 15",
    )
    places = [
        text.index(part) for part in (*parts, "visto l'art. 7, comma 4", "si conviene quanto segue.", "## Art. 1")
    ]
    assert places == sorted(places)
    assert text.rstrip().endswith("Per la Città metropolitana di Venezia: [...]")
    text = receiver.get(f"{PATH}/atti/deliberazione.md").text
    steps = ("**Premesso che**", "**Visti**", "**Considerato che**", "**Ritenuto**", "**Acquisiti**", "**Delibera**")
    assert [text.index(part) for part in steps] == sorted(text.index(part) for part in steps)
    assert "immediatamente eseguibile ai sensi dell'art. 134, comma 4" in text


@pytest.mark.parametrize("demonstration", [True, False])
def test_the_acts_of_a_made_up_transfer_say_that_it_is(registered: Database, app: Flask, demonstration: bool) -> None:
    exchange = Exchange(registered, demonstration=demonstration)
    client = client_of(app, registered, exchange.receiver)
    for name in ("lettera", "accordo", "deliberazione"):
        assert ("Dati dimostrativi:" in client.get(f"{PATH}/atti/{name}.md").text) == demonstration


def test_acts_for_one_receiver_speak_of_one(registered: Database, app: Flask) -> None:
    alone = Exchange(registered, alone=True)
    text = client_of(app, registered, alone.receiver).get(f"{PATH}/atti/accordo.md").text
    assert "Impegni dell'ente ricevente" in text
    assert "enti riceventi" not in text
    text = client_of(app, registered, alone.receiver).get(f"{PATH}/atti/deliberazione.md").text
    points = re.findall(r"^\d\. .*$", text, re.MULTILINE)
    assert "\n".join(points) in text, "one list"
    assert points[2].startswith("3. di individuare come referenti, per la Città metropolitana di Torino, Receiver")
