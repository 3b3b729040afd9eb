# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form as a person uses it without JavaScript: beginning, saving, rows, preview, Markdown, versions."""

import io
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from babel.dates import format_date
from flask import Flask
from flask.testing import FlaskClient

from app.db import Database
from app.document import render
from app.document.dates import ROME, today
from app.document.schema import SECTION_TITLES
from app.journal.models import JournalEntry
from app.search.service import count_unmet
from app.solutions.queries import by_slug
from app.text.typed import CONTROL, readable
from app.text.vocabulary import Vocabulary
from app.writing import service
from tests import makers
from tests.naughty import lines_for
from tests.pure.conversion.texts import changed, written
from tests.pure.files import samples
from tests.writing.conftest import JSON, SLUG, Desk, Form

PAGES = ("modifica", "anteprima", "markdown", "versione", "scarta", "simili")


def begin(client: FlaskClient, **boxes: object) -> Desk:
    data = {"csrf_token": makers.csrf(client, "/soluzioni/nuova"), **boxes}
    answer = client.post("/soluzioni/nuova", data=data)
    assert answer.status_code == 303, answer.text
    return Desk(client, answer.location.split("/")[2])


def test_a_title_is_enough_to_begin(people: dict[str, FlaskClient], office: Database) -> None:
    desk = begin(people["maria"], title="Ufficio unico dei concorsi").open()
    assert desk.address == "/soluzioni/ufficio-unico-dei-concorsi"
    assert (desk.box("title"), desk.box("city"), desk.box("licence")) == (
        "Ufficio unico dei concorsi",
        "bologna",
        "CC-BY-4.0",
    )
    with office.reading() as session:
        solution = by_slug(session, "ufficio-unico-dei-concorsi")
        assert solution is not None
        assert (solution.published, solution.badge, solution.latest_number) == (False, "", 1)


def test_two_drafts_with_one_title_get_two_addresses(people: dict[str, FlaskClient]) -> None:
    assert begin(people["maria"], title="Nuova").address == "/soluzioni/nuova-2"
    assert begin(people["luca"], title="Nuova").address == "/soluzioni/nuova-3"


def test_a_draft_whose_form_is_sent_twice_is_one_draft(people: dict[str, FlaskClient], office: Database) -> None:
    maria, text = people["maria"], f"---\ntitle: Sportello\n---\n\n## {SECTION_TITLES[0]}\n\nTempi lunghi.\n"
    for sent in ({"title": "Concorsi"}, {"title": "Concorsi", "section.1": "Tempi lunghi."}, {"title": ""}):
        files = [{} if sent["title"] else {"file": (io.BytesIO(text.encode()), "s.md")} for _ in range(2)]
        assert len({begin(maria, **sent, **file).address for file in files}) == 1
    desk = begin(maria, title="Concorsi").open()
    assert begin(maria, title="Concorsi e altro").address != desk.address
    seen = {name: desk.box(name) for name in ("csrf_token", "edition")}
    assert maria.post(f"{desk.address}/scarta", data=seen).status_code == 303
    begin(maria, title="Concorsi").open()
    with office.reading() as session:
        assert sum(row.action == "draft-created" for row in session.query(JournalEntry)) == 5


def test_without_a_title_the_page_says_what_is_missing(people: dict[str, FlaskClient]) -> None:
    client = people["maria"]
    answer = client.post("/soluzioni/nuova", data={"csrf_token": makers.csrf(client, "/soluzioni/nuova"), "title": " "})
    assert answer.status_code == 422
    assert "Serve un titolo, oppure un file che ne abbia uno." in answer.text
    notice = answer.text[answer.text.index("non è ancora cominciata") :]
    assert 'href="#title"' in notice.partition("</div>")[0], "said at the top, where the focus is, one click from it"


def test_nobody_begins_a_solution_of_another_city(people: dict[str, FlaskClient]) -> None:
    client = people["maria"]
    data = {"csrf_token": makers.csrf(client, "/soluzioni/nuova"), "title": "Di altri", "city": "torino"}
    assert client.post("/soluzioni/nuova", data=data).status_code == 403


