# SPDX-License-Identifier: AGPL-3.0-or-later
"""The review page, the queues and the report of an error, as the people of an office meet them."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from babel.dates import format_date
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts.models import Person
from app.accounts.queries import person as by_number
from app.document.dates import day_of
from app.document.model import Document
from app.document.schema import FIELDS
from app.journal import queries as journal
from app.review import ageing, page_reports, remarks, service
from app.review.rules import ENDING, Deed, with_fields
from app.solutions import pdf
from app.solutions.queries import by_slug, current_revision
from app.solutions.service import save
from app.writing.chores import read_files
from app.writing.models import Attachment
from app.writing.service import begin
from tests.makers import (
    NOW,
    csrf,
    make_draft,
    make_full_document,
    make_person,
    make_solution,
    section,
    sign_in,
)
from tests.naughty import lines_for
from tests.pure.files import samples
from tests.review.office import LATER, SLUG, Office
from tests.writing.conftest import Desk

PAGE = f"/soluzioni/{SLUG}/revisione"
REPORTS = "/redazione/segnalazioni"
#: Half of a character pair cannot be sent in a form at all.
TYPED = [text for text in lines_for("review", 120) if text.encode("utf-8", "ignore").decode() == text]


def signed_in(app: Flask, office: Office, number: int) -> FlaskClient:
    with office.database.reading() as session:
        person = by_number(session, number)
        assert person is not None
        return sign_in(app.test_client(), person)


def stranger(app: Flask, office: Office, *roles: tuple[Role, str]) -> FlaskClient:
    with office.database.work() as session:
        made: Person = make_person(session, *roles)
    return signed_in(app, office, made.id)


def press(client: FlaskClient, address: str, **typed: object) -> tuple[int, str]:
    """Press a button of the review page; answers the status and the page that follows."""
    answer = client.post(address, data={"csrf_token": csrf(client, "/soluzioni"), **typed}, follow_redirects=True)
    return answer.status_code, answer.text


def decide(client: FlaskClient, office: Office, word: str, **typed: object) -> tuple[int, str]:
    review = office.review()
    return press(client, f"{PAGE}/{review.id}/{word}", number=review.revision_number, **typed)


def test_who_decides_sees_the_references_and_which_of_them_is_not_recognised(app: Flask, office: Office) -> None:
    office.rewrite(legal_basis=["L. 7 aprile 2014, n. 56", "la legge sui passi"])
    page = signed_in(app, office, office.official).get(PAGE).text
    assert '<span lang="it">L. 7 aprile 2014, n. 56</span></li>' in page
    assert '<span lang="it">la legge sui passi</span> <span class="tag late">norma non riconosciuta' in page


def test_a_note_that_is_none_is_named_before_and_after_sending_and_nothing_is_sent(app: Flask, office: Office) -> None:
    maria = Desk(signed_in(app, office, office.official)).open().type(footnotes="[^1 Relazione 2024")
    maria.save()
    told = "Note</a>: una riga non è una nota («[^1 Relazione 2024»)"
    assert told in maria.client.get(PAGE).text
    status, page = press(maria.client, f"{PAGE}/invia")
    assert (status, told in page) == (422, True)
    assert office.rows() == []


@pytest.mark.parametrize("source", ["inesistente", SLUG])
def test_a_variant_of_nothing_or_of_itself_is_not_sent_and_the_page_says_why(
    app: Flask, office: Office, source: str
) -> None:
    maria = Desk(signed_in(app, office, office.official)).open()
    maria.type(based_on=source, section__8="Due sportelli, per la distanza.")
    saved = maria.autosave()
    assert saved.json is not None
    assert "based_on" in saved.json["problems"]
    told = (
        "Variante di</a>: «inesistente» non è"
        if source != SLUG
        else "Variante di</a>: una soluzione non può essere la variante"
    )
    assert told in maria.client.get(PAGE).text
    status, page = press(maria.client, f"{PAGE}/invia")
    assert (status, told in page) == (422, True)
    assert office.rows() == []


def test_who_decides_sees_what_it_is_a_variant_of_and_under_which_licence(app: Flask, office: Office) -> None:
    with office.database.work() as session:
        make_solution(session, "fonte", title="La fonte di tutto", city="torino")
    maria = Desk(signed_in(app, office, office.official)).open()
    maria.type(based_on="/soluzioni/fonte", section__8="Due, per la distanza.", licence="CC0-1.0").save()
    assert press(maria.client, f"{PAGE}/invia")[0] == 200
    referent, compared = signed_in(app, office, office.referent), f"/soluzioni/{SLUG}/confronto-con-la-fonte"
    page = referent.get(PAGE).text
    assert '<dt>Variante di</dt><dd lang="it"><a href="/soluzioni/fonte">La fonte di tutto</a>' in page
    assert "<dt>Licenza</dt><dd>CC0-1.0</dd>" in page
    assert compared in page
    assert "Due, per la distanza." in referent.get(compared).text
    office.approve()
    assert compared in signed_in(app, office, office.expert).get(PAGE).text
    maria.open().type(section__8="Tre, per la distanza.").save()
    press(maria.client, f"{PAGE}/invia")
    assert compared not in referent.get(PAGE).text, "what is compared is in force, not what waits"


def test_a_version_goes_from_draft_to_ready_through_the_pages(app: Flask, office: Office) -> None:
    official, referent, expert = (
        signed_in(app, office, number) for number in (office.official, office.referent, office.expert)
    )
    status, page = press(official, f"{PAGE}/invia")
    assert (status, "Tocca al referente (Città metropolitana di Bologna)" in page) == (200, True)
    waits = section(official.get("/scrivania").text, "attesa")
    for said in (
        f'href="{PAGE}" lang="it">Sportello unico metropolitano</a>',
        "tocca al referente: Città metropolitana di Bologna",
    ):
        assert said in waits
    assert decide(referent, office, "approva")[0] == 200
    assert "Tocca a un esperto del tema (Sportello unico)" in official.get(PAGE).text
    assert "tocca all’esperto dei temi della soluzione: validare" in section(official.get("/scrivania").text, "attesa")
    assert decide(expert, office, "valida", evidence=3, reason="Dati prima e dopo")[0] == 200
    assert decide(expert, office, "pronta")[0] == 200
    assert "Non aspetti la risposta di nessuno" in section(official.get("/scrivania").text, "attesa")
    assert office.solution().badge == "pronta"
    assert "pronta al riuso" in app.test_client().get(f"/soluzioni/{SLUG}").text


def test_what_the_office_saw_in_the_preview_is_what_readers_get_and_words_of_the_kit_find_it(
    app: Flask, office: Office
) -> None:
    official, referent = (signed_in(app, office, number) for number in (office.official, office.referent))
    desk = Desk(official, SLUG).open()
    files = [
        (io.BytesIO(samples.pdf(words="Delibera sul quadrifoglio")), "delibera.pdf"),
        (io.BytesIO(samples.word(samples.paragraph("Accordo sul girasole"))), "accordo.docx"),
        (io.BytesIO(samples.image()), "mappa.png"),
    ]
    said = {"title": "Atti", "document_kind": "accordo", "licence": "CC-BY-4.0", "visibility": "public"}
    sent = official.post(f"{desk.address}/kit", data={**said, "csrf_token": desk.box("csrf_token"), "file": files})
    assert sent.status_code == 303
    first = "Un **solo** ufficio[^1] ai sensi della L. 241/1990 <script>alert(1)</script>.\n\n"
    first += "### Fasi\n\n- una & due ![Mappa](kit/mappa.png)"
    desk.open().type(
        section__1=first, section__2="| Comune |\n|---|\n| Volpiano |", footnotes="[^1]: La *fonte*."
    ).save()
    preview = official.get(f"{desk.address}/anteprima").text
    assert press(official, f"{desk.address}/versione", reason="Completata")[0] == 200
    assert press(official, f"{PAGE}/invia")[0] == 200
    assert decide(referent, office, "approva")[0] == 200
    with office.database.reading() as session:
        revision = current_revision(session, office.solution())
    reader = app.test_client()
    page = reader.get(desk.address).text
    shown = [section["html"] for section in revision.sections] + [revision.footnotes]
    assert [mark for mark in ("<strong>solo</strong>", 'class="act"', "<img alt") if mark not in shown[0]] == []
    assert (len(shown), "<em>fonte</em>" in shown[-1], "<script>alert" in preview) == (7, True, False)
    assert [text for text in shown if text not in preview or text not in page] == []

    app.extensions["indexer"].ensure()
    assert found(reader, "quadrifoglio") == found(reader, "girasole") == []
    assert read_files(app) == 2
    app.extensions["indexer"].drain()
    assert found(reader, "quadrifoglio") == found(reader, "girasole") == [SLUG]


def found(reader: FlaskClient, word: str) -> list[str]:
    """Addresses of the solutions a search answers with."""
    return [item["slug"] for item in (reader.get(f"/cerca.json?q={word}").json or {})["results"]]


def test_before_it_is_sent_the_page_shows_what_would_be_sent(app: Flask, office: Office) -> None:
    official = signed_in(app, office, office.official)
    desk = Desk(official, SLUG).open()
    desk.type(section__1="Scritto **adesso**, salvato da sé.", resources__months="14").save()
    page = official.get(PAGE).text
    assert "<strong>adesso</strong>" in page
    assert "14 mesi" in page
    assert "bozza non ancora inviata" in page
    assert re.search(r'<li class="current" aria-current="step">.*?<span>Bozza', page)
    assert "adesso" not in signed_in(app, office, office.referent).get(f"/soluzioni/{SLUG}").text
    expert = signed_in(app, office, office.expert)
    assert "<strong>adesso</strong>" not in expert.get(PAGE).text, "who does not write it reads what was sent"
    press(official, f"{PAGE}/invia")
    sent = official.get(PAGE).text
    assert "<strong>adesso</strong>" in sent
    assert re.search(r'<li class="done"><span class="step-mark"[^>]*>.*?<span>Inviata', sent, re.DOTALL)


def test_a_remark_lands_on_a_section_that_no_version_holds_yet(app: Flask, office: Office) -> None:
    official = signed_in(app, office, office.official)
    Desk(official, SLUG).open().type(section__1="Scritto adesso.").save()
    (anchor,) = re.findall(r'name="nota-(?!tutto)([^"]+)"', official.get(PAGE).text)[:1]
    press(official, f"/soluzioni/{SLUG}/commenti", **{f"nota-{anchor}": "Qui manca una fonte"})
    assert "Qui manca una fonte" in official.get(PAGE).text


def test_what_was_sent_back_waits_for_its_authors_with_the_reason_until_it_is_decided_anew(
    app: Flask, office: Office
) -> None:
    official, referent = (signed_in(app, office, number) for number in (office.official, office.referent))
    press(official, f"{PAGE}/invia")
    decide(referent, office, "restituisci", reason="Servono i numeri del 2025")
    desk = official.get("/scrivania").text
    waits = section(desk, "per-me")
    assert "restituita: correggere e inviare di nuovo" in waits
    assert "Servono i numeri del 2025" in waits
    assert "<strong>restituita</strong>" in section(desk, "bozze")
    assert "completa per l’invio" not in desk
    assert "Servono i numeri" not in section(referent.get("/scrivania").text, "per-me")
    again = official.get(PAGE).text
    assert "con questo motivo" in again
    assert re.search(r'<li class="current" aria-current="step">.*?<span>Bozza', again)

    press(official, f"{PAGE}/invia")
    assert "Servono i numeri" not in section(official.get("/scrivania").text, "per-me")
    decide(referent, office, "approva")
    Desk(official, SLUG).open().type(section__1="Una correzione dopo.").save()
    assert "con questo motivo" not in official.get(PAGE).text, "what came after decided otherwise"


def test_what_an_expert_sent_back_of_a_text_in_force_waits_on_the_desk_of_its_office(
    app: Flask, office: Office
) -> None:
    office.submit()
    office.approve()
    expert = signed_in(app, office, office.expert)
    decide(expert, office, "restituisci", reason="Servono i numeri del 2025")
    assert "Servono i numeri" not in expert.get("/scrivania").text
    for number in (office.official, office.referent):
        desk = signed_in(app, office, number).get("/scrivania")
        assert desk.status_code == 200
        assert "Servono i numeri del 2025" in section(desk.text, "per-me")


def test_a_level_of_evidence_that_rose_while_a_text_waited_is_not_lowered_unseen(app: Flask, office: Office) -> None:
    office.submit()
    office.approve()
    expert, chosen = signed_in(app, office, office.expert), r'value="1" checked'
    assert re.search(chosen, expert.get(PAGE).text)
    assert "in vigore:" not in expert.get(PAGE).text
    with office.database.work() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        raised = with_fields(current_revision(session, solution).document(), evidence_level=5)
        save(session, solution, raised, LATER)
    page = expert.get(PAGE).text
    assert "(proposto da chi scrive: 1; in vigore: 5)" in page
    assert not re.search(chosen, page)
    status, page = decide(expert, office, "valida", reason="I dati ci sono")
    assert (status, "Scegliere un livello da 1 a 5." in page) == (422, True)


def test_a_text_in_force_is_no_draft_until_somebody_types_again_or_changes_its_kit(app: Flask, office: Office) -> None:
    official = signed_in(app, office, office.official)
    Desk(official, SLUG).open().type(section__1="Come va adesso.").save()
    assert SLUG in section(official.get("/scrivania").text, "bozze")
    press(official, f"{PAGE}/invia")
    office.approve()
    office.validate()
    office.make_ready()
    assert SLUG not in section(official.get("/scrivania").text, "bozze")
    number = office.add_file("Schema")
    assert SLUG in section(official.get("/scrivania").text, "bozze")
    with office.database.work() as session:
        session.delete(session.get(Attachment, number))
    Desk(official, SLUG).open().type(section__1="Una correzione dopo.").save()
    assert SLUG in section(official.get("/scrivania").text, "bozze")


def test_the_page_shows_what_is_missing_and_nothing_else_may_be_pressed(app: Flask, office: Office) -> None:
    office.rewrite(summary=None)
    page = signed_in(app, office, office.official).get(PAGE).text
    assert "Che cosa manca" in page
    assert f'<a href="/soluzioni/{SLUG}/modifica#campo-summary">Sintesi</a>: manca' in page, "one click from its box"
    assert f"{PAGE}/invia" not in page
    assert "<li>Sintesi: manca</li>" in signed_in(app, office, office.expert).get(PAGE).text, "who does not write it"


def test_remarks_stand_beside_their_section_and_are_kept_with_the_decision(app: Flask, office: Office) -> None:
    office.submit()
    referent = signed_in(app, office, office.referent)
    typed = {"nota-sez-problema-affrontato": "Quanti comuni?", "nota-tutto": "Manca una fonte."}
    status, _page = decide(referent, office, "restituisci", reason="Servono i numeri", **typed)
    assert status == 200
    page = signed_in(app, office, office.official).get(PAGE).text
    for said in ("Servono i numeri", "Quanti comuni?", "Manca una fonte.", 'href="#sez-problema-affrontato"'):
        assert said in page
    number = re.findall(r"commenti/(\d+)/risolvi", page)[0]
    official = signed_in(app, office, office.official)
    assert press(official, f"/soluzioni/{SLUG}/commenti/{number}/risolvi")[0] == 200
    assert "chiuso da" in official.get(PAGE).text


def test_who_goes_through_the_remarks_comes_back_among_them(app: Flask, office: Office) -> None:
    office.submit()
    official = signed_in(app, office, office.official)
    token = {"csrf_token": csrf(official, PAGE)}
    commented = official.post(f"/soluzioni/{SLUG}/commenti", data={**token, "nota-tutto": "Manca una fonte."})
    page = official.get(commented.location).text
    number = re.findall(r"commenti/(\d+)/risolvi", page)[0]
    resolved = official.post(f"/soluzioni/{SLUG}/commenti/{number}/risolvi", data=token)
    assert commented.location == resolved.location == f"{PAGE}#commenti"
    assert 'id="commenti"' in page


def test_what_was_typed_comes_back_when_a_decision_is_refused(app: Flask, office: Office) -> None:
    office.submit()
    referent = signed_in(app, office, office.referent)
    review = office.review()
    office.approve()
    status, page = press(
        referent, f"{PAGE}/{review.id}/restituisci", number=review.revision_number, reason="Parole da non perdere"
    )
    assert (status, "Nel frattempo questa versione è stata decisa o ritirata" in page) == (409, True)
    assert "Parole da non perdere" in read_only(page), "the field of the reason is gone with the decision"
    expert = signed_in(app, office, office.expert)
    typed = {"reason": "Manca la fonte", "nota-tutto": "Anche i costi", "nota-sez-tolta": "Di una parte tolta"}
    status, page = press(expert, f"{PAGE}/{office.review().id}/restituisci", number=99, **typed)
    assert status == 409
    assert read_only(page) == ["Di una parte tolta"]
    for field in ("reason", "nota-tutto"):
        assert re.search(rf'name="{field}"[^>]*>{typed[field]}</textarea>', page), "what has a field stays in it"
    assert office.rows() == ["solution-submitted", "solution-approved"]


def test_what_a_refused_button_lacks_is_one_click_away_and_stands_beside_its_own_field(
    app: Flask, office: Office
) -> None:
    office.submit()
    office.approve()
    expert, referent = signed_in(app, office, office.expert), signed_in(app, office, office.referent)
    status, page = decide(expert, office, "valida", evidence="", reason="")
    assert (status, 'href="#evidence-1"' in page) == (422, True)
    status, page = decide(expert, office, "restituisci", reason=" ")
    assert (status, 'href="#reason"' in page, 'id="reason-wrong"' in page) == (422, True, True)
    status, page = press(referent, f"/soluzioni/{SLUG}/archivia", archive_reason=" ")
    assert (status, 'href="#archive_reason"' in page) == (422, True)
    assert 'id="archive_reason-wrong"' in page
    assert 'id="reason-wrong"' not in page, "the decision that waits lacks nothing"


def read_only(page: str) -> list[str]:
    """What was typed and is only there to be copied."""
    return re.findall(r"<textarea readonly[^>]*>([^<]*)</textarea>", page)


def test_a_day_that_cannot_be_read_is_said_and_nobody_is_asked(app: Flask, office: Office) -> None:
    office.submit()
    referent = signed_in(app, office, office.referent)
    status, page = decide(referent, office, "assegna", person=office.referent, due_on="31 dicembre")
    assert (status, "Il giorno non si legge" in page) == (422, True)
    assert office.review().claimed_by is None
    assert office.rows() == ["solution-submitted"]
    assert decide(referent, office, "assegna", person=office.referent, due_on="")[0] == 200


def test_two_referents_at_once_the_second_reads_that_it_was_decided(app: Flask, office: Office) -> None:
    office.submit()
    first, second = signed_in(app, office, office.referent), stranger(app, office, (Role.REFERENT, "bologna"))
    review = office.review()
    assert decide(first, office, "approva")[0] == 200
    status, page = press(second, f"{PAGE}/{review.id}/approva", number=review.revision_number)
    assert status == 409
    assert "Nel frattempo questa versione è stata decisa o ritirata" in page


@pytest.mark.parametrize(
    "word", ["approva", "restituisci", "prendi-in-carico", "assegna", "ritira", "valida", "pronta"]
)
def test_nothing_can_be_decided_by_people_of_another_city(app: Flask, office: Office, word: str) -> None:
    office.submit()
    client = stranger(app, office, (Role.REFERENT, "torino"), (Role.OFFICIAL, "torino"))
    status, _ = decide(client, office, word, reason="Una ragione", person=office.referent, evidence=3)
    assert status in {403, 404}
    assert office.rows() == ["solution-submitted"]


def test_the_page_is_hidden_from_readers_and_other_cities(app: Flask, office: Office) -> None:
    assert app.test_client().get(PAGE).status_code == 303
    assert stranger(app, office, (Role.OFFICIAL, "torino")).get(PAGE).status_code == 404


def test_an_official_does_not_approve_what_the_office_wrote(app: Flask, office: Office) -> None:
    office.submit()
    assert decide(signed_in(app, office, office.official), office, "approva")[0] in {403, 404}
    assert not office.solution().published


def test_queues_say_what_waits_for_whom_and_let_one_take_it(app: Flask, office: Office) -> None:
    office.submit()
    referent = signed_in(app, office, office.referent)
    answer = referent.get("/redazione", follow_redirects=True)
    assert answer.request.path == "/redazione/da-approvare"
    assert "Sportello unico metropolitano" in answer.text
    assert decide(referent, office, "prendi-in-carico")[0] == 200
    assert "l’ho in carico io" in referent.get("/redazione/da-approvare").text
    assert "Non c’è nulla in attesa" in signed_in(app, office, office.expert).get("/redazione/da-approvare").text
    rows = waiting(referent, "/redazione/da-approvare.json")
    assert [(row["slug"], row["body"], row["version"]) for row in rows] == [(SLUG, "Bologna", 1)]
    assert SLUG in referent.get("/redazione/da-approvare.csv").text
    assert waiting(referent, "/redazione/da-approvare.json?ente=torino") == []


def test_what_waits_longest_stands_first_with_its_age_and_its_day(app: Flask, office: Office) -> None:
    office.submit()
    older, past = NOW - timedelta(days=30), NOW.date() - timedelta(days=20)
    with office.database.work() as session:
        draft = make_draft(
            session, office.official, "seconda", document=make_full_document(badge=None, title="Seconda")
        )
        session.flush()
        service.submit(session, draft, office.official, older).due_on = past
        for slug, days in (("letta-ieri", 1), ("letta-prima", 9)):
            solution = make_solution(session, slug, title=slug)
            remarks.report(session, solution, NOW - timedelta(days=days), f"{slug}: il numero è 55.", "", "192.0.2.1")
        page = page_reports.page_about(session, "/citta/bologna", "city", "bologna")
        page_reports.report(
            session, page, NOW - timedelta(days=5), "I comuni non sono 50 ma 55.", "", "192.0.2.1", None
        )
    referent = signed_in(app, office, office.referent)
    first, second = rows_of(referent, "/redazione/da-approvare")
    assert ("/soluzioni/seconda/revisione" in first, PAGE in second) == (True, True)
    for row, since in ((first, older), (second, NOW)):
        days = ageing.working_days(day_of(since), day_of(datetime.now(UTC)))
        assert f"in attesa dal {format_date(since, locale='it', format='long')} · {days} giorni lavorativi" in row
    due = format_date(past, locale="it", format="long")
    assert re.search(rf'class="tag late">.*entro il {due}</span>', first)
    assert "entro il" not in second
    told = [re.findall(r'<h3 lang="it"><a href="([^"]+)"', row)[0] for row in rows_of(referent, REPORTS)]
    assert told == ["/soluzioni/letta-prima/revisione", "/citta/bologna", "/soluzioni/letta-ieri/revisione"]
    assert [row["slug"] for row in waiting(referent, "/redazione/da-approvare.json")] == ["seconda", SLUG]
    assert [row["page"] for row in waiting(referent, f"{REPORTS}.json")] == [None, "/citta/bologna", None]


def rows_of(client: FlaskClient, queue: str) -> list[str]:
    """The lines of a queue as its page shows them."""
    return client.get(queue).text.partition('<ul class="queue">')[2].partition("</ul>")[0].split("<li")[1:]


def waiting(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(client.get(address).text)["rows"]
    return found


def test_queues_are_for_reviewers(app: Flask, office: Office) -> None:
    assert signed_in(app, office, office.official).get("/redazione/da-approvare").status_code == 403
    assert app.test_client().get("/redazione").status_code == 303


def test_a_reader_without_an_account_reports_an_error_and_the_office_reads_it(app: Flask, office: Office) -> None:
    office.submit()
    office.approve()
    reader = app.test_client()
    address = f"/soluzioni/{SLUG}/segnala"
    assert (
        "La segnalazione arriva alla Città metropolitana di Bologna, di cui la soluzione parla."
        in reader.get(address).text
    )
    token = csrf(reader, address)
    short = reader.post(address, data={"csrf_token": token, "text": "sbagliato", "email": "io"})
    assert (short.status_code, "almeno 20 caratteri" in short.text, "sbagliato" in short.text) == (422, True, True)
    sent = {"csrf_token": token, "text": "Il numero dei comuni non è 50 ma 55.", "email": "lettrice@posta.example"}
    assert reader.post(address, data=sent).status_code == 303
    page = signed_in(app, office, office.official).get(PAGE).text
    assert "Il numero dei comuni non è 50 ma 55." in page
    assert "lettrice@posta.example" in page
    assert "Il numero dei comuni" in signed_in(app, office, office.referent).get("/redazione/segnalazioni").text


def test_too_many_reports_from_one_address_have_to_wait(app: Flask, office: Office) -> None:
    office.submit()
    office.approve()
    reader, address = app.test_client(), f"/soluzioni/{SLUG}/segnala"
    sent = {"csrf_token": csrf(reader, address), "text": "Il numero dei comuni non è 50 ma 55."}
    assert [reader.post(address, data=sent).status_code for _ in range(6)] == [303] * 5 + [429]


def test_an_archived_solution_stays_readable_with_a_banner_and_comes_back(app: Flask, office: Office) -> None:
    office.submit()
    office.approve()
    referent, reader = signed_in(app, office, office.referent), app.test_client()
    assert press(referent, f"/soluzioni/{SLUG}/archivia", archive_reason=" ")[0] == 422
    assert press(referent, f"/soluzioni/{SLUG}/archivia", archive_reason="Servizio cessato nel 2026")[0] == 200
    page = reader.get(f"/soluzioni/{SLUG}")
    assert page.status_code == 200
    assert "Archiviata il" in page.text
    assert "Servizio cessato nel 2026" in page.text
    assert "Servizio cessato nel 2026" in referent.get(PAGE).text
    assert press(referent, f"/soluzioni/{SLUG}/riporta")[0] == 200
    assert "Archiviata il" not in reader.get(f"/soluzioni/{SLUG}").text
    assert office.rows()[-2:] == ["solution-archived", "solution-restored"]


def test_the_owner_confirms_the_facts_with_one_button(app: Flask, office: Office) -> None:
    with office.database.work() as session:
        make_solution(session, "vecchia", verified_on="2020-01-01", review_due="2021-01-01")
    official = signed_in(app, office, office.official)
    assert "Ultima verifica: 1° gennaio 2020" in official.get("/soluzioni/vecchia/revisione").text
    status, page = press(official, "/soluzioni/vecchia/conferma")
    assert (status, "Ultima verifica: 1° gennaio 2020" in page) == (200, False)
    with office.database.reading() as session:
        confirmed = by_slug(session, "vecchia")
        assert confirmed is not None
        today = day_of(datetime.now(UTC))
        assert confirmed.front["verified_on"] in {today.isoformat(), (today - timedelta(days=1)).isoformat()}
        assert confirmed.front["review_due"] > today.isoformat()
        assert next(row.action for row in journal.of_thing(session, "solution", "vecchia")) == "facts-confirmed"
    status, page = press(official, "/soluzioni/vecchia/conferma")
    assert (status, "I fatti sono già stati confermati oggi" in page) == (409, True)


@pytest.mark.parametrize(
    "address", [PAGE, "/redazione/da-approvare", "/redazione/segnalazioni", f"/soluzioni/{SLUG}/segnala"]
)
def test_every_page_speaks_both_languages(app: Flask, office: Office, address: str) -> None:
    office.submit()
    office.approve()
    referent = signed_in(app, office, office.referent)
    for prefix, language in (("", "it"), ("/en", "en")):
        page = referent.get(f"{prefix}{address}")
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text


def test_the_story_of_a_solution_is_taken_away_with_its_digests_by_those_who_work_on_it(
    app: Flask, office: Office
) -> None:
    office.submit()
    office.approve()
    address = f"/soluzioni/{SLUG}/storia"
    official = signed_in(app, office, office.official)
    entries = json.loads(official.get(f"{address}.json").text)["entries"]
    assert [entry["action"] for entry in entries] == ["solution-submitted", "solution-approved"]
    assert entries[1]["previous"] == entries[0]["digest"]
    assert all(isinstance(entry["data"], dict) for entry in entries)
    assert "solution-approved" in official.get(f"{address}.csv").text
    assert stranger(app, office, (Role.OFFICIAL, "torino")).get(f"{address}.json").status_code == 404
    assert app.test_client().get(f"{address}.csv").status_code in {303, 401}


def test_what_the_owner_should_have_confirmed_is_said_to_every_reader(app: Flask, office: Office) -> None:
    with office.database.work() as session:
        make_solution(session, "vecchia", verified_on="2020-01-01", review_due="2021-01-01")
    page = app.test_client().get("/soluzioni/vecchia").text
    assert "La verifica dei fatti era prevista entro il 1° gennaio 2021" in page
    rows = waiting(signed_in(app, office, office.referent), "/redazione/verifiche-scadute.json")
    assert [row["slug"] for row in rows] == ["vecchia"]
    official = signed_in(app, office, office.official)
    assert press(official, "/soluzioni/vecchia/conferma")[0] == 200
    assert "La verifica dei fatti era prevista" not in app.test_client().get("/soluzioni/vecchia").text


def test_reviewers_see_the_files_of_the_kit_before_readers_do(app: Flask, office: Office) -> None:
    office.add_file("Delibera di adesione")
    office.submit()
    referent = signed_in(app, office, office.referent)
    assert "Delibera di adesione" in referent.get(PAGE).text
    office.approve()
    assert "Delibera di adesione" in app.test_client().get(f"/soluzioni/{SLUG}").text


def test_the_pdf_lists_the_files_of_the_kit_with_their_whole_address(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "document", lambda page, *folders: page.encode())
    office.add_file("Delibera di adesione")
    office.submit()
    office.approve()
    printed = app.test_client().get(f"/soluzioni/{SLUG}.pdf").text
    assert re.search(r'<a href="http://localhost/[^"]*documento.pdf">Delibera di adesione</a>', printed)


def test_the_page_names_the_files_that_come_and_go_and_those_that_came_after_the_sending(
    app: Flask, office: Office
) -> None:
    official, referent = (signed_in(app, office, number) for number in (office.official, office.referent))
    first = office.add_file("Delibera", NOW)
    for act in (office.submit, office.approve):
        act()
    token = {"csrf_token": csrf(official, "/soluzioni")}
    official.post(f"/soluzioni/{SLUG}/kit/{first}/togli", data=token)
    office.add_file("Schema")
    assert press(official, f"{PAGE}/invia")[0] == 200
    office.add_file("Riservato")
    page = referent.get(PAGE).text
    assert "Che cosa cambia rispetto alla versione in vigore: 1 parte" in page
    assert re.search(r"<ins>aggiunto: [^<]*<span[^>]*>Schema</span>", page)
    assert re.search(r"<del>tolto: [^<]*<span[^>]*>Delibera</span>", page)
    assert re.search(r"Riservato</a>.*?aggiunto dopo", page)
    kit = official.get(f"/soluzioni/{SLUG}/kit").text
    assert "inviato con la versione" in kit
    assert "1 file non è ancora stato inviato" in kit
    assert "resta pubblicato fino al prossimo invio approvato" in kit
    assert decide(referent, office, "approva")[0] == 200
    reader = app.test_client().get(f"/soluzioni/{SLUG}").text
    assert [title in reader for title in ("Schema", "Delibera di", "Riservato")] == [True, False, False]


def test_who_writes_reads_in_the_form_why_it_came_back_and_what_waits(app: Flask, office: Office) -> None:
    official, referent = (signed_in(app, office, number) for number in (office.official, office.referent))
    form = f"/soluzioni/{SLUG}/modifica"
    assert "Si può inviare" in official.get(form).text
    press(official, f"{PAGE}/invia")
    page = official.get(form).text
    assert "aspetta una decisione dal" in page
    assert "prima va ritirata la versione inviata" in page
    assert "Si può inviare" not in page
    anchor = re.findall(r'name="nota-(?!tutto)([^"]+)"', referent.get(PAGE).text)[0]
    decide(referent, office, "restituisci", reason="Servono i numeri", **{f"nota-{anchor}": "Quali comuni?"})
    page = official.get(form).text
    with office.database.reading() as session:
        person = by_number(session, office.referent)
    assert person is not None
    assert re.search(rf"Restituita il [^<]* da {person.name}, con questo motivo:", page)
    assert "Servono i numeri" in page
    assert f'href="{PAGE}#commenti">1 commento su questa sezione' in page
    assert "1 commento ancora aperto" in page
    assert "· restituita il" in official.get(PAGE).text
    press(official, f"{PAGE}/invia")
    decide(referent, office, "approva")
    page = official.get(form).text
    assert "ne prende il posto" in page
    assert "con questo motivo" not in page
    Desk(official, SLUG).open().type(section__1="Una correzione dopo.").save()
    press(official, f"{PAGE}/invia")
    assert "prima va ritirata la versione inviata" in official.get(form).text


def test_the_steps_are_those_of_the_version_named_though_the_office_writes_on(app: Flask, office: Office) -> None:
    official, expert = (signed_in(app, office, number) for number in (office.official, office.expert))
    # Without a kit nothing follows the validation by itself.
    office.rewrite(kit=None)
    office.submit()
    office.approve()
    Desk(official, SLUG).open().type(section__1="Una correzione dopo.").save()
    status, page = decide(expert, office, "valida", evidence=3, reason="Dati prima e dopo")
    assert status == 200
    assert f"versione {office.solution().revision_number}" in page
    current = re.compile(r'<li class="current" aria-current="step">.*?<span>([^<]*)<', re.DOTALL)
    assert current.findall(page) == ["Pronta al riuso"]
    mine = official.get(PAGE).text
    assert "bozza non ancora inviata" in mine
    assert current.findall(mine) == ["Bozza"]


def test_what_cannot_be_read_is_shown_as_typed_with_the_name_of_its_field(app: Flask, office: Office) -> None:
    official = signed_in(app, office, office.official)
    desk = Desk(official, SLUG).open()
    desk.type(resources__one_off_cost="circa 12.000", resources__yearly_cost="96.000 euro", resources__months="")
    desk.type(period__start="", period__end="")
    assert desk.type(unknown=[]).save().status_code == 303
    page = official.get(PAGE).text
    assert "circa 12.000 <span" in page
    assert "96.000" in page
    assert '<dt>Tempo di realizzazione</dt><dd><span class="unknown">non indicato</span>' in page
    assert "Risorse: Costo di avvio, in euro</a>: serve un numero intero" in page
    assert '<dt>Periodo</dt><dd><span class="unknown">non indicato</span>' in page
    draft = official.get(f"/soluzioni/{SLUG}").text
    assert f'href="{PAGE}">Leggi la bozza' in draft
    assert "non indicato" in draft


def test_whatever_is_typed_is_kept_or_refused_and_never_breaks_the_site(app: Flask, office: Office) -> None:
    office.submit()
    referent = signed_in(app, office, office.referent)
    token = {"csrf_token": csrf(referent, "/soluzioni")}
    statuses = set()
    for start in range(0, len(TYPED), 40):
        remarks = {f"nota-{number}": text for number, text in enumerate(TYPED[start : start + 40])}
        statuses.add(referent.post(f"/soluzioni/{SLUG}/commenti", data={**token, **remarks}).status_code)
    for text in TYPED:
        typed = {**token, "reason": text, "number": text, "text": text, "email": text, f"nota-{text[:40]}": text}
        statuses.add(referent.post(f"/soluzioni/{SLUG}/segnala", data=typed).status_code)
        queue = referent.get("/redazione/da-approvare.json", query_string={"ente": text, "tema": text})
        statuses.add(queue.status_code)
    for text in TYPED[::12]:
        typed = {**token, "reason": text, "number": text, f"nota-{text[:40]}": text}
        statuses.add(referent.post(f"{PAGE}/{office.review().id}/restituisci", data=typed).status_code)
    page = referent.get(PAGE)
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.text
    assert {status for status in statuses if status >= 500} == set()


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("revisione/invia", {}),
        ("commenti", {"nota-tutto": "Un commento"}),
        ("commenti/1/risolvi", {}),
        ("archivia", {"archive_reason": "Perché no"}),
        ("riporta", {}),
        ("conferma", {}),
    ],
)
def test_people_of_another_city_change_nothing(app: Flask, office: Office, page: str, typed: dict[str, str]) -> None:
    office.submit()
    client = stranger(app, office, (Role.REFERENT, "torino"), (Role.OFFICIAL, "torino"))
    assert press(client, f"/soluzioni/{SLUG}/{page}", **typed)[0] == 404
    assert app.test_client().post(f"/soluzioni/{SLUG}/{page}").status_code in {400, 401}
    assert office.rows() == ["solution-submitted"]


def test_a_form_from_elsewhere_is_refused(app: Flask, office: Office) -> None:
    official = signed_in(app, office, office.official)
    assert official.post(f"{PAGE}/invia").status_code == 400
    assert office.rows() == []


@pytest.mark.parametrize(
    "word", ["approva", "valida", "pronta", "restituisci", "ritira", "prendi-in-carico", "assegna", "lascia"]
)
def test_the_number_of_another_citys_review_is_not_found_under_ones_own_solution(
    app: Flask, office: Office, word: str
) -> None:
    office.submit()
    with office.database.work() as session:
        make_solution(session, "sportello-torino", city="torino")
    roles = ((Role.REFERENT, "torino"), (Role.EXPERT, "suap"))
    client = stranger(app, office, *roles)
    review = office.review()
    status, _ = press(
        client,
        f"/soluzioni/sportello-torino/revisione/{review.id}/{word}",
        number=review.revision_number,
        reason="Sì.",
        evidence=3,
    )
    assert status in {403, 404}
    assert office.review().state == "open"
    assert office.rows() == ["solution-submitted"]


def test_what_is_said_to_end_something_is_what_its_button_ends(app: Flask) -> None:
    named = {
        Deed.RELEASE: "review.release",
        Deed.WITHDRAW: "review.withdraw",
        Deed.ARCHIVE: "review.archive",
        Deed.REPORT: "reader.report_now",
    }
    assert set(named) == ENDING
    assert all(app.view_functions[endpoint].__dict__["ends"] for endpoint in named.values())


@pytest.mark.parametrize("value", [7, "x", True, ["a"], [["a"]], {"a": "b"}, [{"a": "b"}], [None, 5]])
def test_a_draft_whose_fields_hold_anything_has_a_review_page(client: FlaskClient, office: Office, value: Any) -> None:
    """As Markdown somebody types, or a programme sends, one value where a list of them belongs."""
    with office.database.work() as session:
        names = [field.name for field in FIELDS if field.name not in {"title", "city"}]
        front = {"title": "Bozza", "city": "bologna", **dict.fromkeys(names, value)}
        writer = make_person(session, (Role.OFFICIAL, "bologna"), email="scrive@ente.example")
        slug = begin(session, "Bozza", "bologna", Document(front), NOW, writer.id).slug
    assert sign_in(client, writer).get(f"/soluzioni/{slug}/revisione").status_code == 200


def test_a_draft_links_nothing_but_addresses_of_the_web(client: FlaskClient, office: Office) -> None:
    with office.database.work() as session:
        sources = [{"title": "Fonte", "address": "javascript:alert(1)"}, {"title": "Altra", "address": "https://a.it"}]
        front = {"title": "Bozza", "city": "bologna", "sources": sources, "kit": sources}
        writer = make_person(session, (Role.OFFICIAL, "bologna"), email="scrive@ente.example")
        slug = begin(session, "Bozza", "bologna", Document(front), NOW, writer.id).slug
    page = sign_in(client, writer).get(f"/soluzioni/{slug}/revisione").text
    assert 'href="javascript:' not in page
    assert page.count('href="https://a.it"') == 2
