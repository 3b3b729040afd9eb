# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds for every document: reading and writing lose nothing, and nothing that is typed makes them fail."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.document.compare import Run, as_text, compare, words
from app.document.model import Document, Parsed
from app.document.parse import parse
from app.document.salvage import salvage
from app.document.schema import Level
from app.document.serialise import digest, serialise
from app.document.validate import problems
from tests.pure.document import generated

DOCUMENT_START = "---\ntitle: a\n---\n\n"


def reread(document: Document) -> Document:
    parsed = parse(serialise(document))
    assert parsed.document is not None, parsed.problems
    return parsed.document


@settings(generated.CALM, max_examples=120)
@given(generated.documents())
def test_a_document_written_and_read_is_the_same_document(document: Document) -> None:
    assert reread(document) == document
    read_by_field = salvage(serialise(document))
    assert (read_by_field.document, read_by_field.unread) == (document, frozenset())


@settings(generated.CALM, max_examples=120)
@given(generated.files())
@example(f"{DOCUMENT_START}## C#\n\n## a # #\n\n##  \n\n## #")
@example(f"{DOCUMENT_START}## Problema\n\n[^1]: sola nota\n\n    segue\n")
@example(f"{DOCUMENT_START}## A\n\n```\n## B\n```\n## C")
@example(f"{DOCUMENT_START}## A\n    rientro\n\n\n")
def test_a_file_read_written_and_read_is_the_same_document(text: str) -> None:
    parsed = parse(text)
    if parsed.document is not None:
        again = reread(parsed.document)
        assert again == parsed.document
        assert serialise(again) == serialise(parsed.document)
        assert digest(again) == digest(parsed.document)


@settings(generated.CALM, max_examples=120)
@given(st.text(max_size=200))
def test_no_text_makes_reading_fail(text: str) -> None:
    said_or_read(parse(text))
    read_in_part(text)


@settings(generated.CALM, max_examples=120)
@given(st.text(alphabet=":-[]{}!&*#?|>%@`\"'<=,. ~\\0x1\n\tab", max_size=60))
@example("title: !!binary aGk=")
@example("title: !!set {a, b}")
@example("title: !!timestamp x")
@example("title: !!bool x")
@example("!!set {a}")
@example("? !!timestamp x\n: y")
@example("? [!!timestamp x]\n: y")
@example("title: 0x" + "f" * 5000)
@example("title: " + ":".join(["1"] * 3000))
@example("indicators: [{name: a, before: .nan}]")
@example("title: 1.5e+400")
@example('title: "a\\0b"')
@example('title: "a\\ud800b"')
@example("a: &x [*x]")
@example("title: " + "[" * 3000)
def test_no_front_matter_makes_reading_or_checking_fail(front: str) -> None:
    text = f"---\n{front}\n---\n\n## Problema affrontato\n\nTesto.\n"
    parsed = parse(text)
    said_or_read(parsed)
    read_in_part(text)
    if parsed.document is not None:
        assert reread(parsed.document) == parsed.document


def said_or_read(parsed: Parsed) -> None:
    """Either there is a document that can be checked and stored, or it is said why not and where."""
    assert all(problem.line >= 1 for problem in parsed.problems)
    if parsed.document is None:
        assert parsed.problems
        return
    for level in (Level.DRAFT, Level.SUBMITTED, Level.VALIDATED):
        problems(parsed.document, level)
    assert "\0" not in serialise(parsed.document)
    serialise(parsed.document).encode("utf-8")


def read_in_part(text: str) -> None:
    """Field by field every text can be read and checked, and each mistake has its line."""
    rest = salvage(text)
    assert all(1 <= problem.line <= text.count("\n") + text.count("\r") + 2 for problem in rest.problems)
    problems(rest.document, Level.VALIDATED)


@settings(generated.CALM, max_examples=80)
@given(generated.documents(), generated.documents())
def test_differences_hold_the_whole_of_both_documents(old: Document, new: Document) -> None:
    changes = compare(old, new)
    assert not compare(old, old)
    read = {name: (as_text(old.front[name], path=name), as_text(new.front.get(name), path=name)) for name in old.front}
    assert {change.name for change in changes} >= {name for name, (one, other) in read.items() if one != other}
    for change in changes:
        if change.is_section and change.name != "footnotes":
            assert joined(change.runs, "same", "removed") == old.section(change.name)
            assert joined(change.runs, "same", "added") == new.section(change.name)


@settings(generated.CALM, max_examples=80)
@given(st.text(max_size=80), st.text(max_size=80))
def test_word_differences_put_together_again_are_the_two_texts(old: str, new: str) -> None:
    runs = words(old, new)
    assert joined(runs, "same", "removed") == old
    assert joined(runs, "same", "added") == new
    assert all(run.text for run in runs)
    assert all(first.kind != second.kind for first, second in pairwise(runs))


#: Few words, signs and spaces, so that two texts share many of them in another order.
SHARED = st.lists(st.sampled_from([*"a bb Ccc dddd 1.500 [^1] . , ; : \n \n\n - «".split(" "), " ", "  "]), max_size=60)


@settings(generated.CALM, max_examples=200)
@given(SHARED, SHARED, st.booleans())
def test_rewritten_stretches_put_together_again_are_the_two_texts(
    before: list[str], after: list[str], named: bool
) -> None:
    old, new = "".join(before), " ".join(after)
    runs = words(old, new, named=named)
    assert joined(runs, "same", "removed") == old
    assert joined(runs, "same", "added") == new
    assert all(run.text for run in runs)
    assert all(first.kind != second.kind for first, second in pairwise(runs))


def joined(runs: tuple[Run, ...], *kinds: str) -> str:
    return "".join(run.text for run in runs if run.kind in kinds)


def test_a_remark_among_the_fields_ends_them_not() -> None:
    text = "---\ntitle: Prova\n## nota\nsummary: Detto\nthemes: [\n---\n\n## Problema affrontato\n\nTesto.\n"
    rest = salvage(text)
    assert (rest.document.front["title"], rest.document.front["summary"]) == ("Prova", "Detto")
    assert "themes" in rest.unread
    assert [section.heading for section in rest.document.sections] == ["Problema affrontato"]


def test_fields_without_their_last_mark_end_at_the_first_section() -> None:
    rest = salvage("---\ntitle: Prova\n\n## Problema affrontato\n\nTesto.\n\n---\n\nAncora.\n")
    assert rest.document.front == {"title": "Prova"}
    assert "Ancora." in rest.document.section("Problema affrontato")