def test_a_markdown_file_fills_the_form(people: dict[str, FlaskClient]) -> None:
    text = f"---\ntitle: Sportello\nroles:\n  - responsabile\n---\n\n## {SECTION_TITLES[0]}\n\nTempi lunghi.\n"
    desk = begin(people["maria"], title="", file=(io.BytesIO(text.encode()), "sportello.md")).open()
    assert (desk.box("title"), desk.box("roles.1"), desk.box("section.1")) == (
        "Sportello",
        "responsabile",
        "Tempi lunghi.",
    )


def test_a_draft_is_hidden_from_who_does_not_work_on_it(people: dict[str, FlaskClient], client: FlaskClient) -> None:
    desk = begin(people["maria"], title="Riservata")
    for stranger in (client, people["anna"]):
        assert stranger.get(desk.address).status_code == 404
        for page in PAGES:
            answer = stranger.get(f"{desk.address}/{page}", headers={"Accept": "application/json"})
            assert answer.status_code == (404 if stranger is people["anna"] else 401), page
    assert people["luca"].get(f"{desk.address}/modifica").status_code == 200


def test_pages_of_writing_open_in_both_languages(people: dict[str, FlaskClient]) -> None:
    for prefix in ("", "/en"):
        for page in PAGES:
            assert people["maria"].get(f"{prefix}/soluzioni/{SLUG}/{page}").status_code == 200, page


def test_opening_and_saving_untouched_changes_nothing(maria: Desk, office: Database) -> None:
    assert maria.open().save().status_code == 303
    with office.reading() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        assert service.opened(session, solution).edition == 0
        assert not service.unsaved(session, solution)


def test_what_was_typed_is_there_when_the_form_is_opened_again(maria: Desk) -> None:
    maria.open().type(summary="Una sintesi nuova.", section__1="Prima riga.\r\n\r\nSeconda riga.").save()
    again = maria.open()
    assert again.box("summary") == "Una sintesi nuova."
    assert again.box("section.1") == "Prima riga.\n\nSeconda riga."


def test_readers_keep_the_version_in_force_while_a_draft_is_written(maria: Desk, client: FlaskClient) -> None:
    maria.open().type(title="Un altro titolo").save()
    assert "Un altro titolo" not in client.get(f"/soluzioni/{SLUG}").text


def test_wrong_values_are_kept_as_typed_and_the_form_says_what_is_wrong(maria: Desk) -> None:
    maria.open().type(title="x" * 130, period__start="ieri", resources__fte="due e mezzo").save()
    again = maria.open()
    assert (again.box("title"), again.box("period.start"), again.box("resources.fte")) == (
        "x" * 130,
        "ieri",
        "due e mezzo",
    )
    page = maria.client.get(f"{maria.address}/modifica").text
    assert "Il testo supera il limite di 100 caratteri" in page
    assert "Serve una data come 2018, 2018-05 o 2018-05-03 (trovato «ieri»)" in page
    assert 'href="#campo-period.start"' in page


TEXTS = (
    "title", "summary", "office", "contact.role", "contact.mailbox", "period.start", "roles.1", "steps.1.name",
    "indicators.1.before", "kit.1.address", "based_on", "participation", "section.1", "section.8", "footnotes",
)  # fmt: skip


def test_naughty_strings_come_back_from_every_box_as_they_were_typed(maria: Desk) -> None:
    maria.open()
    for typed in lines_for("writing", 120):
        text = typed.encode("utf-8", "replace").decode("utf-8")
        maria.form |= {name: [text] for name in (*TEXTS, "themes", "city", "status", "licence", "sdgs", "unknown")}
        assert maria.save().status_code == 303, text
        maria.open()
        if readable(text).strip():
            assert {name: maria.box(name) for name in TEXTS} == dict.fromkeys(TEXTS, readable(text))
        assert not CONTROL.search("".join(map("".join, maria.form.values())))


