# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people write on the same solution at once: nothing is overwritten without a word."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.notices import chores
from tests.makers import csrf
from tests.writing.conftest import Desk


def test_changes_to_different_parts_are_both_kept(maria: Desk, luca: Desk) -> None:
    maria.open().type(summary="La sintesi di Maria.")
    luca.open().type(section__1="Il problema di Luca.").save()
    assert maria.save().status_code == 303
    again = maria.open()
    assert again.box("summary") == "La sintesi di Maria."
    assert again.box("section.1") == "Il problema di Luca."


def test_a_part_both_changed_is_shown_side_by_side_and_nothing_is_written(maria: Desk, luca: Desk) -> None:
    maria.open().type(summary="La sintesi di Maria.", office="Ufficio di Maria", resources__months="7")
    luca.open().type(summary="La sintesi di Luca.", resources__months="8").save()
    page = maria.save()
    assert page.status_code == 409
    for words in ("La sintesi di Maria.", "La sintesi di Luca.", "Luca Bianchi ha salvato", "Mesi per realizzarla: 7"):
        assert words in page.text
    assert luca.open().box("summary") == "La sintesi di Luca."


def test_codes_both_changed_are_shown_in_words_and_what_is_made_of_the_two_is_what_was_typed(
    maria: Desk, luca: Desk
) -> None:
    maria.open().type(status="a-regime", contact__visibility="members", office="Ufficio di Maria")
    luca.open().type(status="interrotto", contact__role="Altro ruolo", office="non disponibile").save()
    for prefix, mine, theirs, who in (
        ("", "a regime", "interrotto", "Chi vede la casella: chi ha un’utenza"),
        ("/en", "running", "stopped", "members"),
    ):
        page = maria.client.post(f"{prefix}{maria.address}/modifica", data=maria.form)
        assert page.status_code == 409
        assert who in page.text or prefix
        assert f">{mine}<" in page.text or prefix
        assert f">{theirs}<" in page.text or prefix
        assert "a-regime</div>" not in page.text
        assert "Ufficio di Maria" in page.text


def settled(desk: Desk, choice: str, text: str = "") -> Desk:
    """Answer the merge page that the last save of this person got."""
    data = {**desk.form, "edition": "1", "base": "1", "choice.summary": choice, "text.summary": text}
    assert desk.client.post(f"{desk.address}/unisci", data=data).status_code == 303
    return desk.open()


def test_the_merge_page_keeps_mine_theirs_or_a_text_made_of_the_two(maria: Desk, luca: Desk) -> None:
    luca.open().type(summary="Di Luca.").save()
    maria.open()
    assert settled(maria.type(summary="Di Maria."), "theirs").box("summary") == "Di Luca."
    assert settled(maria.type(summary="Di Maria."), "mine").box("summary") == "Di Maria."
    maria.form["edition"] = ["2"]
    data = {**maria.form, "choice.summary": "text", "text.summary": "Di Maria e di Luca."}
    maria.client.post(f"{maria.address}/unisci", data=data)
    assert maria.open().box("summary") == "Di Maria e di Luca."


@pytest.mark.parametrize("ticked", ["mine", "theirs"])
def test_a_text_typed_on_the_merge_page_is_kept_whatever_is_ticked_beside_it(
    maria: Desk, luca: Desk, ticked: str
) -> None:
    maria.open().type(summary="Di Maria.")
    luca.open().type(summary="Di Luca.").save()
    data = {**maria.form, **merging(maria.save().text), "choice.summary": ticked, "text.summary": "Scritto qui."}
    assert maria.client.post(f"{maria.address}/unisci", data=data).status_code == 303
    assert maria.open().box("summary") == "Scritto qui."


def test_a_choice_made_after_typing_on_the_merge_page_is_what_the_page_shows(maria: Desk, luca: Desk) -> None:
    maria.open().type(summary="Di Maria.")
    luca.open().type(summary="Di Luca.").save()
    answers = {"choice.summary": "mine", "text.summary": "Altro.", "meant": "1"}
    data = {**maria.form, **merging(maria.save().text), **answers}
    maria.client.post(f"{maria.address}/unisci", data=data)
    assert maria.open().box("summary") == "Di Maria."


