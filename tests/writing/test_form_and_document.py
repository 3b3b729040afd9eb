# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form and the document say the same: opening one in the form and saving it untouched changes nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import ROOT
from app.document.model import Document, Section
from app.document.parse import parse
from app.document.schema import SECTION_TITLES, UNKNOWN
from app.document.serialise import serialise
from app.solutions.rules import SITE_FIELDS
from app.text.typed import readable
from app.writing.boxes import flat, grouped, read
from app.writing.state import (
    FORM_FIELDS,
    State,
    alike,
    document_of,
    from_json,
    identical,
    settled,
    state_of,
    tidy,
)
from app.writing.typed import as_value
from tests.pure.document.generated import CALM, documents, one_line, words

LIBRARY = sorted((ROOT / "content" / "solutions").glob("*.md"))


def through_the_form(document: Document) -> Document:
    """The document after it was opened in the form, sent by the browser, stored and read again."""
    opened = state_of(document)
    sent = read(grouped(flat(opened)), opened)
    return document_of(from_json(sent.as_json()))


def without_site_fields(document: Document) -> Document:
    front = {name: value for name, value in document.front.items() if name not in SITE_FIELDS}
    return Document(front, document.sections, document.footnotes)


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_every_document_of_the_library_comes_back_from_the_form_as_it_was(path: Path) -> None:
    document = parse(path.read_text(encoding="utf-8")).document
    assert document is not None
    again = through_the_form(document)
    wanted = without_site_fields(document)
    assert identical(dict(again.front), dict(wanted.front))
    assert (again.sections, again.footnotes) == (wanted.sections, wanted.footnotes)


@CALM
@given(documents())
def test_whatever_a_front_matter_holds_is_still_there_after_the_form(document: Document) -> None:
    again = through_the_form(document)
    for name, value in without_site_fields(document).front.items():
        assert alike(again.front.get(name), value) or value in ("", [], {}) or str(value).strip() == "", name


@CALM
@given(documents())
def test_sections_and_notes_are_still_there_after_the_form(document: Document) -> None:
    again = through_the_form(document)
    assert {item.heading: item.text for item in again.sections} == {
        item.heading: tidy(item.text) for item in document.sections if item.text.strip()
    }
    assert again.footnotes == tidy(document.footnotes)


typed_states = st.fixed_dictionaries(
    {},
    optional={
        "title": words,
        "summary": words,
        "office": words,
        "themes": st.lists(one_line, unique=True, min_size=1, max_size=3),
        "contact": st.fixed_dictionaries({"role": words}, optional={"mailbox": words}),
        "steps": st.lists(st.fixed_dictionaries({"name": words}, optional={"months": words}), min_size=1, max_size=3),
        "legal_basis": st.lists(words, min_size=1, max_size=3),
        "resources": st.one_of(st.just(UNKNOWN), st.fixed_dictionaries({"fte": words})),
    },
)


@CALM
@given(typed_states, st.dictionaries(st.sampled_from(SECTION_TITLES), words, max_size=3), words)
def test_what_was_typed_is_typed_after_a_save(fields: dict[str, object], sections: dict[str, str], notes: str) -> None:
    sent = flat(State(fields=fields, sections=sections, footnotes=notes))  # type: ignore[arg-type]
    boxes = grouped((name, readable(text)) for name, text in sent)
    once = read(boxes, State())
    again = read(grouped(flat(once)), once)
    assert again == once
    for name, typed in fields.items():
        if isinstance(typed, str) and readable(typed).strip():
            assert once.fields[name] == readable(typed)