def test_rows_are_added_moved_and_removed_by_buttons(maria: Desk) -> None:
    maria.open().type(roles__1="prima", roles__2="seconda", roles__3="terza")
    answer = maria.save(add="roles")
    assert answer.location.endswith("/modifica?aggiungi=roles#campo-roles")
    assert 'name="roles.4"' in maria.client.get(answer.location).text
    maria.open().save(up="roles.3")
    assert [maria.open().box(f"roles.{row}") for row in (1, 2, 3)] == ["prima", "terza", "seconda"]
    maria.open().save(remove="roles.1")
    assert [maria.open().box(f"roles.{row}") for row in (1, 2, 3)] == ["terza", "seconda", ""]


def test_a_list_in_a_group_gains_a_row_too(maria: Desk) -> None:
    answer = maria.open().type(capacity__formats__1="colloquio").save(add="capacity.formats")
    assert answer.location.endswith("#campo-capacity.formats")
    assert 'name="capacity.formats.2"' in maria.client.get(answer.location).text
    maria.open().type(capacity__formats__1="colloquio", capacity__formats__2="visita")
    assert maria.save(up="capacity.formats.2").location.endswith("#campo-capacity.formats")
    assert maria.open().box("capacity.formats.1") == "visita"


def test_the_meter_leads_to_what_is_missing(people: dict[str, FlaskClient]) -> None:
    desk = begin(people["maria"], title="Appena cominciata")
    page = people["maria"].get(f"{desk.address}/modifica").text
    assert "Per inviarla mancano" in page
    assert 'href="#campo-section.1"' in page
    assert 'id="campo-section.1"' in page


def test_the_english_form_calls_the_sections_by_their_english_names_and_keeps_the_italian_headings(maria: Desk) -> None:
    maria.open().type(section__1="Tempi lunghi.").save()
    page = maria.client.get(f"/en{maria.address}/modifica").text
    for words in ("Problem addressed ", "Solution adopted ", "Results obtained</a>"):
        assert words in page
    assert "Soluzione adottata" not in page
    assert "## Problema affrontato" in maria.client.get(f"{maria.address}/bozza.md").text


def test_the_preview_of_one_text_answers_while_it_is_typed(maria: Desk) -> None:
    token = maria.open().box("csrf_token")
    data = {"text": "Testo con nota[^1].", "footnotes": "[^1]: La fonte", "csrf_token": token}
    page = maria.client.post(f"{maria.address}/anteprima", data=data).text
    assert page.lstrip().startswith("<p>Testo con nota")
    assert "La fonte" in page


def test_the_document_is_edited_as_markdown_too(maria: Desk) -> None:
    maria.open()
    text = maria.client.get(f"{maria.address}/bozza.md").text
    data = {"text": text.replace("status: concluso", "status: a-regime"), "edition": "0", "base": "1"}
    answer = maria.client.post(f"{maria.address}/markdown", data={**data, "csrf_token": maria.box("csrf_token")})
    assert answer.status_code == 303
    assert maria.open().box("status") == "a-regime"


def test_a_markdown_text_that_cannot_be_read_is_kept_as_typed_with_the_line_that_is_wrong(maria: Desk) -> None:
    token = maria.open().box("csrf_token")
    broken = "---\ntitle: Sportello\nsummary: [aperta\n---\n\n## Problema affrontato\n\nTesto.\n"
    data = {"text": broken, "edition": "0", "base": "1", "csrf_token": token}
    assert maria.client.post(f"{maria.address}/markdown", data=data).status_code == 303
    page = maria.client.get(f"{maria.address}/markdown").text
    assert "summary: [aperta" in page
    assert "Riga 4" in page or "Riga 3" in page
    assert maria.open().box("title") == "Sportello unico metropolitano"
    assert "C’è un testo Markdown che non si legge ancora" in maria.client.get(f"{maria.address}/modifica").text
    refused = maria.client.post(f"{maria.address}/versione", data={"csrf_token": token, "reason": "prova"})
    assert refused.status_code == 422
    assert "Scarta questo testo e tieni il modulo" in page
    maria.client.post(f"{maria.address}/markdown", data={"do": "give-up", "csrf_token": token})
    assert "summary: [aperta" not in maria.client.get(f"{maria.address}/markdown").text


