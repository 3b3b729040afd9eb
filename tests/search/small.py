# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small library for tests of search, without a database."""

from pathlib import Path

from app.search import index
from app.search.document import SearchDocument
from app.search.engine import Engine
from app.text.vocabulary import Vocabulary

TEXTS = {
    "suap": ("Sportello unico", "Il SUAP riceve le pratiche delle imprese in una sola porta."),
    "produttive": ("Attività produttive", "Lo sportello unico per le attività produttive apre alle imprese."),
    "agile": ("Lavoro agile", "I dipendenti lavorano da casa due giorni la settimana."),
    "gare": (
        "Centrale di committenza",
        "La stazione unica appaltante svolge le gare dei comuni. La SUA è qualificata.",
    ),
    "pagamenti": ("Pagamenti con pagoPA", "I cittadini pagano con pagoPA i tributi dei comuni."),
    "conferenza": ("Conferenza di servizi", "La conferenza decide secondo l'art. 14 della L. 241/1990."),
    "toolsmart": ("Too(l)smart", "Sensori aperti misurano aria e rumore."),
}
VOCABULARY = Vocabulary(
    [
        {"term": "SUAP", "acronyms": ["SUAP"], "expansion": "sportello unico per le attività produttive"},
        {"term": "lavoro agile", "synonyms": ["smart working"], "en": ["remote work"]},
        {"term": "stazione unica appaltante", "acronyms": ["SUA"], "ambiguous": ["SUA"], "related": ["gara"]},
        {"term": "pubblica amministrazione", "acronyms": ["PA"], "ambiguous": ["PA"]},
    ]
)


def documents() -> list[SearchDocument]:
    found = [
        SearchDocument("solution", slug, title, text, f"/soluzioni/{slug}", summary=text)
        for slug, (title, text) in TEXTS.items()
    ]
    return [*found, SearchDocument("act", "legge-241-1990", "L. 241/1990", "Legge 7 agosto 1990, n. 241", "/norme/x")]


def small_engine(folder: Path) -> Engine:
    """An engine over the small library."""
    index.rebuild(folder, documents())
    engine = Engine(folder)
    engine.vocabulary = VOCABULARY
    return engine
