# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a file: what becomes a field, a section or a footnote, and where each problem stands."""

import pytest

from app.document.model import Document, Parsed, Problem, Section
from app.document.parse import parse
from app.document.schema import MAX_DOCUMENT

WHOLE = """---
title: Sportello unico
period: {start: '2018-05', end: 2020}
themes:
- suap
- appalti
---

## Problema affrontato

Regole diverse.[^1]

### Nei comuni piccoli

Ancora di più.

## Soluzione adottata

Un solo sportello.[^2]

[^1]: Relazione, <https://ente.example/relazione>
[^2]: Delibera

    con un secondo capoverso
"""


def document(text: str) -> Document:
    parsed = parse(text)
    assert parsed.document is not None, parsed.problems
    return parsed.document


def front(yaml: str) -> str:
    return f"---\n{yaml}\n---\n"


def only(parsed: Parsed) -> Problem:
    assert len(parsed.problems) == 1, parsed.problems
    return parsed.problems[0]


def test_a_file_becomes_fields_sections_and_footnotes() -> None:
    read = document(WHOLE)
    assert read.front == {
        "title": "Sportello unico",
        "period": {"start": "2018-05", "end": 2020},
        "themes": ["suap", "appalti"],
    }
    assert [section.heading for section in read.sections] == ["Problema affrontato", "Soluzione adottata"]
    assert read.section("Problema affrontato").startswith("Regole diverse.[^1]\n\n### Nei comuni piccoli")
    assert read.section("Soluzione adottata") == "Un solo sportello.[^2]"
    assert read.footnotes.startswith("[^1]: Relazione")
    assert read.footnotes.endswith("    con un secondo capoverso")


def test_every_field_part_and_section_knows_its_line() -> None:
    lines = parse(WHOLE).lines
    assert (lines["title"], lines["period.end"], lines["themes.2"]) == (2, 3, 6)
    assert (lines["Problema affrontato"], lines["Soluzione adottata"]) == (9, 17)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_and_a_byte_order_mark_change_nothing(end: str) -> None:
    assert parse("\ufeff" + WHOLE.replace("\n", end)) == parse(WHOLE)


def test_dates_stay_text_as_precise_as_they_were_typed() -> None:
    assert document(front("verified_on: 2018-05-03\nreview_due: 2018-05")).front == {
        "verified_on": "2018-05-03",
        "review_due": "2018-05",
    }


def test_a_text_over_several_lines_becomes_one_line() -> None:
    assert document(front("summary: >\n  una riga\n  e   un'altra\ntitle: b")).front["summary"] == "una riga e un'altra"


def test_an_empty_part_of_a_field_is_left_out() -> None:
    assert document(front("period: {start: '2018', end: }")).front["period"] == {"start": "2018"}


def test_a_heading_inside_a_fenced_block_does_not_start_a_section() -> None:
    read = document(front("title: a") + "## Uno\n\n```\n## Due\n```\n\n~~~~\n~~~\n## Tre\n~~~~\n")
    assert [section.heading for section in read.sections] == ["Uno"]


@pytest.mark.parametrize("line", ["##Uno", " ## Uno", "### Uno", "# Uno", "##", "## ", "## ##"])
def test_only_two_marks_and_a_title_start_a_section(line: str) -> None:
    assert [s.heading for s in document(front("title: a") + f"## Inizio\n{line}\n").sections] == ["Inizio"]


@pytest.mark.parametrize("line", ["## Uno", "##\tUno", "##   Uno  ##", "## Uno #", "## Uno # #  "])
def test_marks_and_spaces_around_a_title_are_not_part_of_it(line: str) -> None:
    assert document(front("title: a") + line).sections == (Section("Uno", ""),)


def test_an_accent_that_stands_by_itself_makes_no_other_title() -> None:
    text = "## Difficolta\u0300 ed errori da evitare"
    assert document(front("title: a") + text).sections[0].heading == "Difficoltà ed errori da evitare"