def test_a_markdown_text_that_is_refused_is_not_said_to_be_saved(maria: Desk) -> None:
    seen = {"edition": "0", "base": "1", "csrf_token": maria.open().box("csrf_token"), "text": ""}
    for sent, status, saved in (
        ({"file": (io.BytesIO("# Città".encode("latin-1")), "testo.md")}, 422, False),
        ({"text": "---\nsummary: Senza titolo\n---\n"}, 200, True),
    ):
        answer = maria.client.post(f"{maria.address}/markdown", data={**seen, **sent}, follow_redirects=True)
        assert (answer.status_code, "Il testo si salva lo stesso" in answer.text) == (status, saved)
        assert ("Il testo non è stato salvato" in answer.text) is not saved


def test_a_markdown_text_is_given_up_only_where_one_is_kept_beside_the_form(maria: Desk) -> None:
    """What is wrong in a box of the form is no text of its own: the button would do nothing."""
    token = maria.open().box("csrf_token")
    maria.type(period__start="ieri").save()
    page = maria.client.get(f"{maria.address}/markdown").text
    assert "da correggere" in page
    assert "Scarta questo testo" not in page
    untitled = "---\nsummary: Senza titolo\n---\n\nTesto sopra le sezioni.\n\n## Problema affrontato\n\nTesto.\n"
    data = {"text": untitled, "edition": "1", "base": "1", "csrf_token": token}
    assert maria.client.post(f"{maria.address}/markdown", data=data).status_code == 303
    assert "Scarta questo testo" in maria.client.get(f"{maria.address}/markdown").text


def test_a_version_is_saved_with_its_reason_and_does_not_reach_readers(
    maria: Desk, client: FlaskClient, office: Database
) -> None:
    maria.open().type(summary="Sintesi aggiornata.").save()
    token = maria.open().box("csrf_token")
    maria.client.post(f"{maria.address}/versione", data={"csrf_token": token, "reason": "Aggiornati i tempi"})
    newest, first = maria.client.get(f"{maria.address}/versioni").text.split("<li>\n    <p><a")[1:]
    today = re.sub("^1 ", "1° ", format_date(datetime.now(ROME), locale="it", format="long"))
    for said in ("Versione 2", today, "Maria Rossi", "mai pubblicata", "Aggiornati i tempi"):
        assert said in newest
    assert ("in vigore" in first, "Aggiornati i tempi" in first) == (True, False)
    (told,) = re.findall(r'href="([^"]*/differenze[^"]*)"', newest)
    changed = maria.client.get(unescape(told)).text.partition('<section class="change')[2]
    assert {"Sintesi", "aggiornata"} <= set(words_in("ins", changed))
    assert {"Uno", "sportello", "imprese"} <= set(words_in("del", changed))
    assert "Aggiornati i tempi" not in client.get(f"/soluzioni/{SLUG}/versioni").text
    with office.reading() as session:
        solution = by_slug(session, SLUG)
        assert solution is not None
        assert (solution.revision_number, solution.latest_number) == (1, 2)
        assert not service.unsaved(session, solution)


def test_a_version_that_never_came_into_force_is_not_called_in_force_nor_an_earlier_one(
    people: dict[str, FlaskClient], maria: Desk
) -> None:
    draft = begin(people["maria"], title="Ufficio unico dei concorsi").open()
    draft.type(summary="Una sintesi.").save()
    maria.open().type(summary="Sintesi aggiornata.").save()
    for desk, said in ((draft, "Leggi quella in vigore"), (maria, "")):
        token = desk.open().box("csrf_token")
        desk.client.post(f"{desk.address}/versione", data={"csrf_token": token})
        newest = desk.client.get(f"{desk.address}/versioni").text.split("<li>\n    <p><a")[1]
        assert ("mai pubblicata" in newest, "in vigore" in newest) == (True, False)
        page = desk.client.get(f"{desk.address}/versioni/2").text
        assert ("non è mai stata pubblicata" in page, "versione precedente" in page) == (True, False)
        assert not said or said not in page


