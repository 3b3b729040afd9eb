# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headings as people write them -> the sections of a solution document."""

import re
from difflib import get_close_matches
from functools import cache

from app.document.schema import SECTION_TITLES
from app.text.folding import fold

SUMMARY = "summary"
(
    PROBLEM,
    SOLUTION,
    RESULTS,
    NEEDED,
    FACTORS,
    MISTAKES,
    ACTORS,
    CHANGED,
) = SECTION_TITLES

#: What offices call the sections in project sheets, calls and reports. Whole headings weigh more than single words.
PHRASES: dict[str, tuple[str, ...]] = {
    SUMMARY: ("sintesi", "in sintesi", "in breve", "abstract", "sommario", "breve descrizione", "executive summary"),
    PROBLEM: (
        "problema", "problemi", "introduzione", "contesto", "contesto e problema",
        "situazione di partenza", "bisogno", "fabbisogno", "esigenza",
        "criticità iniziali", "criticità rilevate", "analisi del contesto", "premessa", "quadro di partenza", "perché",
        "situazione iniziale", "il contesto di riferimento", "cosa non funzionava", "problem",
    ),
    SOLUTION: (
        "soluzione", "descrizione della soluzione", "intervento", "descrizione dell'intervento", "cosa abbiamo fatto",
        "progetto", "descrizione del progetto", "attività realizzate", "attività svolte", "modello adottato",
        "come funziona", "azioni intraprese", "azioni realizzate", "descrizione della pratica", "la buona pratica",
        "fasi di attuazione", "solution",
    ),
    RESULTS: (
        "risultati", "risultati raggiunti", "risultati conseguiti", "esiti", "impatti", "impatto", "benefici",
        "effetti", "risultati attesi e raggiunti", "indicatori di risultato", "cosa si vede oggi di diverso", "results",
    ),
    NEEDED: (
        "cosa serve", "requisiti", "prerequisiti", "condizioni per il riuso", "riuso", "riusabilità", "replicabilità",
        "trasferibilità", "come riusarla", "risorse necessarie", "condizioni abilitanti", "cosa occorre",
        "kit di riuso", "costi e tempi", "precondizioni",
    ),
    FACTORS: (
        "fattori di successo", "fattori critici di successo", "limiti", "punti di forza", "punti di forza e debolezza",
        "punti di debolezza", "successi e limiti", "fattori abilitanti", "perché ha funzionato",
        "dove non funzionerebbe",
    ),
    MISTAKES: (
        "difficoltà", "errori", "ostacoli", "difficoltà incontrate", "criticità incontrate", "problemi incontrati",
        "errori da evitare", "lezioni apprese", "lezioni imparate", "cosa abbiamo imparato", "cosa non ha funzionato",
        "rischi", "ostacoli superati", "cosa rifaremmo diversamente", "cosa faremmo diversamente", "cosa non rifaremmo",
        "cosa rifaremmo in modo diverso", "cosa si rifarebbe in modo diverso", "cosa cambieremmo",
    ),
    ACTORS: (
        "attori", "soggetti coinvolti", "partner", "partenariato", "enti coinvolti", "governance", "stakeholder",
        "portatori di interesse", "chi ha partecipato", "destinatari", "soggetti attuatori",
    ),
    CHANGED: (
        "cosa è cambiato", "modifiche", "adattamenti", "adattamento", "cosa abbiamo cambiato", "personalizzazioni",
    ),
}  # fmt: skip

NUMBERING = re.compile(
    r"^\s*(((sezione|capitolo|parte|punto)\s+)?([0-9]{1,3}([.)][0-9]{1,3}){0,4}|[ivx]{1,5}|[a-h])[.):°\s–-]+\s*)"
)
WORD = re.compile(r"[a-z]+")
EMPTY_WORDS = frozenset(
    "a ad ai al alla alle agli allo e ed da dal dalla dei del della delle dell degli di che il i in la le lo l gli un "
    "una uno per con su sul sulla nel nella nostra nostro o sono stato stata stati principali eventuali".split()
)
#: A heading is a section's when this share of its words are the section's own.
ENOUGH = 0.6
MAX_HEADING = 120


def section_of(heading: str) -> str | None:
    """The section a heading stands for, `SUMMARY`, or None where it is nobody's or two sections'."""
    if not heading.strip() or len(heading) > MAX_HEADING:
        return None
    words = _words(heading)
    exact = _by_phrase().get(frozenset(words))
    if exact or not words:
        return exact
    scores = {section: _score(words, section) for section in PHRASES}
    best = max(scores, key=lambda section: scores[section])
    rivals = [section for section, score in scores.items() if score >= scores[best]]
    return best if scores[best] >= ENOUGH and len(rivals) == 1 else None


def is_section_title(text: str) -> bool:
    """Whether a line that is no heading says exactly what a section is called."""
    return frozenset(_words(text)) in _titles() if 0 < len(text) <= MAX_HEADING else False


@cache
def _by_phrase() -> dict[frozenset[str], str]:
    named = {frozenset(_words(phrase)): section for section, phrases in PHRASES.items() for phrase in phrases}
    return named | {frozenset(_words(title)): title for title in SECTION_TITLES}


@cache
def _titles() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(_words(title)) for title in SECTION_TITLES)


@cache
def _vocabulary(section: str) -> tuple[str, ...]:
    titles = () if section == SUMMARY else (section,)
    return tuple(dict.fromkeys(word for phrase in (*titles, *PHRASES[section]) for word in _words(phrase)))


def _score(words: list[str], section: str) -> float:
    own = _vocabulary(section)
    return sum(bool(get_close_matches(word, own, n=1, cutoff=0.85)) for word in words) / len(words)


def _words(heading: str) -> list[str]:
    bare = NUMBERING.sub("", fold(heading), count=1) or fold(heading)
    words = WORD.findall(bare)
    return [word for word in words if word not in EMPTY_WORDS] or words
