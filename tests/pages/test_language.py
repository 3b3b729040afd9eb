# SPDX-License-Identifier: AGPL-3.0-or-later
"""English pages speak English: every sentence is translated, compiled and used; Italian content is marked."""

import gettext
from functools import cache
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from app.config import ROOT
from tests.pages.kinds import PAGES, address

FOLDER = ROOT / "app" / "translations"
CATALOGUE = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
SPOKEN = ("aria-label", "placeholder", "title", "alt")
#: Written pages that explain the Italian words of the documents, and so quote them.
QUOTING = ("help", "programme", "about")
EMPTY = frozenset({"area", "base", "br", "circle", "hr", "img", "input", "link", "meta", "path", "use"})


class Words(HTMLParser):
    """The texts of an English page that claim to be in one language."""

    def __init__(self, text: str, wanted: str = "en") -> None:
        super().__init__()
        self.wanted = wanted
        self.found: set[str] = set()
        self.languages: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        language = named.get("lang") or (self.languages[-1][1] if self.languages else "")
        if language == self.wanted:
            self.found |= {named[name] for name in SPOKEN if name in named}
        if tag not in EMPTY:
            self.languages.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self.languages and tag not in EMPTY:
            if self.languages.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.languages and self.languages[-1][1] == self.wanted:
            self.found.add(" ".join(data.split()))


@cache
def interface() -> dict[str, str]:
    """Italian sentence -> English sentence, plurals as two."""
    found: dict[str, str] = {}
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="en"):
            if message.id:
                found.update(zip(_forms(message.id), _forms(message.string), strict=True))
    return found


def plurals() -> set[str]:
    """Sentences that have another form for many things, in both forms."""
    with CATALOGUE.open("rb") as file:
        return {form for message in read_po(file, locale="en") if message.pluralizable for form in _forms(message.id)}


def _forms(text: object) -> list[str]:
    """One sentence, or its singular and plural."""
    return [text] if isinstance(text, str) else [str(form) for form in text] if isinstance(text, (list, tuple)) else []


def test_every_sentence_is_translated_and_compiled() -> None:
    sentences = interface()
    assert len(sentences) > 100
    assert [italian for italian, english in sentences.items() if not english] == []
    compiled = gettext.translation("messages", FOLDER, ["en"])
    assert compiled.gettext("Che problema devi risolvere?") == sentences["Che problema devi risolvere?"]
    assert compiled.ngettext("%(num)d mese", "%(num)d mesi", 2) == sentences["%(num)d mesi"]
    counted = plurals()
    single = {italian: english for italian, english in sentences.items() if italian not in counted}
    assert all(compiled.gettext(italian) == english for italian, english in single.items())


@pytest.mark.parametrize("page_kind", [kind for kind in PAGES if kind not in QUOTING])
def test_an_english_page_says_nothing_of_the_interface_in_italian(library: FlaskClient, page_kind: str) -> None:
    italian = {text for text, english in interface().items() if text != english}
    words = Words(library.get(address(page_kind, "en")).text).found
    assert words & italian == set()


@pytest.mark.parametrize("page_kind", ["solution", "search", "browse", "city"])
def test_italian_content_of_an_english_page_is_marked(library: FlaskClient, page_kind: str) -> None:
    page = library.get(address(page_kind, "en")).text
    assert 'lang="it">SUAP metropolitano di Bologna' in page or 'lang="it"><a href="/en/soluzioni/' in page


@pytest.mark.parametrize("page_kind", ["privacy", "accessibility"])
def test_what_an_installation_does_not_name_is_said_in_the_language_of_the_page(
    library: FlaskClient, page_kind: str
) -> None:
    assert "non disponibile" not in library.get(address(page_kind, "en")).text
