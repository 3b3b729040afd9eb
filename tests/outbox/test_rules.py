# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often letters are tried, what is shown of a mailbox, and where links of letters lead."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbox import rules
from tests.makers import NOW

ROOT = "https://twinmetro.example"


def test_each_wait_is_twice_the_one_before_up_to_four_hours() -> None:
    waits = [rules.next_wait(attempts) for attempts in range(1, rules.MOST_ATTEMPTS)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits[-1] == timedelta(hours=4)


def test_after_the_last_attempt_there_is_no_further_one() -> None:
    assert rules.next_wait(rules.MOST_ATTEMPTS) is None


def test_of_a_mailbox_the_first_letter_and_the_domain_are_shown() -> None:
    assert rules.masked("mario.rossi@ente.it") == "m***@ente.it"
    assert rules.masked("550 5.1.1 <mario@ente.it>: unknown") == "550 5.1.1 <m***@ente.it>: unknown"


@pytest.mark.parametrize("recipient", ["mario.rossi@ente.it", "o'neill@ente.it", "funzione+prova@ente.it"])
def test_a_mailbox_is_deliverable(recipient: str) -> None:
    assert rules.deliverable(recipient)


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "mario",
        "a@b.it, c@d.it",
        "a@b.it\r\nBcc: c@d.it",
        "a@b.it\nc",
        "<a@b.it>",
        "a b@c.it",
        "a@b@c.it",
        "a;b@c.it",
    ],
)
def test_what_is_more_or_less_than_one_mailbox_is_not_deliverable(recipient: str) -> None:
    assert not rules.deliverable(recipient)


@given(st.text())
def test_no_text_breaks_out_of_a_header(text: str) -> None:
    line = rules.one_line(text)
    assert not any(ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" for letter in line)


def test_the_name_of_a_letter_depends_on_the_letter_and_the_host_only() -> None:
    first = rules.message_id(7, NOW, "twinmetro.example")
    assert first == rules.message_id(7, NOW, "twinmetro.example")
    assert first.endswith("@twinmetro.example>")
    assert first != rules.message_id(8, NOW, "twinmetro.example")


def test_links_are_taken_out_of_data_at_every_depth() -> None:
    data = {"link": "/invito/abc", "title": "Invito", "items": [{"link": "/x", "title": "y"}]}
    assert rules.without_secrets(data) == {"title": "Invito", "items": [{"title": "y"}]}


@pytest.mark.parametrize(
    ("language", "path", "address"),
    [
        ("it", "/invito/abc", f"{ROOT}/invito/abc"),
        ("en", "/invito/abc", f"{ROOT}/en/invito/abc"),
        ("en", "/en/invito/abc", f"{ROOT}/en/invito/abc"),
        ("it", f"{ROOT}/avvisi", f"{ROOT}/avvisi"),
        ("it", "//altrove.example/x", f"{ROOT}/"),
        ("it", "/\\altrove.example", f"{ROOT}/"),
        ("it", "https://altrove.example/", f"{ROOT}/"),
        ("it", "javascript:alert(1)", f"{ROOT}/"),
    ],
)
def test_links_of_letters_lead_to_this_site_in_the_language_of_the_reader(
    language: str, path: str, address: str
) -> None:
    assert rules.address_of(ROOT, language, path) == address


def test_a_claim_that_is_old_or_another_s_is_not_held() -> None:
    assert rules.held(NOW, NOW, NOW + timedelta(seconds=5))
    assert not rules.held(NOW, NOW, NOW + rules.CLAIM_LASTS)
    assert not rules.held(NOW + timedelta(seconds=1), NOW, NOW)
    assert not rules.held(None, NOW, NOW)
