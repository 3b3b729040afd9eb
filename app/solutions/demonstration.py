# SPDX-License-Identifier: AGPL-3.0-or-later
"""A solution and its variant made up for trying the site, so that no real one says it was re-used; each says so."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.document.model import Document, Section
from app.document.schema import VARIANT_SECTION
from app.solutions import queries
from app.solutions.rules import LABEL, MADE_UP
from app.solutions.service import Outcome, import_document

SOURCE, VARIANT = MADE_UP
PRECONDITIONS = ["Un deposito con una persona che risponde", "Un regolamento d’uso approvato dai Comuni"]
COMMON = {
    "office": "Ufficio di prova",
    "contact": {"role": "Ufficio di prova", "mailbox": "non disponibile", "visibility": "public"},
    "themes": ["gestione-associata"],
    "status": "a-regime",
    "period": {"start": "2023"},
    "licence": "CC-BY-4.0",
    "visibility": "public",
    "badge": "visibile",
    "preconditions": PRECONDITIONS,
}


def make(session: Session, now: datetime) -> int:
    """Create the two, once, where their theme is known. Answers how many were created."""
    if queries.by_slug(session, SOURCE) is not None:
        return 0
    period = {"start": f"{now.year - 1}-11", "end": f"{now.year}-10"}
    reused = {"city": "bari", "period": period, "result": "adattata", "months": 11, "cost": 4_000}
    documents = {SOURCE: _source({"lead": True, **reused}), VARIANT: _variant()}
    made = [import_document(session, slug, document, now) for slug, document in documents.items()]
    session.flush()
    return sum(result.outcome is Outcome.ADDED for result in made)


def _source(reused: dict[str, object]) -> Document:
    front = {
        "title": "Prova: attrezzature comuni prestate tra i Comuni, Bologna",
        "summary": f"{LABEL} Palchi, transenne e gazebo in un solo deposito, prestati con una prenotazione.",
        "city": "bologna",
        "resources": {"one_off_cost": 9_000, "months": 8},
        "evidence_level": 5,
        "reused_by": [reused],
        **COMMON,
    }
    problem = f"{LABEL} Ogni Comune compra attrezzature che usa pochi giorni all’anno."
    solution = "Un deposito comune, un calendario e un regolamento d’uso: chi prenota ritira e riporta."
    return Document(front, (Section("Problema affrontato", problem), Section("Soluzione adottata", solution)), "")


def _variant() -> Document:
    front = {
        "title": "Prova: attrezzature comuni prestate tra i Comuni, Bari",
        "summary": f"{LABEL} Due depositi invece di uno, con la consegna da parte di chi presta.",
        "city": "bari",
        "resources": {"one_off_cost": 4_000, "months": 11},
        "based_on": SOURCE,
        **COMMON,
    }
    sections = (
        ("Problema affrontato", f"{LABEL} Ogni Comune compra attrezzature che usa pochi giorni all’anno."),
        ("Soluzione adottata", "Due depositi, un calendario e un regolamento d’uso: chi presta consegna e ritira."),
        (VARIANT_SECTION, "Due depositi e la consegna, perché i Comuni sono lontani tra loro."),
    )
    return Document(front, tuple(Section(heading, text) for heading, text in sections), "")
