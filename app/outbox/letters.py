# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter as the mail server takes it: text and HTML from the templates of its kind, in the language of its reader."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, render_template
from flask_babel import force_locale
from jinja2 import Environment, TemplateError
from werkzeug.urls import iri_to_uri

from app.config import Settings, site_address
from app.outbox import rules
from app.outbox.carrier import NotTaken
from app.outbox.headers import POLICY
from app.outbox.models import Letter
from app.web.languages import DEFAULT, LOCALES

NAME = "Twin Metro"
#: Kinds that are nothing without the link that lets their reader in.
NEEDING_LINK = frozenset({"invitation", "reset", "email-change"})

#: Without pages: it brings the templates of letters.
outbox = Blueprint("outbox", __name__, template_folder="templates")


def message(letter: Letter, settings: Settings) -> EmailMessage:
    """The finished letter. Raises ``NotTaken`` where it cannot be made; runs inside the application."""
    if not rules.deliverable(letter.recipient):
        raise NotTaken("recipient: not one mailbox", for_good=True)
    if letter.kind in NEEDING_LINK and not letter.data.get("link"):
        raise NotTaken("its link was removed: a new letter is needed", for_good=True)
    root = site_address(settings)
    host = urlsplit(iri_to_uri(root)).hostname or "localhost"
    subject, text, html = _written(letter, root, settings)
    made = EmailMessage(policy=POLICY)
    made["Subject"] = rules.one_line(subject)
    made["From"] = Address(NAME, addr_spec=settings.sender or f"noreply@{host}")
    made["To"] = letter.recipient
    made["Date"] = format_datetime(datetime.now(UTC))
    made["Message-ID"] = rules.message_id(letter.id, letter.created_at, host)
    made["Auto-Submitted"] = "auto-generated"
    if letter.data.get("unsubscribe"):
        address = rules.address_of(root, letter.language, str(letter.data["unsubscribe"]))
        made["List-Unsubscribe"] = f"<{iri_to_uri(rules.one_line(address).replace(' ', ''))}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(text, cte="quoted-printable")
    made.add_alternative(html, subtype="html", cte="quoted-printable")
    # Last: what describes the content goes away with the content that is replaced.
    made["Content-Language"] = letter.language
    return made


def _written(letter: Letter, root: str, settings: Settings) -> tuple[str, str, str]:
    """Subject, text and HTML: the first line of the text is the subject, the rest follows after an empty line."""
    language = letter.language if letter.language in LOCALES else DEFAULT
    given = {
        **rules.seen(letter.data),
        "language": language,
        "root": root,
        "address": lambda path: rules.address_of(root, language, str(path)),
        "instant": datetime.fromisoformat,
        "feedback": settings.feedback,
    }
    try:
        with force_locale(LOCALES[language]):
            subject, _, text = _plain(f"letters/{letter.kind}.txt", given).strip().partition("\n")
            html = render_template(f"letters/{letter.kind}.html", **given, subject=subject)
    except (TemplateError, LookupError, TypeError, ValueError) as error:
        raise NotTaken(f"template {letter.kind}: {type(error).__name__}: {error}", for_good=True) from error
    return subject, text.strip() + "\n", html


def _plain(name: str, given: dict[str, Any]) -> str:
    """A template as plain text: what it imports from pages is not escaped either, an apostrophe stays one."""
    kept = current_app.extensions.setdefault("plain_templates", current_app.jinja_env.overlay(autoescape=False))
    plain: Environment = kept
    filled = dict(given)
    current_app.update_template_context(filled)
    return plain.get_template(name).render(filled)