def merging(page: str) -> dict[str, str]:
    """What the merge page sends along with the answers."""
    names = ("edition", "base", "offered.summary")
    found = {name: re.search(f'name="{re.escape(name)}" value="([^"]*)"', page) for name in names}
    return {name: match[1] for name, match in found.items() if match}


def test_saving_by_itself_over_another_edition_is_refused(maria: Desk, luca: Desk) -> None:
    maria.open().type(summary="Di Maria.")
    luca.open().type(summary="Di Luca.").autosave()
    answer = maria.autosave()
    assert answer.status_code == 409
    assert answer.json == {"edition": 1, "by": "Luca Bianchi", "own": False, "conflict": True}


def test_saving_by_itself_says_how_the_page_is_called_now(maria: Desk) -> None:
    for typed in ("Sportello unico, come nuovo", ""):
        answer = maria.open().type(title=typed).autosave()
        assert answer.json is not None
        assert answer.json["title"] == typed


def test_saving_by_itself_brings_what_only_the_other_changed(maria: Desk, luca: Desk) -> None:
    maria.open().type(summary="Di Maria.")
    luca.open().type(section__1="Di Luca.").autosave()
    answer = maria.autosave()
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["taken"] == [["section.1", "Di Luca."]]
    maria.type(edition=str(answer.json["edition"]), section__1="Di Luca.", summary="Di Maria, ancora.")
    assert maria.autosave().status_code == 200
    assert luca.open().box("section.1") == "Di Luca."
    assert luca.box("summary") == "Di Maria, ancora."


def test_saving_by_itself_names_the_boxes_that_the_page_must_ask_for_anew(maria: Desk, luca: Desk) -> None:
    maria.open().type(summary="Di Maria.")
    luca.open().type(themes=["suap", "pianificazione-strategica"], contact__role="Ufficio di Luca")
    luca.type(office="", unknown=["office"], status="interrotto").autosave()
    answer = maria.autosave()
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["taken"] == []
    assert set(answer.json["anew"]) == {"themes", "contact", "office", "status"}


def test_the_document_as_markdown_is_settled_like_the_form(maria: Desk, luca: Desk) -> None:
    """Typed in the box and brought as a file: neither goes over what somebody else saved meanwhile."""
    token, text = maria.open().box("csrf_token"), maria.client.get(f"{maria.address}/bozza.md").text
    before = maria.box("summary")
    luca.open().type(summary="Di Luca.", section__2="La soluzione di Luca.").save()
    seen = {"edition": "0", "base": "1", "csrf_token": token}
    mine = text.replace(before, "Di Maria.").encode()
    for boxes in ({"text": mine.decode()}, {"text": "", "file": (io.BytesIO(mine), "scheda.md")}):
        page = maria.client.post(f"{maria.address}/markdown", data={**seen, **boxes})
        assert page.status_code == 409
        assert "Di Luca." in page.text
        assert "Di Maria." in page.text
    assert luca.open().box("summary") == "Di Luca."
    alone = text.replace("status: concluso", "status: a-regime")
    assert maria.client.post(f"{maria.address}/markdown", data={**seen, "text": alone}).status_code == 303
    assert (luca.open().box("status"), luca.box("section.2")) == ("a-regime", "La soluzione di Luca.")


def test_an_older_version_never_goes_over_what_somebody_else_typed(maria: Desk, luca: Desk) -> None:
    luca.open().type(summary="Di Luca, in nessuna versione.").autosave()
    asked = {"number": "1", "csrf_token": maria.open().box("csrf_token")}
    page = maria.client.post(f"{maria.address}/ripristina", data=asked)
    assert page.status_code == 409
    assert "prima salvare una versione" in page.text
    assert luca.open().box("summary") == "Di Luca, in nessuna versione."
    maria.client.post(f"{maria.address}/versione", data={**asked, "reason": "di Luca"})
    assert maria.client.post(f"{maria.address}/ripristina", data=asked).status_code == 303
    assert "Di Luca" not in maria.open().box("summary")


def test_two_tabs_of_one_person_are_two_editions(maria: Desk, people: dict[str, FlaskClient]) -> None:
    other = Desk(people["maria"]).open()
    maria.open().type(summary="Nella prima scheda.").autosave()
    answer = other.type(summary="Nella seconda scheda.").autosave()
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["own"], "no other person is named"
    page = other.save().text
    assert "un’altra tua finestra" in page
    assert "Il testo dell’altra finestra" in page
    assert "Maria" not in page.partition('<form method="post" action="/soluzioni/sportello-unico-bologna/unisci"')[2]
    assert maria.open().box("summary") == "Nella prima scheda."