def words_in(tag: str, page: str) -> list[str]:
    return re.findall(r"\w+", " ".join(re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)))


def test_a_version_with_wrong_shapes_is_refused_and_the_form_keeps_everything(maria: Desk) -> None:
    maria.open().type(title="x" * 130).save()
    token = maria.open().box("csrf_token")
    answer = maria.client.post(f"{maria.address}/versione", data={"csrf_token": token})
    assert answer.status_code == 422
    assert "La versione non è stata salvata" in answer.text
    assert "x" * 130 in answer.text


def test_a_line_among_the_notes_that_is_none_stays_in_the_draft_and_makes_no_version(maria: Desk) -> None:
    maria.open().type(footnotes="[1] Relazione 2024, https://ente.example/relazione")
    saved = maria.autosave()
    assert saved.json is not None
    assert "[1] Relazione 2024" in saved.json["problems"]["footnotes"]
    answer = maria.client.post(f"{maria.address}/versione", data={"csrf_token": maria.box("csrf_token"), "reason": ""})
    assert answer.status_code == 422
    assert maria.open().box("footnotes") == "[1] Relazione 2024, https://ente.example/relazione"
    box = answer.text.partition('id="campo-footnotes"')[2].partition('class="story-preview')[0]
    assert "Una riga non è una nota («[1] Relazione 2024, https://ente.example/relazione»)" in box
    assert "(«»)" not in answer.text


def test_a_version_that_takes_too_long_to_show_is_refused_before_anybody_waits(
    maria: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "MAX_SECONDS", 0.02)
    maria.open().type(section__1="<a@b.c>" * 8_000).save()
    token = maria.open().box("csrf_token")
    assert "troppi segni" in maria.client.get(f"{maria.address}/anteprima").text
    for button in ("versione", "revisione/invia"):
        answer = maria.client.post(f"{maria.address}/{button}", data={"csrf_token": token})
        assert answer.status_code == 422


def test_a_name_that_is_no_address_is_kept_as_typed(maria: Desk) -> None:
    for typed in ("http://]/soluzioni/x", "http://a\u2100b.com/soluzioni/x"):
        maria.open().type(based_on=typed).save()
        assert maria.open().box("based_on") == typed


def test_an_older_version_comes_back_into_the_form_and_the_versions_stay(maria: Desk) -> None:
    maria.open().type(summary="Seconda sintesi.").save()
    token = maria.open().box("csrf_token")
    maria.client.post(f"{maria.address}/versione", data={"csrf_token": token, "reason": "seconda"})
    answer = maria.client.post(f"{maria.address}/ripristina", data={"csrf_token": token, "number": "1"})
    assert answer.status_code == 303
    assert maria.open().box("summary") == "Uno sportello unico per le imprese di cinquanta comuni."
    assert (
        maria.client.post(f"{maria.address}/ripristina", data={"csrf_token": token, "number": "99"}).status_code == 404
    )


def test_giving_up_the_draft_brings_back_the_newest_version(maria: Desk) -> None:
    maria.open().type(summary="Da buttare.").save()
    token = maria.open().box("csrf_token")
    page = maria.client.get(f"{maria.address}/scarta").text
    assert "Le versioni restano" in page
    assert "altre persone" not in page, "one gives up what one wrote oneself"
    maria.client.post(f"{maria.address}/scarta", data={"csrf_token": token, "edition": "1"})
    assert maria.open().box("summary") == "Uno sportello unico per le imprese di cinquanta comuni."


def test_a_draft_without_any_version_goes_altogether(people: dict[str, FlaskClient]) -> None:
    desk = begin(people["maria"], title="Da buttare")
    token = desk.open().box("csrf_token")
    assert people["maria"].post(f"{desk.address}/scarta", data={"csrf_token": token, "edition": "0"}).status_code == 303
    assert people["maria"].get(f"{desk.address}/modifica").status_code == 404


