# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong and what is missing, at each of the three levels."""

from typing import Any

import pytest

from app.document import validate
from app.document.model import Document, Problem, Section, located
from app.document.parse import parse
from app.document.schema import FIELDS, MAX_DAYS, MAX_DOCUMENT, MAX_SECTION, SECTION_TITLES, SECTIONS, Level
from app.document.serialise import serialise
from app.document.validate import problems
from app.needs.rules import MOST_DAYS
from tests.makers import make_document

VALID: dict[str, Any] = {
    "badge": "validata",
    "resources": {"one_off_cost": 40_000, "yearly_cost": "non disponibile", "fte": 2.5, "months": 14},
    "legal_basis": ["D.P.R. 7 settembre 2010, n. 160"],
    "evidence_level": 2,
    "municipalities": {"number": 55, "population": 1_014_124},
}
NEEDED_SECTIONS = {heading.title: "Testo." for heading in SECTIONS if heading.needed <= Level.VALIDATED}


def found(document: Document, level: Level = Level.DRAFT) -> list[tuple[str, str]]:
    return [(problem.field, problem.key) for problem in problems(document, level)]


def test_a_draft_needs_only_a_title() -> None:
    assert found(Document({"title": "a"})) == []
    assert found(Document({})) == [("title", "missing")]


def test_a_submitted_document_needs_what_a_reader_needs() -> None:
    assert found(make_document(), Level.SUBMITTED) == []
    missing = {field for field, key in found(Document({"title": "a"}), Level.SUBMITTED) if key.endswith("missing")}
    assert missing == {
        "summary", "city", "office", "contact", "themes", "status", "period", "licence", "visibility",
        "Problema affrontato", "Soluzione adottata",
    }  # fmt: skip


def test_a_validated_document_needs_resources_evidence_acts_and_the_sections_for_reuse() -> None:
    assert found(make_document(sections=NEEDED_SECTIONS, **VALID), Level.VALIDATED) == []
    missing = {field for field, _ in found(make_document(), Level.VALIDATED)}
    assert missing == {
        "resources", "legal_basis", "evidence_level", "municipalities", "Risultati ottenuti", "Cosa serve per riusarla",
        "Fattori di successo e limiti", "Difficoltà ed errori da evitare",
    }  # fmt: skip


def test_a_variant_must_say_what_was_changed_before_it_is_submitted() -> None:
    variant = make_document(based_on="suap-metropolitano-bologna")
    assert found(variant) == []
    assert found(variant, Level.SUBMITTED) == [("Cosa è stato cambiato e perché", "section_missing")]


@pytest.mark.parametrize("field", [field for field in FIELDS if field.unknown_allowed], ids=lambda field: field.name)
def test_what_is_not_public_may_be_called_not_available(field: Any) -> None:
    assert found(make_document(**{field.name: "non disponibile"})) == []


@pytest.mark.parametrize("name", ["title", "city", "evidence_level", "themes", "period"])
def test_what_everybody_knows_may_not_be_called_not_available(name: str) -> None:
    assert found(make_document(**{name: "non disponibile"})) == [(name, "unknown_not_allowed")]