def test_the_page_tells_that_somebody_else_is_writing(maria: Desk, luca: Desk) -> None:
    luca.open().type(summary="Di Luca.").autosave()
    page = maria.client.get(f"{maria.address}/modifica").text
    assert "Anche Luca Bianchi sta scrivendo" in page
    assert "Anche" not in luca.client.get(f"{luca.address}/modifica").text.split("Parti del modulo")[0]


def test_saving_by_itself_says_what_is_missing_and_what_is_wrong(maria: Desk) -> None:
    answer = maria.open().type(period__start="ieri", section__1="").autosave()
    assert answer.json is not None
    assert answer.json["problems"].keys() == {"period.start"}
    assert answer.json["missing"]["submit"] == 1
    assert "Problema affrontato" in answer.json["meter"]


def test_saving_by_itself_without_a_log_in_answers_401(maria: Desk) -> None:
    maria.open()
    stranger = Desk(maria.client.application.test_client())
    stranger.form = maria.form
    assert stranger.autosave().status_code == 401


def test_what_was_typed_in_a_draft_that_is_gone_is_shown_to_be_copied(
    app: Flask, maria: Desk, people: dict[str, FlaskClient]
) -> None:
    token = {"csrf_token": csrf(people["maria"])}
    begun = people["maria"].post("/soluzioni/nuova", data={**token, "title": "Bozza da scartare"})
    draft = Desk(people["maria"], begun.headers["Location"].split("/")[2].partition("?")[0]).open()
    draft.client.post(f"{draft.address}/scarta", data={**token, "edition": draft.box("edition")})
    draft.type(summary="Scritto mentre la bozza spariva.")
    assert draft.autosave().status_code == 404
    page = draft.save()
    assert page.status_code == 404
    assert "Scritto mentre la bozza spariva.</textarea>" in page.text


def test_giving_up_a_draft_names_who_else_loses_what_they_wrote_and_tells_them(
    app: Flask, maria: Desk, luca: Desk
) -> None:
    luca.open().type(section__1="Il problema di Luca.", office="Ufficio di Luca").save()
    maria.open().type(summary="La sintesi di Maria.").save()
    seen = maria.box("edition")
    page = maria.client.get(f"{maria.address}/scarta").text
    named = page[page.index("hanno scritto altre persone") :]
    for words in ("Luca Bianchi", "«Problema affrontato», Ufficio</li>", "Riceveranno un avviso"):
        assert words in named
    assert "Maria Rossi" not in named.partition("</section>")[0]
    typed = {"csrf_token": maria.box("csrf_token"), "edition": seen}
    late = maria.client.post(f"{maria.address}/scarta", data=typed)
    assert (late.status_code, "Nel frattempo qualcuno ha scritto ancora" in late.text) == (409, True)
    assert luca.open().box("section.1") == "Il problema di Luca."
    maria.client.post(f"{maria.address}/scarta", data={**typed, "edition": maria.open().box("edition")})
    assert luca.open().box("office") != "Ufficio di Luca"
    chores.distribute(app)
    told = "La bozza di «Sportello unico metropolitano», a cui lavoravi, è stata scartata."
    assert told in luca.client.get("/avvisi").text
    assert told not in maria.client.get("/avvisi").text


def test_a_draft_that_goes_altogether_names_who_began_it_and_tells_them(
    app: Flask, people: dict[str, FlaskClient]
) -> None:
    client = people["luca"]
    made = client.post("/soluzioni/nuova", data={"csrf_token": csrf(client, "/soluzioni/nuova"), "title": "Idea"})
    address = made.headers["Location"].removesuffix("/modifica")
    assert "Luca Bianchi" in people["maria"].get(f"{address}/scarta").text
    typed = {"csrf_token": csrf(people["maria"], f"{address}/scarta"), "edition": "0"}
    assert people["maria"].post(f"{address}/scarta", data=typed).status_code == 303
    chores.distribute(app)
    assert "La bozza di «Idea», a cui lavoravi, è stata scartata." in client.get("/avvisi").text
