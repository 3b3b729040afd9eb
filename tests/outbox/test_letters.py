# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters: both languages, text and HTML, addresses of this site, nothing fetched, no header smuggled in."""

import ast
import re
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask

from app.config import Settings
from app.outbox import letters
from app.outbox.carrier import NotTaken
from app.outbox.models import Letter
from tests.architecture import tree
from tests.makers import NOW
from tests.stores import SqliteStores

ROOT = "https://twinmetro.example"
NEWS = {
    "action": "solution-approved",
    "reason": "mine",
    "data": {"title": "Sportello unico", "path": "/soluzioni/suap-bologna", "body": "Bologna"},
}
ASKED: dict[str, Any] = {
    "asker": {"name": "Città metropolitana di Bari", "size": "L", "hidden": False},
    "title": "Uno sportello unico",
    "problem": "Ogni comune ha i suoi moduli.\n\nVorremmo un solo sportello.",
    "by_when": "2027-06-30",
    "formats": ["visita", "colloquio"],
    "constraints": {"budget": "30.000 euro"},
    "demonstration": True,
    "message": "Ci sentiamo?",
    "solution": "Sportello unico di Bologna",
    "grounds": {"factors": [{"name": "theme", "grounds": {"shared": ["suap"], "taxonomy": 1.0, "text": 0.8}}]},
    "themes": {"suap": {"name": "Sportello unico", "name_en": "One-stop shop"}},
    "due_on": "2026-12-02",
    "days": 10,
    "next": "Città metropolitana di Torino",
}
KINDS: dict[str, dict[str, Any]] = {
    "invitation": {
        "link": "/invito/abc",
        "inviter_body": "Città metropolitana di Bologna",
        "role": "referent",
        "scope_name": "Città metropolitana di Bologna",
        "expires_on": "2026-12-06",
    },
    "reset": {"link": "/nuova-password/abc", "minutes": 60},
    "password-changed": {},
    "new-sign-in": {"at": "2026-11-22T10:00+00:00", "browser": "Firefox"},
    "email-change": {"link": "/conferma-indirizzo/abc", "minutes": 60},
    "account-exists": {},
    "email-changed": {},
    "role-taken": {"role": "referent", "scope_name": "Città metropolitana di Bologna"},
    "account-disabled": {},
    "second-factor-added": {"what": "passkey"},
    "second-factor-removed": {"what": "totp"},
    "recovery-code-used": {"left": 7},
    "news": {"news": [NEWS], "unsubscribe": "/disiscrizione/firma"},
    "question": {"news": [NEWS], "asked": ASKED, "unsubscribe": "/disiscrizione/firma"},
    "newsletter": {"news": [NEWS, NEWS], "how": "weekly", "unsubscribe": "/disiscrizione/firma"},
}
LANGUAGES = ("it", "en")


@pytest.fixture
def stores(sqlite_stores: SqliteStores) -> SqliteStores:
    """Letters are made without a database: one kind is enough."""
    return sqlite_stores


@pytest.fixture
def site(settings: Settings) -> Settings:
    return replace(settings, base_url=ROOT, feedback="aiuto@twinmetro.example")


def make_message(
    app: Flask, site: Settings, kind: str, language: str = "it", recipient: str = "mario@ente.example", **data: Any
) -> EmailMessage:
    letter = Letter(
        id=7, kind=kind, recipient=recipient, language=language, data={**KINDS[kind], **data}, created_at=NOW
    )
    with app.app_context():
        return letters.message(letter, site)


def titled(title: str) -> dict[str, Any]:
    """News of a solution with this title."""
    return {**NEWS, "data": {**KINDS["news"]["news"][0]["data"], "title": title}}


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    content = found.get_content()
    assert isinstance(content, str)
    return content