WRONG: list[tuple[str, Any, str, str]] = [
    ("title", 12, "title", "not_a_text"),
    ("title", "a" * 101, "title", "too_long"),
    ("summary", "a" * 301, "summary", "too_long"),
    ("city", "Città di Bologna", "city", "not_a_slug"),
    ("city", "bologna\n", "city", "not_a_slug"),
    ("city", "a" * 121, "city", "not_a_slug"),
    ("contact", "ufficio", "contact", "not_a_mapping"),
    ("contact", {"mailbox": "a@b.it"}, "contact.role", "missing"),
    ("contact", {"role": "a", "mailbox": "Mario Rossi"}, "contact.mailbox", "not_a_mailbox"),
    ("contact", {"role": "a", "mailbox": "a@b.it", "phone": "1"}, "contact.phone", "unknown_field"),
    ("contact", {"role": "a", "mailbox": "a@b.it", "visibility": "tutti"}, "contact.visibility", "not_a_choice"),
    ("themes", "suap", "themes", "not_a_list"),
    ("themes", ["a", "b", "c", "d", "e", "f"], "themes", "too_many"),
    ("themes", ["suap", "suap"], "themes", "twice"),
    ("themes", ["SUAP"], "themes", "not_a_slug"),
    ("functions", ["g"], "functions", "not_a_choice"),
    ("status", "finito", "status", "not_a_choice"),
    ("period", {"start": "maggio"}, "period.start", "not_a_date"),
    ("period", {"start": "2020", "end": "2018"}, "period", "ends_before_start"),
    ("resources", {"one_off_cost": 1.5}, "resources.one_off_cost", "not_an_amount"),
    ("resources", {"one_off_cost": True}, "resources.one_off_cost", "not_an_amount"),
    ("resources", {"fte": "due"}, "resources.fte", "not_a_number"),
    ("resources", {"months": -1}, "resources.months", "not_a_number"),
    ("legal_basis", [{"a": "b"}], "legal_basis", "not_a_text"),
    ("legal_basis", ["a" * 401], "legal_basis", "item_too_long"),
    ("evidence_level", 6, "evidence_level", "not_a_grade"),
    ("evidence_level", True, "evidence_level", "not_a_grade"),
    ("indicators", {"name": "a"}, "indicators", "not_a_list"),
    ("indicators", ["a"], "indicators.1", "not_a_mapping"),
    ("indicators", [{"name": "a", "before": ["b"]}], "indicators.1.before", "not_a_value"),
    ("sources", [{"title": "a", "address": "http://a"}, {"title": "a", "address": "javascript:a"}],
     "sources.2.address", "not_an_address"),
    ("sources", [{"title": "a", "address": "http://[a"}], "sources.1.address", "not_an_address"),
    ("sources", [{"title": "a", "address": 12}], "sources.1.address", "not_an_address"),
    ("sources", [{"title": "a", "address": "http://a/" + "b" * 600}], "sources.1.address", "not_an_address"),
    ("sources", [{"title": "a"}] * 41, "sources", "too_many"),
    ("capacity", {"days_per_quarter": 91}, "capacity.days_per_quarter", "too_great"),
    ("capacity", {"from": "2027-01", "to": "2026-01"}, "capacity", "ends_before_start"),
    ("sdgs", [18], "sdgs", "not_a_goal"),
    ("sdgs", [9.5], "sdgs", "not_a_goal"),
    ("evidence_level", 2.0, "evidence_level", "not_a_grade"),
    ("reused_by", [{"city": "venezia", "lead": "sì"}], "reused_by.1.lead", "not_a_flag"),
    ("autore", "Mario", "autore", "unknown_field"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "field", "key"), WRONG, ids=lambda value: repr(value)[:30])
def test_a_wrong_value_is_named_by_its_field_its_key_and_an_example(
    name: str, value: Any, field: str, key: str
) -> None:
    wrong = problems(make_document(**{name: value}))
    assert [(problem.field, problem.key) for problem in wrong] == [(field, key)]
    assert wrong[0].example


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_example_of_every_field_is_right(field: Any) -> None:
    parsed = parse(f"---\n{field.name}: {field.example}\n---\n")
    assert parsed.document is not None
    assert [problem for problem in problems(parsed.document) if problem.field.startswith(field.name + ".")] == []
    assert not {problem.key for problem in problems(parsed.document)} - {"missing"}


@pytest.mark.parametrize("name", ["period", "resources", "municipalities"])
def test_a_field_whose_parts_were_all_left_empty_is_missing(name: str) -> None:
    document = make_document(**{**VALID, name: {}}, sections=NEEDED_SECTIONS)
    assert found(document, Level.VALIDATED) == [(name, "missing")]


def test_what_is_offered_has_the_days_that_are_stated_on_the_page_of_its_body() -> None:
    assert MAX_DAYS == MOST_DAYS
    offered = {"days_per_quarter": MAX_DAYS, "from": "2026", "to": "2026-03"}
    assert found(make_document(capacity=offered)) == []


