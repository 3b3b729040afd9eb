# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a receiver brings back: its variant from the first copy to the library, and what becomes of its source."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Person
from tests.makers import csrf, sign_in
from tests.twinnings.exchange import SLUG, Exchange

PATH = f"/gemellaggi/1-{SLUG}"


@pytest.fixture
def receiver(app: Flask, exchange: Exchange) -> FlaskClient:
    with exchange.database.reading() as session:
        found = session.get(Person, exchange.receiver)
        assert found is not None
        return sign_in(app.test_client(), found)


def begun(receiver: FlaskClient) -> str:
    """Press the button that begins the variant of Torino; the address of the draft."""
    answer = receiver.post(f"{PATH}/variante", data={"csrf_token": csrf(receiver, PATH), "body": "torino"})
    found = re.fullmatch(r"(/soluzioni/[a-z0-9-]+)/modifica", answer.headers["Location"])
    assert found
    return found[1]


def test_a_variant_that_is_given_up_is_forgotten_by_its_transfer_and_another_may_be_begun(
    exchange: Exchange, receiver: FlaskClient
) -> None:
    draft = begun(receiver)
    edition = re.search(r'name="edition" value="(\d+)"', receiver.get(f"{draft}/scarta").text)
    assert edition
    sent = {"csrf_token": csrf(receiver, PATH), "edition": edition[1]}
    assert receiver.post(f"{draft}/scarta", data=sent).headers["Location"] == "/scrivania"
    assert "Inizia la variante" in receiver.get(PATH).text
    assert receiver.get(f"{begun(receiver)}/modifica").status_code == 200
