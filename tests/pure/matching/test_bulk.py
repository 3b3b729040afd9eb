# SPDX-License-Identifier: AGPL-3.0-or-later
"""Thousands of offers scored with arrays: the same numbers, the same gates, the same shortlist as one by one."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import bulk
from app.matching import shortlist as lists
from app.matching.bulk import Table
from app.matching.model import City, Need, Offer
from app.matching.score import Market, match, matches
from app.matching.shortlist import shortlist
from tests.pure.matching.made import affinities, make_city, make_market, make_need, make_offer, needs, offers

several = st.lists(offers, max_size=8, unique_by=lambda offer: (offer.solution, offer.city.slug))


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> Table:
    """SciPy is loaded with the first table, which can take longer than an example may."""
    return make_market(make_offer()).table


def together(market: Market) -> Market:
    """The same market with one body, and one set of figures, for each slug."""
    cities: dict[str, City] = {}
    return replace(
        market,
        offers=tuple(replace(offer, city=cities.setdefault(offer.city.slug, offer.city)) for offer in market.offers),
    )


@given(needs, several, affinities)
def test_arrays_and_one_by_one_give_the_same_scores(
    need: Need, given_offers: list[Offer], close: dict[str, float]
) -> None:
    market = together(make_market(*given_offers))
    table = market.table
    scores = table.scores(need, table.affinities(close))
    for offer, score in zip(table.offers, scores, strict=True):
        assert score == pytest.approx(match(need, offer, market, close.get(offer.solution, 0.0)).score, abs=1e-9)


@given(needs, several, affinities)
def test_arrays_keep_out_what_the_gates_keep_out(
    need: Need, given_offers: list[Offer], close: dict[str, float]
) -> None:
    market = together(make_market(*given_offers))
    found, out = matches(need, market, close)
    best = market.table.best(need, market.table.affinities(close), 99)
    assert [offer for offer, _ in best] == [item.offer for item in found]
    assert len(best) + len(out) == len(market.offers)


@given(needs, several, affinities, st.integers(1, 4))
def test_the_first_few_are_those_of_the_whole_order_ties_included(
    need: Need, given_offers: list[Offer], close: dict[str, float], keep: int
) -> None:
    market = together(make_market(*given_offers))
    first = market.table.best(need, market.table.affinities(close), keep)
    everything = matches(need, market, close)[0]
    assert [offer for offer, _ in first] == [item.offer for item in everything[:keep]]
    assert [score for _, score in first] == pytest.approx([item.score for item in everything[:keep]], abs=1e-9)


def test_equal_offers_come_in_the_order_of_their_names_where_few_are_kept() -> None:
    market = make_market(*(make_offer(f"uguale-{number}", make_city(f"city-{number}")) for number in range(9)))
    first = market.table.best(make_need(), np.full(9, 0.5), 3)
    assert [offer.solution for offer, _ in first] == ["uguale-0", "uguale-1", "uguale-2"]
    assert bulk.foremost(np.array([1.0, 3.0, 2.0, 3.0, 3.0]), 2).tolist() == [1, 3]


@given(needs, several, affinities)
def test_a_long_list_is_shortened_to_the_same_proposals(
    need: Need, given_offers: list[Offer], close: Mapping[str, float]
) -> None:
    market = together(make_market(*given_offers))
    with pytest.MonkeyPatch.context() as small:
        one = shortlist(need, market, close)
        small.setattr(lists, "MANY", 0)
        assert shortlist(need, market, close) == one


def test_without_a_scale_of_texts_nothing_is_close() -> None:
    market = make_market(make_offer(), s90=0.0)
    assert market.table.scores(make_need(), np.array([9.0]))[0] == pytest.approx(
        match(make_need(), make_offer(), market, 9.0).score
    )


def test_an_offer_refused_before_and_a_city_excluded_stay_out_of_a_long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MANY", 0)
    twice = make_offer("refused", make_city("bari"))
    market = make_market(twice, make_offer("excluded", make_city("genova")), make_offer())
    need = make_need(
        excluded=frozenset({"genova", "atlantide"}), declined=frozenset({("refused", "bari"), ("nothing", "bari")})
    )
    told = shortlist(need, market, {"suap-bologna": 1.0})
    assert [place.match.offer.solution for place in told.places] == ["suap-bologna"]
    assert [(item.offer.solution, item.reason) for item in told.excluded] == [
        ("excluded", "excluded"),
        ("refused", "declined"),
    ]
    assert [place.uncertain for place in told.places] == [False]


def test_themes_asked_for_twice_are_looked_up_once() -> None:
    market = make_market(make_offer())
    close = np.array([0.5])
    assert market.table.scores(make_need(), close) == market.table.scores(make_need(), close)


def test_the_best_offer_of_an_unlike_city_takes_the_last_place_where_none_is_among_the_ten() -> None:
    small = {name: replace(item, value=item.value / 1000) for name, item in make_city().figures.items()}
    alike = [make_offer(f"alike-{number:02}", make_city(f"city-{number}"), kit=1.0) for number in range(12)]
    unlike = make_offer("unlike", make_city("far", figures=small), badge="", evidence=None, kit=0.0)
    places = shortlist(make_need(), make_market(*alike, unlike), {offer.solution: 1.0 for offer in alike}).places
    assert len(places) == 10
    assert [place.match.offer.solution for place in places if place.unlike] == ["unlike"]
    assert places[-1].unlike