def test_who_may_write_finds_the_way_from_the_page_of_the_solution(maria: Desk, client: FlaskClient) -> None:
    assert f'href="/soluzioni/{SLUG}/modifica"' in maria.client.get(f"/soluzioni/{SLUG}").text
    assert "/modifica" not in client.get(f"/soluzioni/{SLUG}").text


def test_the_text_suggests_the_acts_it_cites(maria: Desk) -> None:
    token = maria.open().box("csrf_token")
    data = {"title": "Sportello", "text": "Ai sensi della legge 7 agosto 1990, n. 241.", "csrf_token": token}
    answer = maria.client.post(f"{maria.address}/suggerimenti", data=data, headers={"Accept": "application/json"})
    assert answer.json is not None
    assert any("241" in act for act in answer.json["acts"])


def test_who_writes_sees_what_was_searched_in_vain_on_more_than_one_day(
    app: Flask, office: Database, maria: Desk
) -> None:
    with office.work() as session:
        told = {"canile consortile": (0, 1), "loculi": (2, 2), "aprire un bar": (0, 3), "cimitero": (91, 92)}
        for text, ago in told.items():
            for days in ago:
                count_unmet(session, text, today() - timedelta(days=days))
                session.flush()
    token = maria.open().box("csrf_token")
    data = {"title": "Sportello", "text": "Testo.", "questions": ["Aprire un  bar"], "csrf_token": token}
    shown = (maria.client.post(f"{maria.address}/suggerimenti", data=data, headers=JSON).json or {})["html"]
    assert 'data-put="questions" data-text="canile consortile"' in shown
    assert not any(text in shown for text in ("loculi", "aprire un bar", "cimitero"))
    assert "canile consortile" in maria.client.get(f"{maria.address}/simili").text


