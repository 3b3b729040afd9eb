# SPDX-License-Identifier: AGPL-3.0-or-later
"""What officials write with becomes the HTML that pages show."""

import re

import pytest

from app.document.model import Document, Section
from app.document.plain import plain_text
from app.document.render import Rendered, render, to_html
from tests.pure.document import markup


def rendered(*texts: str, footnotes: str = "") -> Rendered:
    sections = [
        Section(heading, text)
        for heading, text in zip(("Problema affrontato", "Soluzione adottata"), texts, strict=False)
    ]
    return render(Document({"title": "a"}, tuple(sections), footnotes))


def test_each_section_has_its_anchor_its_heading_and_its_html() -> None:
    first, second = rendered("Uno.", "Due.").sections
    assert (first.anchor, first.heading, first.html) == (
        "sez-problema-affrontato",
        "Problema affrontato",
        "<p>Uno.</p>",
    )
    assert second.heading == "Soluzione adottata"


def test_anchors_keep_letters_with_accents_and_are_told_apart() -> None:
    section = rendered("### Perché è così\n\na\n\n### Perché è così\n\nb").sections[0]
    assert section.inner == (("sez-perché-è-così", "Perché è così"), ("sez-perché-è-così_1", "Perché è così"))


@pytest.mark.parametrize(
    "text",
    ["# Titolo", "##Titolo", "Titolo\n---", "Titolo\n===", "> ## Titolo", "- ## Titolo", "termine\n:   ## Titolo",
     '!!! note "a"\n    ## Titolo', "```\n##Titolo\n```", "1. # Titolo", "> - ## Titolo"],
)  # fmt: skip
def test_no_heading_inside_a_section_starts_a_section_of_the_page(text: str) -> None:
    page = rendered(f"Prima.\n\n{text}\n\nDopo.", "Due.")
    assert [section.heading for section in page.sections] == ["Problema affrontato", "Soluzione adottata"]
    assert markup.wrong_in(page.sections[0].html) == []
    assert not {"h1", "h2"} & set(markup.tags_of(page.sections[0].html))
    assert page.sections[0].html.endswith("<p>Dopo.</p>")


def test_a_heading_in_a_note_does_not_start_a_section_either() -> None:
    page = rendered("Uno.[^1]", "Due.", footnotes="[^1]: nota\n\n    ## Titolo\n\n    fine")
    assert len(page.sections) == 2
    assert markup.wrong_in(page.footnotes) == []


def test_tables_keep_the_alignment_of_their_columns() -> None:
    html = to_html("voce | costo\n:--|--:\npersonale | 10")
    assert '<th class="align-left">voce</th>' in html
    assert '<td class="align-right">10</td>' in html
    assert "style" not in html


def test_a_table_is_scrolled_in_a_box_of_its_own_named_in_the_language_of_the_text() -> None:
    text = "Prima.\n\nvoce | costo\n--|--\n`<table>` | 10\n\nDopo."
    for language, name in (("it", "Tabella"), ("en", "Table")):
        html = to_html(text, language=language)
        assert f'<div class="table-scroll" role="group" aria-label="{name}" tabindex="0"><table>' in html
        assert html.count("<div") == html.count("</table></div>") == 1
        assert markup.wrong_in(html) == []


def test_footnotes_of_all_sections_make_one_list() -> None:
    page = rendered("Uno.[^a]", "Due.[^b] E ancora.[^a]", footnotes="[^a]: Prima fonte\n[^b]: Seconda fonte")
    assert markup.tags_of(page.footnotes).count("ol") == 1
    assert page.footnotes.startswith("<ol>")
    assert page.footnotes.count("<li ") == 2
    assert plain_text(page.footnotes).startswith("Prima fonte")
    assert all('class="footnote-ref"' in section.html for section in page.sections)
    targets = {link.removeprefix("#") for section in page.sections for link in markup.links_of(section.html)}
    anchors = {names["id"] for tag, names in markup.Reading(page.footnotes).elements if tag == "li"}
    assert targets == anchors


def test_a_note_leads_back_once_to_the_first_place_that_cites_it() -> None:
    page = rendered("Uno.[^a] Due.[^a]", footnotes="[^a]: Fonte")
    marks = [names["id"] for tag, names in markup.Reading(page.sections[0].html).elements if tag == "sup"]
    assert markup.links_of(page.footnotes) == [f"#{marks[0]}"]
    assert 'aria-label="Torna al primo richiamo della nota 1"' in page.footnotes


def test_the_mark_of_a_note_beside_a_figure_is_no_power_and_is_heard_as_a_note() -> None:
    html = rendered("a | b\n--|--\nattivi | 14[^x]", footnotes="[^x]: Fonte").sections[0].html
    assert 'aria-label="nota 1">[1]</a>' in html
    assert 'aria-label="note 1">[1]</a>' in to_html("14[^x]\n\n[^x]: Source", language="en")


def test_notes_are_numbered_in_the_order_of_reading() -> None:
    page = rendered("Uno.[^b] Due.[^a] Tre.[^b]", footnotes="[^a]: Fonte A\n[^b]: Fonte B\n[^c]: Mai citata")
    assert [line.split("\xa0")[0] for line in plain_text(page.footnotes).split("\n")][:2] == ["Fonte B ↩", "Fonte A ↩"]
    assert re.findall(r">\[(\d)\]<", page.sections[0].html) == ["1", "2", "1"]


@pytest.mark.parametrize("note", ["", "    ", "\n", "- ", "> "])
def test_a_note_that_says_nothing_leads_back_too(note: str) -> None:
    shown = to_html(f"Prima[^due], poi[^uno].\n\n[^uno]:{note}\n\n[^due]: Detto.")
    assert shown.count('class="footnote-backref"') == 2
    assert 'href="#fnref-uno"' in shown


def test_a_document_without_footnotes_has_no_list() -> None:
    assert rendered("Uno.").footnotes == ""


def test_admonitions_and_definition_lists_are_kept() -> None:
    html = to_html('!!! warning "Attenzione"\n    Testo.\n\nSUAP\n:   Sportello unico')
    assert '<div class="admonition warning">' in html
    assert '<p class="admonition-title">Attenzione</p>' in html
    assert "<dl>\n<dt>SUAP</dt>\n<dd>Sportello unico</dd>\n</dl>" in html


def test_lists_of_two_kinds_stay_two_lists_and_keep_their_first_number() -> None:
    assert markup.tags_of(to_html("- a\n- b\n\n1. c"))[::3] == ["ul", "ol"]
    assert '<ol start="3">' in to_html("3. tre\n4. quattro")


def test_the_plain_text_has_words_without_notes_and_marks() -> None:
    plain = rendered("Un *solo* sportello.[^a]\n\na | b\n--|--\nc | d", footnotes="[^a]: Fonte").plain
    assert plain == "Problema affrontato\nUn solo sportello.\na\nb\nc\nd"


def test_an_empty_document_renders_to_nothing() -> None:
    assert render(Document({})) == Rendered((), "", "")