@CALM
@given(documents())
def test_the_document_of_a_form_can_be_written_and_read_as_a_file(document: Document) -> None:
    made = settled(through_the_form(document))
    assert parse(serialise(made)).document == made


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("sdgs", ["9", "16"], [9, 16]),
        ("evidence_level", "2", 2),
        ("title", "  SUAP   di\nBologna ", "SUAP di Bologna"),
        ("based_on", "https://sito.example/soluzioni/suap-metropolitano-bologna", "suap-metropolitano-bologna"),
        ("resources", {"one_off_cost": "40.000 €", "fte": "2,5", "months": "14"},
         {"one_off_cost": 40000, "fte": 2.5, "months": 14}),
        ("resources", {"one_off_cost": "circa 40 mila"}, {"one_off_cost": "circa 40 mila"}),
        ("resources", UNKNOWN, UNKNOWN),
        ("resources", {"one_off_cost": "", "fte": "  "}, None),
        ("indicators", [{"name": "Giorni", "before": "60", "after": "meno di 30"}, {"name": " "}],
         [{"name": "Giorni", "before": 60, "after": "meno di 30"}]),
        ("resources", {"one_off_cost": "96.000 euro", "yearly_cost": "€ 1.500,00", "note": "circa"},
         {"one_off_cost": 96000, "yearly_cost": 1500, "note": "circa"}),
        ("resources", {"one_off_cost": "circa 12.000", "yearly_cost": "12,50"},
         {"one_off_cost": "circa 12.000", "yearly_cost": "12,50"}),
        ("period", {"start": "marzo 2023", "end": "03/2024"}, {"start": "2023-03", "end": "2024-03"}),
        ("period", {"start": "3 May 2023", "end": "7.12.2024"}, {"start": "2023-05-03", "end": "2024-12-07"}),
        ("period", {"start": "dic. 2023", "end": "1° gennaio 2024"}, {"start": "2023-12", "end": "2024-01-01"}),
        ("period", {"start": "13/2023", "end": "31/2/2024"}, {"start": "13/2023", "end": "31/2/2024"}),
        ("period", {"start": "primavera 2023", "end": "2024"}, {"start": "primavera 2023", "end": "2024"}),
        ("period", {"start": "2018-05", "end": UNKNOWN}, {"start": "2018-05", "end": UNKNOWN}),
    ],
)  # fmt: skip
def test_numbers_amounts_and_addresses_are_read_as_an_office_writes_them(
    name: str, typed: object, value: object
) -> None:
    field = next(field for field in FORM_FIELDS if field.name == name)
    assert identical(as_value(field, typed), value)


def test_a_value_the_form_cannot_show_stays_in_the_document() -> None:
    document = Document({"title": "Prova", "steps": "da scrivere", "colore": "rosso"})
    state = state_of(document)
    assert state.hidden == {"steps": "da scrivere", "colore": "rosso"}
    assert dict(document_of(state).front) == {"title": "Prova", "steps": "da scrivere", "colore": "rosso"}


def test_a_date_written_as_a_number_stays_one_until_somebody_changes_it() -> None:
    state = state_of(Document({"title": "Prova", "period": {"start": 2018}}))
    assert document_of(state).front["period"] == {"start": 2018}
    typed = read(grouped([("title", "Prova"), ("period.start", "2019")]), state)
    assert document_of(typed).front["period"] == {"start": "2019"}


def test_fields_that_reviews_set_never_come_from_the_form() -> None:
    state = state_of(Document({"title": "Prova", "badge": "validata", "verified_on": "2026-01-01"}))
    assert set(document_of(state).front) == {"title"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("## Titolo\ntesto", "### Titolo\ntesto"),
        ("# Titolo", "### Titolo"),
        ("```\n## codice", "```\n## codice\n```"),
        ("~~~\na\n~~~\n## b", "~~~\na\n~~~\n### b"),
        ("\n\n testo  \n\n", " testo"),
    ],
)
def test_a_section_stays_one_section_whatever_is_typed_in_it(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
    made = Document({}, (Section(SECTION_TITLES[0], tidy(typed)), Section(SECTION_TITLES[1], "altro")))
    assert settled(made) == made


def test_sections_come_in_the_order_of_the_schema_and_unknown_ones_after_them() -> None:
    document = Document(
        {}, (Section("Conclusioni", "fine"), Section(SECTION_TITLES[1], "b"), Section(SECTION_TITLES[0], "a"))
    )
    assert [item.heading for item in document_of(state_of(document)).sections] == [*SECTION_TITLES[:2], "Conclusioni"]


def test_rows_keep_the_order_of_the_page_whatever_their_numbers() -> None:
    state = read(grouped([("roles.7", "prima"), ("roles.2", ""), ("roles.3", "seconda")]), State())
    assert state.fields["roles"] == ["prima", "seconda"]


def test_the_main_theme_stays_first_when_others_are_ticked() -> None:
    before = State(fields={"themes": ["suap", "appalti"]})
    state = read(grouped([("themes", "appalti"), ("themes", "edilizia"), ("themes", "suap")]), before)
    assert state.fields["themes"] == ["suap", "appalti", "edilizia"]
