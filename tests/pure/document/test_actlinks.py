# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts cited in running text lead to their official text; elsewhere they stay as they were typed."""

import pytest

from app.document.plain import plain_text
from app.document.render import to_html
from app.text.acts import find_acts
from tests.pure.document import markup

ACT = "art. 14 della legge 7 agosto 1990, n. 241"


def address(text: str) -> str:
    return str(find_acts(text)[0].reference.place_url)


def test_an_act_in_a_sentence_becomes_a_link_to_its_official_text() -> None:
    html = to_html(f"Ai sensi dell'{ACT}, i comuni.")
    assert markup.links_of(html) == [address(ACT)]
    assert 'class="act"' in html
    assert plain_text(html) == f"Ai sensi dell'{ACT}, i comuni."


def test_every_act_of_a_sentence_is_linked_and_the_words_between_stay() -> None:
    text = "Il d.P.R. 160/2010 e il d.lgs. n. 36 del 2023 valgono; la l. 56/2014 anche."
    html = to_html(text)
    assert len(markup.links_of(html)) == 3
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "place",
    [
        "- Ai sensi del {}.", "> Ai sensi del {}.", "a | b\n--|--\n{} | c", "**vedi {}**", "*vedi* {} *ancora*",
        "termine\n:   {}", '!!! note "Nota"\n    Il {}.', "testo[^1]\n\n[^1]: {}, testo vigente",
        "prima `codice` {} dopo",
    ],
)  # fmt: skip
def test_acts_are_linked_wherever_text_runs(place: str) -> None:
    html = to_html(place.format("d.P.R. 160/2010"))
    assert address("d.P.R. 160/2010") in markup.links_of(html)
    assert markup.wrong_in(html) == []


@pytest.mark.parametrize(
    "place",
    ["[{}](https://ente.example)", "[*{}*](https://ente.example)", "`{}`", "    {}", "### {}", "### vedi *{}*",
     "[**vedi `a` {}**](https://ente.example)"],
)  # fmt: skip
def test_acts_in_links_code_and_headings_stay_as_typed(place: str) -> None:
    html = to_html(place.format("d.P.R. 160/2010"))
    assert 'class="act"' not in html
    assert "d.P.R. 160/2010" in plain_text(html)


def test_text_without_acts_has_no_link() -> None:
    assert markup.links_of(to_html("La pratica 241 del 1990 e il punto 5.")) == []