def test_every_kind_of_letter_that_is_posted_is_tried_here() -> None:
    calls = [node for module in tree.modules() for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    posted = {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "post"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    assert posted == KINDS.keys()


def test_no_letter_is_written_twice() -> None:
    names = [path.name for path in tree.APP.glob("*/templates/letters/*")]
    assert len(names) == len(set(names)), "two houses write the same letter: which one is sent is chance"


def test_the_hour_of_a_sign_in_is_that_of_italy(app: Flask, site: Settings) -> None:
    assert "22 nov 2026, 11:00" in part(make_message(app, site, "new-sign-in"), "plain")


def test_what_stands_in_a_title_stands_in_the_text(app: Flask, site: Settings) -> None:
    message = make_message(app, site, "news", news=[titled("L'acqua & l'energia <2026>")])
    assert "L'acqua & l'energia <2026>" in part(message, "plain")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_letter_says_the_same_as_text_and_as_html(app: Flask, site: Settings, kind: str, language: str) -> None:
    message = make_message(app, site, kind, language)
    text, html = part(message, "plain"), part(message, "html")
    assert message["Subject"].strip()
    assert message["From"] == "Twin Metro <noreply@twinmetro.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert f'<html lang="{language}">' in html
    addresses = {address.rstrip(".,)") for address in re.findall(r"https?://\S+", text)}
    assert addresses
    assert all(address.startswith(f"{ROOT}") for address in addresses), addresses
    linked = set(re.findall(r'href="([^"]+)"', html))
    assert {address for address in addresses if address != ROOT} <= linked, "what can be opened from the text"
    assert not re.search(r"\n{3,}", text), text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_letters_in_english_are_english(app: Flask, site: Settings, kind: str) -> None:
    italian, english = (make_message(app, site, kind, language) for language in LANGUAGES)
    assert "Hello," in part(english, "plain")
    assert "Buongiorno" not in part(english, "plain")
    assert english["Subject"] != italian["Subject"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nothing_of_a_letter_is_fetched_from_anywhere(app: Flask, site: Settings, kind: str) -> None:
    html = part(make_message(app, site, kind), "html")
    assert not re.search(r"<(img|link|script|iframe|object|video|style)\b|url\(|@import", html)


def test_links_stay_in_the_language_of_the_reader(app: Flask, site: Settings) -> None:
    italian = part(make_message(app, site, "reset", "it"), "plain")
    english = part(make_message(app, site, "reset", "en"), "plain")
    assert f"{ROOT}/nuova-password/abc" in italian
    assert f"{ROOT}/en/nuova-password/abc" in english
    assert f"Twin Metro · {ROOT}/\n" in italian
    assert f"Twin Metro · {ROOT}/en/\n" in english


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_letter_names_its_language_to_who_reads_it_aloud(app: Flask, site: Settings, language: str) -> None:
    assert make_message(app, site, "reset", language)["Content-Language"] == language


def test_days_are_written_as_the_language_does(app: Flask, site: Settings) -> None:
    assert "6 dicembre 2026" in part(make_message(app, site, "invitation", "it"), "plain")
    assert "6 December 2026" in part(make_message(app, site, "invitation", "en"), "plain")


def test_a_letter_in_an_unknown_language_is_in_italian(app: Flask, site: Settings) -> None:
    assert "Buongiorno" in part(make_message(app, site, "reset", "xx"), "plain")


def test_without_a_public_address_links_lead_to_the_server(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", "8123")
    assert "http://127.0.0.1:8123/nuova-password/abc" in part(make_message(app, settings, "reset"), "plain")


@pytest.mark.parametrize(
    ("language", "sentence"), [("it", "ecco che cosa è successo."), ("en", "here is what happened.")]
)
def test_several_news_at_once_are_no_digest(app: Flask, site: Settings, language: str, sentence: str) -> None:
    assert sentence in part(make_message(app, site, "newsletter", language, how="now"), "plain")
    assert sentence not in part(make_message(app, site, "newsletter", language), "plain")


@pytest.mark.parametrize("form", ["plain", "html"])
def test_several_news_say_of_each_whose_it_is(app: Flask, site: Settings, form: str) -> None:
    joined = [
        {"action": "need-joined", "reason": "mine", "data": {"title": "X", "path": "/richieste/1-x", "body": body}}
        for body in ("Città metropolitana di Venezia", "Regione Umbria")
    ]
    said = part(make_message(app, site, "newsletter", news=joined), form)
    assert said.count("Un altro ente si è unito") == 2
    assert re.search(r"unito(?s:.)*Città metropolitana di Venezia(?s:.)*unito(?s:.)*Regione Umbria", said)


def test_a_letter_that_may_be_stopped_says_how(app: Flask, site: Settings) -> None:
    message = make_message(app, site, "newsletter", "en")
    where = f"{ROOT}/en/disiscrizione/firma"
    assert message["List-Unsubscribe"] == f"<{where}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert where in part(message, "plain")
    assert "List-Unsubscribe" not in make_message(app, site, "reset")


@pytest.mark.parametrize(
    "title",
    [
        "Titolo\r\nBcc: altri@altrove.example",
        "Titolo\nBcc: altri@altrove.example",
        "Titolo\u2028Bcc: altri@altrove.example",
        "Titolo\x00\x0bBcc: altri@altrove.example",
        "Titolo\x85Bcc: altri@altrove.example",
    ],
)
def test_a_title_cannot_add_a_header(app: Flask, site: Settings, title: str) -> None:
    message = make_message(app, site, "news", news=[titled(title)])
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    assert message["Bcc"] is None
    assert not re.search(rb"^bcc", head, re.IGNORECASE | re.MULTILINE)
    assert "Titolo" in message["Subject"]


def test_a_link_to_stop_letters_cannot_add_a_header(app: Flask, site: Settings) -> None:
    message = make_message(app, site, "newsletter", unsubscribe="/avvisi\r\nBcc: altri@altrove.example")
    assert message["Bcc"] is None


@pytest.mark.parametrize("recipient", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "nessuno"])
def test_a_letter_to_more_or_less_than_one_mailbox_is_refused(app: Flask, site: Settings, recipient: str) -> None:
    with pytest.raises(NotTaken, match="recipient") as refused:
        make_message(app, site, "reset", recipient=recipient)
    assert refused.value.for_good


def test_markup_in_a_title_stays_text(app: Flask, site: Settings) -> None:
    html = part(make_message(app, site, "news", news=[titled("<script>alert(1)</script>")]), "html")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_letter_of_an_unknown_kind_is_refused_for_good(app: Flask, site: Settings) -> None:
    letter = Letter(id=7, kind="ignoto", recipient="a@b.example", language="it", data={}, created_at=NOW)
    with app.app_context(), pytest.raises(NotTaken, match="ignoto") as refused:
        letters.message(letter, site)
    assert refused.value.for_good


@pytest.mark.parametrize("kind", ["invitation", "reset", "email-change"])
def test_a_letter_without_the_link_it_is_about_is_not_sent(app: Flask, site: Settings, kind: str) -> None:
    with pytest.raises(NotTaken, match="link") as refused:
        make_message(app, site, kind, link="")
    assert refused.value.for_good


def test_the_sender_is_the_configured_mailbox(app: Flask, site: Settings) -> None:
    message = make_message(app, replace(site, sender="rete@ente.example"), "reset")
    assert message["From"] == "Twin Metro <rete@ente.example>"
