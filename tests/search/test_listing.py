# SPDX-License-Identifier: AGPL-3.0-or-later
"""The filters and addresses of a page of results: the same as the site builds everywhere, only faster."""

from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.search.forms import FACETS, KINDS, SORTS, Asked
from app.search.listing import FIRST, MOST, Addresses, filters, pages

codes = st.sampled_from(("appalti", "suap", "legge-241-1990", "XL", "2018", "a b&c=d/è"))
asked = st.builds(
    Asked,
    text=st.sampled_from(("", "sportello unico", 'la "città" & l’ente?', "50% + 1 = ½", "%00")),
    filters=st.dictionaries(st.sampled_from(list(FACETS)), st.lists(codes, min_size=1, unique=True).map(tuple)),
    order=st.sampled_from(list(SORTS)),
    kind=st.sampled_from(list(KINDS)),
    page=st.integers(1, 40),
    exact=st.booleans(),
)
relaxed = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def built(question: Asked) -> str:
    arguments: Any = question.arguments()
    return url_for("search.results", **arguments)


def by_code(_name: str, code: str) -> str:
    return code


@relaxed
@given(asked, st.sampled_from(list(FACETS)), codes)
def test_addresses_are_those_of_the_site(library_app: Flask, question: Asked, name: str, code: str) -> None:
    with library_app.test_request_context("/cerca"):
        addresses = Addresses(url_for("search.results"), question)
        assert addresses.of(question) == built(question)
        assert addresses.toggled(name, code) == built(question.toggled(name, code))
        assert addresses.on_page(3) == built(question.on_page(3))
        assert addresses.ordered("recenti") == built(question.ordered("recenti"))
        assert addresses.of_kind("norme") == built(question.of_kind("norme"))
        assert addresses.without_filters() == built(question.without_filters())


@given(asked, st.sampled_from(list(FACETS)), st.lists(codes, min_size=1, unique=True))
def test_every_value_of_a_filter_is_put_on_or_taken_off(question: Asked, name: str, values: list[str]) -> None:
    addresses = Addresses("/cerca", question)
    (shown,) = filters({FACETS[name]: [(code, 2) for code in values]}, question, addresses, by_code)
    for value in (*shown.first, *shown.more):
        assert value.chosen == (value.code in question.filters.get(name, ()))
        assert value.address == addresses.toggled(name, value.code)


def test_the_words_as_typed_have_an_address_of_their_own() -> None:
    addresses = Addresses("/cerca", Asked(text="sportelo", page=4))
    assert addresses.exactly() == "/cerca?esatta=1&q=sportelo"


def test_facets_come_in_their_order_the_first_and_the_chosen_open() -> None:
    question = Asked(filters={"anno": ("2018",)})
    found = {facet: [("2018", 1)] for facet in reversed(FACETS.values())} | {"status": []}
    shown = filters(found, question, Addresses("/cerca", question), by_code)
    assert [item.name for item in shown] == [name for name in FACETS if name != "stato"]
    assert [item.name for item in shown if item.open] == ["tema", "citta", "evidenza", "anno"]
    assert [item.name for item in shown if item.italian] == ["citta", "norma"]


def test_many_values_are_folded_away() -> None:
    values = [(f"tema-{number}", 1) for number in range(FIRST + 3)]
    (shown,) = filters({"theme": values}, Asked(), Addresses("/cerca", Asked()), by_code)
    assert len(shown.first) == FIRST
    assert [value.code for value in shown.more] == ["tema-8", "tema-9", "tema-10"]


def test_of_many_acts_those_most_cited_are_shown_and_those_chosen() -> None:
    values = [(f"legge-{number}-1990", 100 - number) for number in range(MOST["norma"] + 10)]
    question = Asked(filters={"norma": ("legge-30-1990",)})
    (shown,) = filters({"act": values}, question, Addresses("/cerca", question), by_code)
    assert [value.code for value in shown.values] == [code for code, _ in values[: MOST["norma"]]] + ["legge-30-1990"]
    assert shown.values[-1].chosen
    assert shown.cut


def test_a_facet_with_all_its_values_is_not_cut() -> None:
    values = [(f"legge-{number}-1990", 1) for number in range(MOST["norma"])]
    (shown,) = filters({"act": values}, Asked(), Addresses("/cerca", Asked()), by_code)
    assert not shown.cut


@pytest.mark.parametrize(
    ("current", "last", "linked"),
    [
        (1, 0, []),
        (1, 1, [1]),
        (1, 2, [1, 2]),
        (1, 9, [1, 2, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (9, 9, [1, None, 8, 9]),
    ],
)
def test_pages_around_the_current_one_are_linked(current: int, last: int, linked: list[int | None]) -> None:
    assert pages(current, last) == linked


def test_words_kept_for_one_language_are_not_those_of_the_other(library: FlaskClient) -> None:
    for _twice in range(2):
        italian = library.get("/soluzioni").get_data(as_text=True)
        english = library.get("/en/soluzioni").get_data(as_text=True)
        assert "Stato</summary>" in italian
        assert "Status</summary>" in english
        assert "Informativa privacy" in italian
        assert "Informativa privacy" not in english
        assert 'href="/en/soluzioni?stato=' in english
