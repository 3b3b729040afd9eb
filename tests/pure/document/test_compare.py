# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed between two versions, as a person reads it."""

from app.document.compare import MAX_WORDS, Called, Run, as_text, compare, values_text, words
from app.document.model import Document, Section


def test_only_the_words_that_changed_are_marked() -> None:
    assert words("Lo sportello riceve le pratiche.", "Lo sportello riceve tutte le pratiche.") == (
        Run("same", "Lo sportello riceve "),
        Run("added", "tutte "),
        Run("same", "le pratiche."),
    )


def test_equal_documents_have_no_differences() -> None:
    document = Document({"title": "a"}, (Section("Problema affrontato", "b"),), "[^1]: c")
    assert compare(document, document) == ()


def test_fields_come_in_the_order_of_the_schema_then_sections_then_footnotes() -> None:
    old = Document(
        {"summary": "a", "title": "a", "zeta": 1}, (Section("Soluzione adottata", "a"), Section("Altro", "a"))
    )
    new = Document({"summary": "b", "title": "b"}, (Section("Problema affrontato", "b"),), "[^1]: c")
    changes = compare(old, new)
    assert [change.name for change in changes] == [
        "title",
        "summary",
        "zeta",
        "Problema affrontato",
        "Soluzione adottata",
        "Altro",
        "footnotes",
    ]
    assert [change.is_section for change in changes] == [False] * 3 + [True] * 4


def test_a_section_that_appears_is_all_added_and_one_that_goes_is_all_removed() -> None:
    empty, full = Document({}), Document({}, (Section("Problema affrontato", "due parole"),))
    assert compare(empty, full)[0].runs == (Run("added", "due parole"),)
    assert compare(full, empty)[0].runs == (Run("removed", "due parole"),)


def test_very_long_texts_are_compared_line_by_line() -> None:
    old = "una riga di testo\n" * MAX_WORDS
    runs = words(old, old + "in fondo\n")
    assert [run.kind for run in runs] == ["same", "added"]
    assert runs[-1].text == "in fondo\n"


def test_texts_of_too_many_lines_are_compared_as_a_whole_but_for_what_they_share() -> None:
    old = "".join(f"riga {number}\n" for number in range(MAX_WORDS))
    new = "".join(f"linea {number}\n" for number in range(MAX_WORDS))
    assert words(old, new) == (Run("removed", old), Run("added", new))


def test_repeated_words_between_others_do_not_hold_the_comparison() -> None:
    old = "".join(f"il a{number} " for number in range(MAX_WORDS // 4 - 1))
    new = "".join(f"il b{number} " for number in range(MAX_WORDS // 4 - 1))
    runs = words(old, new)
    assert "".join(run.text for run in runs if run.kind != "added") == old
    assert "".join(run.text for run in runs if run.kind != "removed") == new


def test_values_are_shown_as_words() -> None:
    value = {"role": "Ufficio", "days": [1, None, {"from": "2018"}]}
    assert as_text(value) == "role: Ufficio; days: 1\n\nfrom: 2018"
    assert as_text([True, False]) == "true\nfalse"
    parts = {"contact.role": "Ruolo", "contact.lead": "Capofila", "contact.visibility": "Chi la vede"}
    values = {("", "true"): "sì", ("contact.visibility", "public"): "tutti"}
    called = Called(parts.__getitem__, lambda path, value: values.get((path, value), value))
    said = as_text({"role": "Ufficio", "lead": True, "visibility": "public"}, called, "contact")
    assert said == "Ruolo: Ufficio; Capofila: sì; Chi la vede: tutti"
    coded = Called(value=lambda path, value: f"{value}@{path}")
    assert as_text(["a", "b"], coded, "functions") == "a@functions\nb@functions"


def test_the_words_of_a_value_leave_out_names_truths_and_what_is_not_available() -> None:
    assert values_text([{"name": "Avvio", "months": 3}, {"lead": True, "cost": "non disponibile"}, None]) == "Avvio\n3"


def test_a_reader_sees_what_changed_without_marks_of_markdown() -> None:
    written = "Il [sito](https://ente.example/a) dice *molto*[^s60] e **poi** 3*4.\n* un punto"
    assert Run("added", written).said == "Il sito dice molto e poi 3*4.\n* un punto"