def test_acronyms_to_spell_out_are_those_the_search_knows(
    app: Flask, maria: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    term = {"term": "zona", "acronyms": ["ZQX"], "expansion": "zona quieta"}
    monkeypatch.setattr(app.extensions["engine"], "vocabulary", Vocabulary([term]))
    data = {"title": "Sportello", "csrf_token": maria.open().box("csrf_token")}
    for text, told in (("La ZQX del comune.", True), ("La zona quieta (ZQX) del comune.", False)):
        answer = maria.client.post(f"{maria.address}/suggerimenti", data={**data, "text": text}, headers=JSON)
        assert answer.json is not None
        assert ("zona quieta" in answer.json["html"]) is told


def test_what_is_being_typed_suggests_before_there_is_a_draft(
    app: Flask, office: Database, people: dict[str, FlaskClient], client: FlaskClient
) -> None:
    app.extensions["indexer"].ensure()
    token = makers.csrf(people["maria"], "/soluzioni/nuova")
    problem = "Il SUAP applica la legge 7 agosto 1990, n. 241 con uno sportello unico per ogni comune."
    data = {"title": "Sportello unico per le imprese", "text": problem, "csrf_token": token}
    found = people["maria"].post("/soluzioni/nuova/suggerimenti", data=data, headers=JSON).json
    assert found is not None
    assert found["similar"] == [SLUG]
    assert any("241" in act for act in found["acts"])
    assert "SUAP" in found["html"]
    assert "Temi che sembrano adatti" in found["html"]
    assert "<button" not in found["html"].split("Sigle")[0]
    assert client.post("/soluzioni/nuova/suggerimenti", data=data, headers=JSON).status_code == 401
    desk = begin(people["maria"], title="Sportello nuovo", **{"section.1": problem}).open()
    assert desk.box("section.1") == problem
    page = people["maria"].post("/soluzioni/nuova", data={"csrf_token": token, "title": "", "section.1": problem})
    assert (page.status_code, problem in page.text) == (422, True)


def office_text(kind: str) -> bytes:
    """A text with a title, two sections, a picture and a remark in its margin, as Word and LibreOffice write them."""
    text = "---\ntitle: Dal nostro ufficio\n---\n\n# Problema affrontato\n\nTempi lunghi. ![Mappa](b.png)"
    content = written(f"{text}\n\n# Soluzione adottata\n\nUn solo ufficio.", kind, {"b.png": samples.image()})
    if kind == "docx":
        remarks = f'<w:comments xmlns:w="{samples.W}"><w:comment w:id="1"/></w:comments>'
        return changed(content, {}, {"word/comments.xml": remarks})
    # What pandoc does not write: the words for the picture, and the remark.
    said = changed(content, {"content.xml": ("</draw:frame>", "<svg:title>Mappa</svg:title></draw:frame>")})
    remark = "<office:annotation><text:p>Da rivedere</text:p></office:annotation>"
    return changed(said, {"content.xml": ("ufficio.", f"ufficio.{remark}")})


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_an_office_document_fills_the_form_and_the_page_says_what_to_look_at(
    people: dict[str, FlaskClient], kind: str
) -> None:
    client = people["maria"]
    data = {"csrf_token": makers.csrf(client, "/soluzioni/nuova"), "title": ""}
    answer = client.post("/soluzioni/nuova", data={**data, "file": (io.BytesIO(office_text(kind)), f"bozza.{kind}")})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "i commenti a margine sono stati lasciati fuori" in page
    assert page.count("sono stati lasciati fuori") == 1
    assert "ecco dove è andato il testo" in page
    assert 'href="#campo-section.2">Soluzione adottata</a>: 3 parole' in page
    desk = Desk(client, answer.location.split("/")[2]).open()
    assert desk.box("title") == "Dal nostro ufficio"
    assert desk.box("section.1") == "Tempi lunghi. ![Mappa](kit/immagine-1.png)"
    assert desk.box("section.2") == "Un solo ufficio."
    assert f'<img alt="Mappa" src="{desk.address}/immagini/' in client.get(f"{desk.address}/anteprima").text
    assert client.get(f"{desk.address}/immagini/immagine-1.png").data == samples.image()
    invented = client.get(f"{desk.address}/modifica?perso=inventata").text
    assert "Dal documento caricato, da controllare" not in invented


def test_a_file_that_is_neither_is_refused_with_what_would_be_right(people: dict[str, FlaskClient]) -> None:
    client = people["maria"]
    for name, content in (("a.exe", b"MZ"), ("b.docx", b"non sono un documento"), ("c.md", b"senza intestazione")):
        data = {"csrf_token": makers.csrf(client, "/soluzioni/nuova"), "file": (io.BytesIO(content), name)}
        answer = client.post("/soluzioni/nuova", data=data)
        assert answer.status_code == 422, name
        assert 'id="errore-file"' in answer.text


def test_a_document_that_is_too_long_is_said_to_be_so_while_it_is_written_and_before_it_is_sent(maria: Desk) -> None:
    maria.open().type(**{f"section__{number}": "a" * 39_990 for number in range(1, 6)}).save()
    said = "l documento supera il limite di 200000 caratteri"
    meter = maria.client.get(f"{maria.address}/modifica").text.partition("da correggere</summary>")[2]
    assert f"I{said}" in meter.partition("</details>")[0]
    assert "campo-document" not in meter
    assert f"Documento intero: i{said}" in maria.client.get(f"{maria.address}/revisione").text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("---\ntitle: A\n---\n\nRiga sopra.\n\n## Problema affrontato\n\nB.\n", "prima sezione («Riga sopra.»)"),
        ("---\ntitle: [A\n---\n", "l&#39;intestazione non si legge (expected"),
        ("---\ntitle: !!int ''\n---\n", "l&#39;intestazione non si legge (a value that is not what its tag says)"),
        ("---\ntitle: A\n---\n" + "a" * 200_000, "il limite di 200000 caratteri"),
    ],
    ids=["above the sections", "front matter", "tag", "length"],
)
def test_a_markdown_file_is_taken_whole_or_refused_with_what_is_wrong_in_it(
    people: dict[str, FlaskClient], text: str, told: str
) -> None:
    data = {"csrf_token": makers.csrf(people["maria"], "/soluzioni/nuova"), "title": "Portata"}
    file = (io.BytesIO(text.encode()), "scheda.md")
    answer = people["maria"].post("/soluzioni/nuova", data={**data, "file": file})
    assert answer.status_code == 422
    assert told.casefold() in answer.text.casefold()


