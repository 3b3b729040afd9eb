# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first sentences of a section can be read by themselves."""

import pytest

from app.document.gist import ENOUGH, LENGTH, LONGEST, gist
from app.document.render import to_html

SENTENCE = "Il comune riceve la pratica e la inoltra agli uffici competenti per il parere. "


def first(text: str) -> str:
    return gist(to_html(text))


def test_they_come_from_the_first_paragraph_and_not_from_quotations_code_and_boxes() -> None:
    text = SENTENCE * 2
    outside = '- voce\n\n> citazione\n\n!!! note "Nota"\n    riquadro\n\na | b\n--|--\nc | d\n\n'
    assert first(f"{outside}{text}\n\nAltro.") == text.strip()


def test_a_section_of_lists_only_says_its_list() -> None:
    assert first("- prima voce\n- seconda") == "prima voce; seconda."
    assert first("") == ""


def test_a_paragraph_that_announces_a_list_goes_on_with_it() -> None:
    text = "Il piano ha due assi:\n\n- mobilità;\n- **turismo** e cultura.\n\n" + SENTENCE * 3
    assert first(text).startswith(f"Il piano ha due assi: mobilità; turismo e cultura. {SENTENCE.strip()}")


def test_a_paragraph_that_announces_terms_or_a_table_goes_on_with_them() -> None:
    assert first("Le forme sono due:\n\nAvvalimento\n:   un ufficio altrui\n\nUfficio comune\n:   uno nuovo") == (
        "Le forme sono due: Avvalimento: un ufficio altrui; Ufficio comune: uno nuovo."
    )
    assert first("I titoli sono due:\n\na | b\n--|--\nSUA | art. 13\ncentrale | codice") == (
        "I titoli sono due: SUA: art. 13; centrale: codice."
    )
    assert (
        first("I fondi:\n\na | progetti | euro\n--|--|--\nPatto | 102 | 412")
        == "I fondi: Patto: progetti 102, euro 412."
    )


def test_a_paragraph_too_short_to_say_anything_goes_on_past_a_heading() -> None:
    text = f"Il lavoro ha avuto due tempi.\n\n### La diagnosi\n{SENTENCE * 2}"
    assert first(text) == f"Il lavoro ha avuto due tempi. {SENTENCE * 2}".strip()


def test_a_heading_that_runs_into_its_text_leads_up_to_it() -> None:
    assert first(f"**Il documento.** {SENTENCE * 2}").startswith("Il documento: Il comune riceve")


def test_a_list_too_long_to_be_said_is_not_announced() -> None:
    text = f"{SENTENCE * 2}Le voci sono molte:\n\n" + "- una voce piuttosto lunga dell'elenco;\n" * 12
    assert first(text) == (SENTENCE * 2).strip()


def test_they_end_where_a_sentence_ends() -> None:
    assert first(SENTENCE * 6) == (SENTENCE * 3).strip()
    one = f"La sperimentazione riguarda {'il comune capofila, ' * 15}e gli altri. Fine."
    assert LENGTH < len(first(one)) < LONGEST
    assert first(one).endswith("e gli altri.")


def test_without_any_end_they_stop_between_words() -> None:
    words = first("parola, " * 90)
    assert words.endswith("parola …")
    assert LONGEST - 20 < len(words) <= LONGEST


@pytest.mark.parametrize(
    "short",
    ["il D.Lgs. 127/2016", "l’art. 13", "dall'art. 34 dello statuto", "la n. 26", "piazze, strade, ecc. A",
     "il dott. Bianchi", "la Scala S.p.A. Milano", "la (L. 56/2014)", "pag. 4"],
)  # fmt: skip
def test_no_sentence_ends_at_an_abbreviation(short: str) -> None:
    lead = "a" * (LENGTH - len(short) - 20)
    assert first(f"Prima di tutto. {lead} {short} e poi altre parole ancora. {SENTENCE}") == (
        f"Prima di tutto. {lead} {short} e poi altre parole ancora."
    )


def test_a_year_or_a_figure_ends_a_sentence() -> None:
    assert first(f"{'a' * ENOUGH} nel 2014. B{'b' * 200} fine.") == f"{'a' * ENOUGH} nel 2014."
