# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makers of the things tests talk about."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cities.service import import_register
from app.document.model import Document, Section
from app.solutions.models import Solution
from app.solutions.queries import by_slug
from app.solutions.service import import_document, import_themes

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


def make_solution(session: Session, slug: str = "sportello-unico-bologna", **front: Any) -> Solution:
    """A saved solution. Registers must be there."""
    result = import_document(session, slug, make_document(**front), NOW)
    assert result.outcome in {"added", "changed", "unchanged"}, result.problems
    solution = by_slug(session, slug)
    assert solution is not None
    return solution
