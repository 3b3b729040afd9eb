# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makers of the things tests talk about."""

import re
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access import Role
from app.accounts import passwords
from app.accounts.models import Assignment, Person
from app.accounts.service import begin_sign_in
from app.cities.queries import by_slugs
from app.cities.service import import_register
from app.document.model import Document, Section
from app.solutions.models import Solution
from app.solutions.queries import by_slug
from app.solutions.service import begin, import_document, import_themes

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

REGISTER: dict[str, Any] = {
    "sources": {"s1": {"title": "Registro di prova", "address": "https://registro.example/"}},
    "cities": [
        {
            "slug": slug,
            "name": f"Città metropolitana di {name}",
            "kind": "citta-metropolitana",
            "capital": name,
            "region": region,
            "project": True,
            "perimeters": [
                {
                    "valid_from": "2015-01-01",
                    "valid_to": None,
                    "figures": {
                        "population": {"value": population, "date": "2023", "source": "s1"},
                        "area_km2": {"value": 3000, "date": "2023", "source": "s1"},
                        "municipalities": {"value": 50, "date": "2023", "source": "s1"},
                        "small_municipalities": {"value": 10, "date": "2023", "source": "s1"},
                    },
                }
            ],
        }
        for slug, name, region, population in (
            ("bologna", "Bologna", "Emilia-Romagna", 1_014_124),
            ("torino", "Torino", "Piemonte", 2_208_370),
            ("venezia", "Venezia", "Veneto", 835_895),
        )
    ],
    "bodies": [{"slug": "anci", "name": "ANCI", "kind": "associazione"}],
}

THEMES: dict[str, Any] = {
    "themes": [
        {"slug": "semplificazione", "name": "Semplificazione", "name_en": "Simplification"},
        {"slug": "suap", "name": "Sportello unico", "name_en": "One-stop shop", "parent": "semplificazione"},
        {"slug": "appalti", "name": "Appalti", "name_en": "Procurement"},
    ]
}


def make_document(**front: Any) -> Document:
    """A document that may be published; any field of the front matter can be given, None takes it out."""
    sections = front.pop("sections", None)
    footnotes = front.pop("footnotes", "")
    fields = {
        "title": "Sportello unico metropolitano",
        "summary": "Uno sportello unico per le imprese di cinquanta comuni.",
        "city": "bologna",
        "office": "Servizio attività produttive",
        "contact": {"role": "Ufficio SUAP", "mailbox": "non disponibile", "visibility": "public"},
        "themes": ["suap"],
        "status": "concluso",
        "period": {"start": "2018", "end": "2020"},
        "licence": "CC-BY-4.0",
        "visibility": "public",
        "badge": "visibile",
        **front,
    }
    texts = sections or {
        "Problema affrontato": "Le imprese trovano regole diverse in ogni comune.",
        "Soluzione adottata": "Un unico sportello riceve le pratiche ai sensi del D.P.R. 160/2010.",
    }
    kept = {name: value for name, value in fields.items() if value is not None}
    return Document(kept, tuple(Section(heading, text) for heading, text in texts.items()), footnotes)


def make_registers(session: Session) -> None:
    """The small register of cities and themes that made solutions refer to."""
    import_register(session, REGISTER)
    import_themes(session, THEMES)


def close_body(session: Session, *slugs: str, day: str = "2020-01-01") -> None:
    """Bodies of the register that are no longer there from a day on."""
    for body in by_slugs(session, slugs).values():
        body.register = {**body.register, "valid_to": day}


def make_solution(session: Session, slug: str = "sportello-unico-bologna", **front: Any) -> Solution:
    """A saved solution. Registers must be there; what it is a variant of need not."""
    result = import_document(session, slug, make_document(**front), NOW, beside={str(front.get("based_on"))})
    assert result.outcome in {"added", "changed", "unchanged"}, result.problems
    solution = by_slug(session, slug)
    assert solution is not None
    return solution


PASSWORD = "quattro parole senza legame"


def make_person(
    session: Session,
    *roles: tuple[Role, str],
    email: str = "",
    name: str = "Chiara Persona",
    password: str = "",
    language: str = "it",
) -> Person:
    """An active person with roles, as ``(Role.OFFICIAL, "bologna")``; with a password only where one is given."""
    email = email or f"persona{session.query(Person).count() + 1}@ente.example"
    person = Person(
        email=email,
        name=name,
        language=language,
        password_hash=passwords.kept(password) if password else "",
        created_at=NOW,
        confirmed_at=NOW,
        assignments=[Assignment(role=role.value, scope=scope) for role, scope in roles],
        passkeys=[],
    )
    session.add(person)
    session.flush()
    return person


def sign_in(client: FlaskClient, person: Person, how: str = "password") -> FlaskClient:
    """The client with an open log-in of the person, as their browser would have it."""
    now = datetime.now(UTC)
    with client.application.extensions["database"].work() as session:
        token = begin_sign_in(session, person, now, how, "Firefox")
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update({"_user_id": token, "_fresh": True})
    return client


def csrf(client: FlaskClient, page: str = "/accedi") -> str:
    """The token that the forms of this client carry."""
    text = client.get(page, follow_redirects=True).text
    found = re.search(r'name="csrf-token" content="([^"]+)"|name="csrf_token" value="([^"]+)"', text)
    assert found, f"no form on {page}"
    return found[1] or found[2]


def tamper_with_journal(session: Session, statement: str) -> None:
    """What somebody with the database in hand could do behind the site's back: what refuses it is taken away first."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    for trigger in ("journal_update", "journal_delete", "journal_insert") if sqlite else ("journal_kept ON journal",):
        session.execute(text(f"DROP TRIGGER {trigger}"))
    session.execute(text(statement))


def section(page: str, heading: str) -> str:
    """The part of a page under the heading with this id."""
    found = re.search(rf'<section aria-labelledby="{heading}"[^>]*>(.*?)</section>', page, re.DOTALL)
    assert found, f"no section {heading}"
    return found[1]


def make_full_document(**front: Any) -> Document:
    """A document with everything a solution ready to be re-used needs."""
    fields: dict[str, Any] = {
        "contact": {"role": "Ufficio SUAP", "mailbox": "suap@ente.example", "visibility": "public"},
        "resources": {"one_off_cost": 40000, "yearly_cost": "non disponibile", "months": 14},
        "legal_basis": ["D.P.R. 7 settembre 2010, n. 160"],
        "evidence_level": 1,
        "municipalities": {"number": 55, "population": 1014124},
        "preconditions": ["Convenzione con i Comuni"],
        "kit": [{"title": "Schema di convenzione", "kind": "accordo", "address": "https://ente.example/schema"}],
        "sections": {
            heading: f"Quel che c’è da dire: {heading.lower()}."
            for heading in (
                "Problema affrontato",
                "Soluzione adottata",
                "Risultati ottenuti",
                "Cosa serve per riusarla",
                "Fattori di successo e limiti",
                "Difficoltà ed errori da evitare",
            )
        },
    }
    return make_document(**{**fields, **front})


def make_draft(
    session: Session,
    author_id: int,
    slug: str = "sportello-unico-bologna",
    document: Document | None = None,
    **front: Any,
) -> Solution:
    """A solution somebody began on the site and has not submitted yet. Registers must be there."""
    return begin(session, slug, document or make_document(badge=None, **front), NOW, author_id)
