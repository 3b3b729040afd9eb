# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headings as offices write them are told to be a section's, or left alone."""

import pytest

from app.conversion.outline import PHRASES, SUMMARY, is_section_title, section_of
from app.document.schema import SECTION_TITLES

KNOWN = {
    "1. Problema affrontato": "Problema affrontato",
    "PROBLEMI": "Problema affrontato",
    "Il contesto e il problema": "Problema affrontato",
    "La soluzione addottata": "Soluzione adottata",
    "Descrizione dell'intervento": "Soluzione adottata",
    "3.2 Risultati e impatti": "Risultati ottenuti",
    "IV. RISULTATI OTTENUTI": "Risultati ottenuti",
    "Tempi e costi": "Cosa serve per riusarla",
    "Fattori di successo": "Fattori di successo e limiti",
    "Difficolta' ed errori": "Difficoltà ed errori da evitare",
    "Criticità incontrate e lezioni": "Difficoltà ed errori da evitare",
    "Cosa rifaremmo diversamente": "Difficoltà ed errori da evitare",
    "6. Che cosa faremmo in modo diverso": "Difficoltà ed errori da evitare",
    "Lezioni imparate": "Difficoltà ed errori da evitare",
    "Perché ha funzionato": "Fattori di successo e limiti",
    "Soggetti coinvolti e governance": "Attori coinvolti",
    "b) Adattamenti": "Cosa è stato cambiato e perché",
    "In sintesi": SUMMARY,
}
UNKNOWN = [
    "",
    "Allegati",
    "Contesto normativo europeo",
    "Criticità",
    "Problema e soluzione",
    "2.",
    "x" * 200,
    "Descrizione",
]


@pytest.mark.parametrize("heading", sorted(KNOWN))
def test_a_heading_is_told_to_be_a_section_s(heading: str) -> None:
    assert section_of(heading) == KNOWN[heading]


@pytest.mark.parametrize("heading", UNKNOWN)
def test_a_heading_of_nobody_or_of_two_is_left_alone(heading: str) -> None:
    assert section_of(heading) is None


@pytest.mark.parametrize("title", SECTION_TITLES)
def test_a_section_s_own_title_is_its_own_in_any_case(title: str) -> None:
    assert section_of(title) == section_of(title.upper()) == section_of(f"2) {title}:") == title
    assert is_section_title(title)


def test_every_phrase_names_the_section_it_stands_under() -> None:
    wrong = {phrase for section, phrases in PHRASES.items() for phrase in phrases if section_of(phrase) != section}
    assert not wrong


def test_a_sentence_is_no_title() -> None:
    assert not is_section_title("Il problema affrontato era un altro")
