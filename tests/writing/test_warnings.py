# SPDX-License-Identifier: AGPL-3.0-or-later
"""How to reach a person is warned of beside the box that tells it; nothing is refused."""

import pytest
from flask.testing import FlaskClient

from app.text.contacts import holds_contact, is_personal
from app.writing.rules import telling
from tests.writing.conftest import Desk


@pytest.mark.parametrize("text", ["Mario Rossi, tel. 051 6598111", "scrivere a m.rossi@ente.it", "cell. 333 1234567"])
def test_a_text_that_tells_how_to_reach_somebody_is_recognised(text: str) -> None:
    assert holds_contact(text)


@pytest.mark.parametrize(
    "text", ["L. 241/1990, art. 14", "55 comuni, 1.017.196 abitanti", "dal 2018 al 2020", "40.000 €"]
)
def test_numbers_of_acts_and_amounts_are_no_telephone_numbers(text: str) -> None:
    assert not holds_contact(text)


@pytest.mark.parametrize("letter", ["a", "1", "+", "a."])
def test_a_picture_pasted_as_letters_is_looked_through_once(letter: str) -> None:
    """From each letter anew it would take minutes, in which its process answers nobody."""
    assert not holds_contact(letter * 400_000)


@pytest.mark.parametrize(
    ("mailbox", "personal"),
    [
        ("mario.rossi@cittametropolitana.bo.it", True),
        ("m.rossi@ente.it", True),
        ("ufficio.suap@ente.it", False),
        ("urp@ente.it", False),
        ("protocollo.generale@ente.it", False),
        ("cm.bologna@cert.ente.it", False),
    ],
)
def test_a_mailbox_of_a_person_is_told_from_that_of_an_office(mailbox: str, personal: bool) -> None:
    assert is_personal(mailbox) is personal


def test_addresses_of_sources_are_left_alone() -> None:
    assert telling([("sources.1.address", "https://ente.it/a@b.it"), ("section.1", "Si veda il sito.")]) == {}


def test_a_personal_mailbox_where_an_office_is_asked_for_is_warned_of() -> None:
    assert telling([("contact.mailbox", "mario.rossi@ente.it")]) == {"contact.mailbox": "personal_mailbox"}
    assert telling([("contact.mailbox", "suap@ente.it")]) == {}


def test_a_licence_that_is_no_name_of_one_is_warned_of() -> None:
    assert telling([("licence", "boh")]) == {"licence": "no_licence"}
    for name in ("CC-BY-4.0", "IODL-2.0", "CC0-1.0", "MIT"):
        assert telling([("licence", name)]) == {}


def test_a_reference_that_is_not_recognised_is_warned_of_at_its_row(people: dict[str, FlaskClient]) -> None:
    maria = Desk(people["maria"]).open()
    maria.type(legal_basis__1="L. 7 aprile 2014, n. 56", legal_basis__2="la legge sui passi")
    saved = maria.autosave()
    assert saved.json is not None
    assert set(saved.json["warnings"]) == {"legal_basis.2"}
    row = (
        maria.client.get(f"{maria.address}/modifica")
        .text.partition('id="campo-legal_basis.2"')[2]
        .partition("</li>")[0]
    )
    assert "Norma non riconosciuta: sulla pagina resta scritta così" in row


def test_the_form_warns_beside_the_box_and_saves(people: dict[str, FlaskClient]) -> None:
    maria = Desk(people["maria"]).open()
    maria.type(section__1="Chiedere a Mario Rossi, tel. 051 6598111.", contact__role="Mario Rossi, cell. 333 1234567")
    saved = maria.autosave()
    assert saved.status_code == 200
    assert saved.json is not None
    assert set(saved.json["warnings"]) == {"section.1", "contact.role"}
    page = maria.client.get(f"{maria.address}/modifica").text
    assert page.count('class="form-warning"') == 2
    assert "una casella di posta o un numero di telefono" in page