@pytest.mark.parametrize(
    "stray", ["[1] Relazione 2024, https://ente.example", "[^1 nota", "[^due parole]: nota", "    segue", "\tsegue"]
)
def test_a_line_among_the_notes_that_is_none_is_named(stray: str) -> None:
    good = "[^a]: Relazione 2024, <https://ente.example>\n\n    segue\n[^b]: Altra"
    assert found(make_document(footnotes=good)) == []
    for notes in (stray, f"{stray}\n{good}", f"{good}\n{stray.strip()}"):
        wrong = problems(make_document(footnotes=notes))
        assert [(item.field, item.key, item.detail) for item in wrong] == [("footnotes", "not_a_note", stray.strip())]


def test_sections_have_fixed_titles_order_and_length() -> None:
    assert found(make_document(sections={"Conclusioni": "a"})) == [("Conclusioni", "unknown_section")]
    turned = dict.fromkeys(reversed(SECTION_TITLES), "a")
    assert found(make_document(sections=turned)) == [("document", "sections_out_of_order")]
    long = make_document(sections={"Problema affrontato": "a" * (MAX_SECTION + 1)})
    assert found(long) == [("Problema affrontato", "too_long")]


@pytest.mark.parametrize("front", [{}, {"participation": "\U000e0001" * 600}], ids=["plain", "escaped"])
def test_a_document_is_too_long_exactly_where_its_file_is_not_read_again(front: dict[str, Any]) -> None:
    texts = dict.fromkeys(SECTION_TITLES[:4], "a" * MAX_SECTION)
    bare = len(serialise(make_document(sections={**texts, SECTION_TITLES[4]: "a"}, **front)))
    for more, wrong in ((0, []), (1, [("document", "document_too_long")])):
        last = "a" * (MAX_DOCUMENT - bare + 1 + more)
        document = make_document(sections={**texts, SECTION_TITLES[4]: last}, **front)
        assert found(document) == wrong
        assert (parse(serialise(document)).document is None) is bool(wrong)


def test_a_document_of_megabytes_is_not_written_down_to_be_called_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take seconds each time its page is opened, or saves by itself."""

    def written(_document: Document) -> str:
        raise AssertionError("written down")

    monkeypatch.setattr(validate, "serialise", written)
    pasted = make_document(participation="a" * (MAX_DOCUMENT + 1))
    assert ("document", "document_too_long") in found(pasted)


def test_an_empty_section_is_a_missing_section() -> None:
    document = make_document(sections={"Problema affrontato": " ", "Soluzione adottata": "a"})
    assert found(document, Level.SUBMITTED) == [("Problema affrontato", "section_missing")]


def test_problems_stand_at_the_line_of_their_field_or_of_what_holds_it() -> None:
    parsed = parse("---\ntitle: a\nsources:\n- title: b\n  address: c\n- address: http://d.it\n---\n")
    assert parsed.document is not None
    lines = {problem.field: problem.line for problem in located(problems(parsed.document), parsed.lines)}
    assert lines == {"sources.1.address": 5, "sources.2.title": 6}
    assert located([Problem("city", "missing")], parsed.lines)[0].line == 1


def lacking(document: Document, level: Level) -> set[str]:
    return {problem.field for problem in problems(document, level) if problem.key in {"missing", "section_missing"}}


def test_what_is_said_not_to_be_available_is_not_missing() -> None:
    assert {"evidence_level", "legal_basis"} <= lacking(make_document(), Level.VALIDATED)
    honest = make_document(legal_basis="non disponibile", resources="non disponibile")
    assert "legal_basis" not in lacking(honest, Level.VALIDATED)


def test_a_variant_needs_its_own_section() -> None:
    variant = Document({"title": "a", "based_on": "b"}, (Section("Problema affrontato", "c"),))
    assert "Cosa è stato cambiato e perché" in lacking(variant, Level.SUBMITTED)
