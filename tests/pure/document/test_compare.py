# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed between two versions, as a person reads it."""

from typing import Any

import pytest

from app.document.compare import AROUND, MAX_WORDS, Called, Run, as_text, compare, values_text, words
from app.document.model import Document, Section
from app.document.schema import MAX_SECTION
from app.document.tables import as_lines


def test_only_the_words_that_changed_are_marked() -> None:
    assert words("Lo sportello riceve le pratiche.", "Lo sportello riceve tutte le pratiche.") == (
        Run("same", "Lo sportello riceve "),
        Run("added", "tutte "),
        Run("same", "le pratiche."),
    )


def test_equal_documents_have_no_differences() -> None:
    document = Document({"title": "a"}, (Section("Problema affrontato", "b"),), "[^1]: c")
    assert compare(document, document) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"period": {"start": 2018, "end": "2020"}}, {"period": {"end": "2020", "start": "2018"}}),
        ({"themes": []}, {}),
    ],
    ids=["spelling", "nothing"],
)
def test_what_reads_the_same_is_no_difference(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert compare(Document(before), Document(after)) == ()


def test_the_order_in_which_parts_were_typed_is_no_difference() -> None:
    before = Document({"contact": {"mailbox": "suap@ente.example", "role": "Ufficio SUAP", "visibility": "public"}})
    after = Document({"contact": {"role": "Ufficio SUAP", "mailbox": "suap@ente.example", "visibility": "members"}})
    (change,) = compare(before, after)
    assert [(run.kind, run.text) for run in change.runs if run.kind != "same"] == [
        ("removed", "public"),
        ("added", "members"),
    ]


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
    assert said == "Ruolo: Ufficio; Chi la vede: tutti; Capofila: sì"
    coded = Called(value=lambda path, value: f"{value}@{path}")
    assert as_text(["a", "b"], coded, "functions") == "a@functions\nb@functions"


def test_the_words_of_a_value_leave_out_names_truths_and_what_is_not_available() -> None:
    assert values_text([{"name": "Avvio", "months": 3}, {"lead": True, "cost": "non disponibile"}, None]) == "Avvio\n3"


def test_a_reader_sees_what_changed_without_marks_of_markdown() -> None:
    written = "Il [sito](https://ente.example/a) dice *molto*[^s60] e **poi** 3*4.\n* un punto"
    assert Run("added", written).said == "Il sito dice molto e poi 3*4.\n* un punto"


TABLE = "Prima.\n\n| Sede | Orario |\n|:---|---:|\n| Centro | {hour} |\n| a \\| b | |\n\nDopo | fuori."


def test_a_reader_sees_a_table_row_by_row_without_its_strokes() -> None:
    assert as_lines(TABLE.format(hour="8")) == "Prima.\n\nSede · Orario\nCentro · 8\na | b · \n\nDopo | fuori."
    fenced = "```\na | b\n--|--\n```\nuno | due"
    assert as_lines(fenced) == fenced
    before, after = (Document({}, (Section("Orari", TABLE.format(hour=hour)),)) for hour in ("8", "9"))
    (change,) = compare(before, after, Called(text=as_lines))
    assert [run.text for run in change.runs if run.kind != "same"] == ["8", "9"]
    assert "".join(run.text for run in change.runs if run.kind != "removed") == as_lines(after.section("Orari"))
    marks = Document({}, (Section("Orari", TABLE.replace("---:", "----").format(hour="8")),))
    assert compare(before, marks, Called(text=as_lines)) == compare(before, marks), "only the marks differ"


REWRITTEN = (
    "L'ufficio riceve le domande dei comuni e le passa ai tecnici, che rispondono entro trenta giorni con una nota.",
    "Chi chiede aiuto scrive a un solo indirizzo: entro una settimana i comuni sanno se la domanda è presa in carico.",
)


def test_a_sentence_rewritten_from_the_ground_is_struck_out_whole_and_the_new_one_stands_whole() -> None:
    old, new = REWRITTEN
    assert words(old, new) == (Run("removed", old), Run("added", new))


def test_what_stays_around_a_sentence_that_was_rewritten_is_no_part_of_it() -> None:
    old, new = (f"Una frase che resta com'era.\n\nPrima di lui. {text} Dopo di lui.\n\nAltro." for text in REWRITTEN)
    assert words(old, new) == (
        Run("same", "Una frase che resta com'era.\n\nPrima di lui. "),
        Run("removed", REWRITTEN[0]),
        Run("added", REWRITTEN[1]),
        Run("same", " Dopo di lui.\n\nAltro."),
    )


def test_each_paragraph_that_was_rewritten_is_replaced_by_its_own() -> None:
    second = "I costi non sono pubblici, ma si può dedurre che bastino due persone.", "Servono un tecnico e un anno."
    old, new = ("\n\n".join(texts) for texts in zip(REWRITTEN, second, strict=True))
    changed = [run.text for run in words(old, new) if run.kind != "same"]
    assert changed == [*REWRITTEN, *(text.removesuffix(".") for text in second)]


def test_words_changed_here_and_there_are_shown_by_themselves() -> None:
    old = "Lo sportello riceve le pratiche dei comuni della zona e risponde a tutti entro trenta giorni."
    new = "Lo sportello accoglie le pratiche dei comuni della zona e risponde a ciascuno entro venti giorni."
    changed = [(run.kind, run.text) for run in words(old, new) if run.kind != "same"]
    assert changed == [
        ("removed", "riceve"),
        ("added", "accoglie"),
        ("removed", "tutti"),
        ("added", "ciascuno"),
        ("removed", "trenta"),
        ("added", "venti"),
    ]


def test_few_words_kept_within_the_part_of_a_sentence_that_was_rewritten_go_with_it() -> None:
    start = "Il consiglio metropolitano ha approvato nel 2019 il regolamento degli uffici che "
    old = f"{start}distribuisce le persone fra sei settori con molti dirigenti."
    new = f"{start}mette insieme le competenze di tre aree con un solo dirigente."
    assert [run.kind for run in words(old, new)] == ["same", "removed", "added", "same"]


def test_a_clause_kept_among_new_ones_stays_visible() -> None:
    kept = "la convenzione dura cinque anni e si rinnova da sola"
    old = f"Prima si firma un accordo quadro con chi lo chiede; {kept}; poi si decide ogni volta quanto paga ciascuno."
    new = f"I sindaci ne discutono in assemblea senza fretta; {kept}; alla fine un comitato divide le spese."
    assert kept in "".join(run.text for run in words(old, new) if run.kind == "same")


def test_a_comma_put_behind_a_word_is_no_change_of_the_word() -> None:
    assert words("Due anni dopo si decide.", "Due anni dopo, si decide.") == (
        Run("same", "Due anni dopo"),
        Run("added", ","),
        Run("same", " si decide."),
    )


def test_a_footnote_that_changed_is_one_change_and_is_seen() -> None:
    runs = words("Entro un anno.[^s60]", "Entro un anno.[^s61]")
    assert [(run.kind, run.said) for run in runs] == [
        ("same", "Entro un anno."),
        ("removed", "[^s60]"),
        ("added", "[^s61]"),
    ]


def test_names_of_values_stay_where_their_values_change() -> None:
    old = {"contact": {"role": "Ufficio gare e contratti", "name": "Anna Bianchi della segreteria"}}
    new = {"contact": {"role": "Settore appalti", "name": "Protocollo generale"}}
    [change] = compare(Document(old), Document(new))
    assert [run.text for run in change.runs if run.kind == "same"] == ["role: ", "; name: "]


def test_a_change_far_within_a_long_text_leaves_all_around_it_as_it_was() -> None:
    before, after = "Parole che restano. " * AROUND, " Altre parole che restano." * AROUND
    old, new = (f"{before}{text}{after}" for text in REWRITTEN)
    assert words(old, new) == (
        Run("same", before),
        Run("removed", REWRITTEN[0]),
        Run("added", REWRITTEN[1]),
        Run("same", after),
    )


@pytest.mark.parametrize("text", [".", ". ", ";)*_", "[^", "?)", "a. B "])
def test_signs_without_end_do_not_hold_the_comparison(text: str) -> None:
    old = text * (MAX_SECTION // len(text))
    for new in (f"{old}x", f"x {old}", old.replace(".", "!").replace("a", "b")):
        runs = words(old, new)
        assert "".join(run.text for run in runs if run.kind != "added") == old
        assert "".join(run.text for run in runs if run.kind != "removed") == new