def test_a_text_beside_a_ticked_not_available_is_kept_and_asked_about_and_nothing_is_saved(maria: Desk) -> None:
    maria.open().type(resources__months="7", steps__1__name="", steps__2__name="Avvio", steps__2__months="3").save()
    maria.open()
    before = maria.client.get(f"{maria.address}/bozza.md").text
    ticks = ["resources.months", "steps.1.months", "resources.fte"]
    maria.type(summary="Una sintesi nuova.", resources__months="9", unknown=ticks)
    for pressed in ({}, {"add": "steps"}, {"do": "version"}):
        answer = maria.save(**pressed)
        assert answer.status_code == 422
        assert "Modifiche non ancora salvate" in answer.text
        told = answer.text.partition('id="modulo"')[0]
        assert re.findall(r'href="#campo-([^"]*)">([^<]*)<', told) == [
            ("resources.months", "Risorse: Mesi per realizzarla"),
            ("steps.1.months", "Passi: Mesi"),
        ]
        for path in ("resources.months", "steps.1.months"):
            assert f'id="errore-{path}"' in answer.text
            assert f'aria-describedby="errore-{path}"' in answer.text
        sent: dict[str, list[str]] = {}
        for name, value in Form(answer.text).pairs:
            sent.setdefault(name, []).append(value)
        assert sent["summary"] == ["Una sintesi nuova."]
        assert (sent["resources.months"], sent["steps.1.months"]) == (["9"], ["3"])
        assert sorted(sent["unknown"]) == sorted(ticks)
        assert (sent["edition"], sent["base"]) == (maria.form["edition"], maria.form["base"])
    assert maria.client.get(f"{maria.address}/bozza.md").text == before

    maria.form = {**sent, "unknown": ["resources.fte", "steps.1.months"], "steps.1.months": [""]}
    assert maria.save().status_code == 303
    maria.open()
    assert maria.box("resources.months") == "9"
    assert sorted(maria.form["unknown"]) == ["resources.fte", "steps.1.months"]


@pytest.mark.parametrize(
    ("ticked", "typed", "again"),
    [
        (
            "legal_basis",
            {"legal_basis.3": "Legge 7 aprile 2014, n. 56"},
            ("legal_basis.1", "Legge 7 aprile 2014, n. 56"),
        ),
        ("municipalities", {"municipalities.number": "55"}, ("municipalities.number", "55")),
        ("steps.4.when", {"steps.2.name": "", "steps.4.when": "2018"}, ("steps.1.when", "2018")),
    ],
)
def test_a_whole_part_ticked_as_not_available_over_what_stands_in_it_is_asked_about_too(
    maria: Desk, ticked: str, typed: dict[str, str], again: tuple[str, str]
) -> None:
    answer = maria.open().save(unknown=ticked, **typed)
    assert answer.status_code == 422
    pairs = Form(answer.text).pairs
    assert again in pairs
    assert len([name for name, _ in pairs if name == "unknown"]) == 1


def test_where_a_script_pales_the_box_a_tick_is_meant_and_saving_by_itself_is_never_held_up(maria: Desk) -> None:
    maria.open().type(resources__months="9", unknown="resources.months")
    assert maria.autosave().status_code == 200
    maria.open().type(resources__fte="2", unknown="resources.fte", meant="1")
    assert maria.save().status_code == 303
    assert "resources.fte" in maria.open().form["unknown"]


def test_a_document_that_is_too_long_is_shown_again_to_be_copied_each_text_once(maria: Desk) -> None:
    typed = "Parole di troppo. " * 25_000
    answer = maria.open().type(section__1=typed, offered__1=typed, summary="Un testo breve").save()
    assert answer.status_code == 422
    assert answer.text.count(f">{typed}</textarea>") == 1
    assert "Un testo breve</textarea>" in answer.text
