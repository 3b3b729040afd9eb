# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of a document's own kit stand in its text, with what they show; no others are ever loaded."""

import pytest

from app.document.model import Document, Section
from app.document.pictures import folder_of, named, reference, references
from app.document.render import render, to_html
from tests.pure.document import markup

PICTURES = folder_of("suap-metropolitano-bologna")


@pytest.mark.parametrize("name", ["schema.png", "Schema (finale) già fatto.jpg", "a_b_c.webp", "cento%20.png"])
def test_what_the_kit_proposes_to_write_shows_the_picture(name: str) -> None:
    html = to_html(f"Prima {reference(name, 'Le fasi [tre] del *SUAP*')} dopo", PICTURES)
    [(_, shown)] = [found for found in markup.Reading(html).elements if found[0] == "img"]
    assert shown["alt"] == "Le fasi [tre] del *SUAP*"
    assert markup.wrong_in(html, PICTURES) == []
    assert html.startswith('<p>Prima <img alt="')


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://ente.example/a.png",
        "/allegati/1/a.png",
        "kit/../a.png",
        "kit/a.svg",
        "kit/a.pdf",
        "kit/a.png?x",
        "a.png",
    ],
)
def test_no_other_picture_is_shown(elsewhere: str) -> None:
    assert "img" not in markup.tags_of(to_html(f"![x]({elsewhere})", PICTURES))


def test_a_text_that_belongs_to_no_solution_shows_none() -> None:
    assert "img" not in markup.tags_of(to_html("![x](kit/a.png)"))


def test_what_a_picture_shows_is_found_by_searches_and_is_no_first_sentence() -> None:
    section = Section("Problema affrontato", "![Mappa delle zone](kit/a.png)\n\nOgni Comune aveva i propri moduli.")
    rendered = render(Document({}, (section,)), PICTURES)
    assert "Mappa delle zone" in rendered.plain
    assert rendered.sections[0].gist == "Ogni Comune aveva i propri moduli."


@pytest.mark.parametrize("name", ["fasi.png", "Le fasi.png", "città (2) 100%.png", "Le città.png"])
def test_the_texts_that_name_a_picture_are_found_by_it(name: str) -> None:
    assert reference(name, "Le fasi").endswith(references(name)[0])
    assert named(reference(name, "Le fasi")) == {name}
    assert references("Le città.png")[1] in "![la mappa](kit/Le%20città.png)"
