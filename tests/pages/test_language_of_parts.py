# SPDX-License-Identifier: AGPL-3.0-or-later
"""An English page is read aloud in English, and in Italian where it quotes: neither holds what is of the other."""

import pytest

from tests.pages import kinds, signed_kinds
from tests.pages.furnished import Furnished
from tests.pages.signed_kinds import Kind
from tests.pages.test_language import Words, interface

pytestmark = pytest.mark.xdist_group("signed")

PAGES = {**signed_kinds.PAGES, **{f"public-{name}": Kind("nobody", path) for name, path in kinds.PAGES.items()}}


@pytest.mark.parametrize("page_kind", PAGES)
def test_an_italian_part_of_an_english_page_holds_no_word_of_the_interface(
    furnished: Furnished, page_kind: str
) -> None:
    english = {said for italian, said in interface().items() if said != italian}
    parts = Words(furnished.answered(PAGES[page_kind], "en").text, "it").found
    assert {text.strip("() ") for text in parts} & english == set()


@pytest.mark.parametrize(
    ("page_kind", "title"),
    [("desk-expert", "Scheda in revisione: visible"), ("city", "quadro"), ("shortlist", "elenco dei comuni")],
)
def test_a_title_in_italian_is_marked_on_the_desk_beside_a_certificate_and_as_a_source(
    furnished: Furnished, page_kind: str, title: str
) -> None:
    claimed = Words(furnished.answered(signed_kinds.PAGES[page_kind], "en").text).found
    # A notice is a sentence, whose quoted words cannot be marked.
    assert [text for text in claimed if title in text and not text.endswith(".")] == []