@pytest.mark.parametrize("soft", ["\u2028", "\u2029"])
def test_a_line_broken_within_a_paragraph_ends_no_field(soft: str) -> None:
    parsed = parse(f"---\ntitle: Uno{soft}due\nstatus: finito\n---\n")
    assert parsed.document is not None
    assert parsed.document.front == {"title": "Uno due", "status": "finito"}
    assert parsed.lines["status"] == 3


def test_footnotes_close_the_file_and_stay_in_the_section_when_text_follows_them() -> None:
    read = document(front("title: a") + "## Uno\n\n[^1]: nota\n\nancora testo\n")
    assert (read.section("Uno"), read.footnotes) == ("[^1]: nota\n\nancora testo", "")


def test_a_section_that_stands_twice_is_named_with_its_second_line() -> None:
    problem = only(parse(front("title: a") + "## Uno\n\n## Uno\n"))
    assert (problem.key, problem.field, problem.line) == ("section_twice", "Uno", 6)


def test_text_before_the_first_section_is_named_with_its_line() -> None:
    problem = only(parse(front("title: a") + "\nciao\n\n## Uno\n"))
    assert (problem.key, problem.detail, problem.line) == ("text_before_sections", "ciao", 5)


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("", "no_front_matter", 1),
        ("title: a", "no_front_matter", 1),
        ("---\ntitle: a\n", "front_matter_not_closed", 3),
        ("---\ntitle: a\nsummary: b: c\n---\n", "yaml", 3),
        ("---\ntitle: a\ntitle: b\n---\n", "yaml", 3),
        ("---\n- a\n---\n", "yaml", 2),
        ("---\ntitle: a\n\tcity: b\n---\n", "yaml", 3),
        ("---\na: &x [b]\nc: *x\n---\n", "yaml", 3),
        ("---\na: &x b c\nc: [*x, *x]\n---\n", "yaml", 3),
        ("---\na: &x b\nc: {*x : d}\n---\n", "yaml", 3),
        (f"---\na: b\n? {'k' * 101}\n: [c]\n---\n", "yaml", 3),
        ("---\ntitle: [[[[[[[[a]]]]]]]]\n---\n", "yaml", 2),
        ("---\ntitle: !!python/name:os.system x\n---\n", "yaml", 2),
        ("---\ntitle: a\ncity: !!binary aGk=\n---\n", "yaml", 3),
        ("---\ntitle: a\n? [b]\n: c\n---\n", "yaml", 3),
        ("---\ntitle: a\n1: b\n---\n", "yaml", 3),
        ('---\ntitle: "a\\0b"\n---\n', "yaml", 2),
        ("---\ntitle: 0x" + "f" * 5000 + "\n---\n", "yaml", 2),
        ("---\ntitle: a\nresources:\n  fte: 2\n  months: .nan\n---\n", "yaml", 5),
        ("---\ntitle: a\nthemes: [b, !!int '']\n---\n", "yaml", 3),
        ("---\ntitle: !!float ''\n---\n", "yaml", 2),
        ("---\ntitle: !!bool forse\n---\n", "yaml", 2),
        ("---\ntitle: a\n!!int '': b\n---\n", "yaml", 3),
        ("---\ntitle: a\n---\n\n## Uno\n\nb\0c\n", "not_readable", 7),
        ("---\ntitle: a\n---\n\n## Uno\n\nb\ud800c\n", "not_readable", 7),
        ("a" * (MAX_DOCUMENT + 1), "document_too_long", 1),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_cannot_be_read_is_a_problem_with_its_line(text: str, key: str, line: int) -> None:
    parsed = parse(text)
    assert parsed.document is None
    assert (only(parsed).key, only(parsed).line) == (key, line)


def test_a_heading_with_a_hundred_thousand_spaces_is_read_at_once() -> None:
    assert document(front("title: a") + "## a" + " " * 100_000 + "b").sections[0].heading == "a b"


def test_the_value_of_a_field_is_unknown_when_missing_empty_or_not_available() -> None:
    read = document(front("title: a\noffice: non disponibile\nsummary: ''\nthemes: suap"))
    assert [read.known(name) for name in ("title", "office", "summary", "city")] == ["a", None, None, None]
    assert read.listed("themes") == []
