# SPDX-License-Identifier: AGPL-3.0-or-later
"""security.txt: whom to tell of a weakness, until when it holds, as RFC 9116 asks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app import create_app
from app.config import Settings

PATH = "/.well-known/security.txt"
SOURCE = "https://codice.example/twin-metro"


def asked(settings: Settings, **values: Any) -> TestResponse:
    made = create_app(replace(settings, **{"feedback": "", **values}))
    answer = made.test_client().get(PATH)
    made.extensions["database"].close()
    return answer


@pytest.mark.parametrize(
    ("values", "contact"),
    [
        ({"security_contact": "sicurezza@ente.example", "feedback": "altro@ente.example"}, "sicurezza@ente.example"),
        ({"feedback": "segnalazioni@ente.example"}, "segnalazioni@ente.example"),
    ],
)
def test_it_names_the_mailbox_for_weaknesses_or_that_for_reports(
    library_settings: Settings, values: dict[str, str], contact: str
) -> None:
    answer = asked(library_settings, **values)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert f"Contact: mailto:{contact}\n" in answer.text


@pytest.mark.parametrize("address", ["https://ente.example/sicurezza", "mailto:sicurezza@ente.example"])
def test_an_address_stays_as_it_is(library_settings: Settings, address: str) -> None:
    assert f"Contact: {address}\n" in asked(library_settings, security_contact=address).text


def test_it_says_until_when_it_holds_in_which_languages_and_where_it_stands(library_settings: Settings) -> None:
    text = asked(library_settings, security_contact="sicurezza@ente.example").text
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    now = datetime.now(UTC)
    assert now + timedelta(days=100) < expires < now + timedelta(days=365)
    assert fields["Preferred-Languages"] == "it, en"
    assert fields["Canonical"].endswith(PATH)


def test_without_a_contact_development_points_to_the_page_of_the_source(library_settings: Settings) -> None:
    assert f"Contact: {SOURCE}/blob/main/SECURITY.md\n" in asked(library_settings, source_url=SOURCE).text


def test_without_contact_and_source_there_is_none(library_settings: Settings) -> None:
    assert asked(library_settings).status_code == 404
