# SPDX-License-Identifier: AGPL-3.0-or-later
"""The score keeps its promises whatever it is given."""

from dataclasses import replace
from math import isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching import gates, weights
from app.matching.model import Need, Offer
from app.matching.score import band, bounded, match, matches, says_little, shown
from app.matching.shortlist import PER_CITY, as_if, shortlist, turns, with_twins
from tests.pure.matching.made import affinities, make_city, make_market, make_need, make_offer, needs, offers


@given(needs, offers, st.floats(0, 3))
def test_contributions_add_up_to_the_logarithm_of_the_score(need: Need, offer: Offer, affinity: float) -> None:
    found = match(need, offer, make_market(offer), affinity)
    assert 0 < found.score <= 100.000001
    assert isclose(sum(item.contribution for item in found.factors), log(found.score / 100), abs_tol=1e-9)
    assert all(0.05 <= item.value <= 1 for item in found.factors)


@given(needs, st.lists(offers, max_size=8), affinities, st.randoms())
def test_the_order_in_which_things_are_given_changes_nothing(
    need: Need, given_offers: list[Offer], close: dict[str, float], chance: object
) -> None:
    distinct = list({(offer.solution, offer.city.slug): offer for offer in given_offers}.values())
    shuffled = distinct[::-1]
    one, other = (shortlist(need, make_market(*order), close) for order in (distinct, shuffled))
    assert one == other


@given(needs, st.lists(offers, max_size=8), affinities)
def test_no_gate_is_ever_broken_and_everything_kept_out_says_why(
    need: Need, given_offers: list[Offer], close: dict[str, float]
) -> None:
    found, out = matches(need, make_market(*given_offers), close)
    assert len(found) + len(out) == len(given_offers)
    for item in found:
        offer = item.offer
        assert offer.city.slug != need.city.slug
        assert offer.available
        assert offer.capacity > 0
        assert offer.city.capacity > 0
        assert offer.city.slug not in need.excluded | need.unwanted
        assert not need.sizes or offer.city.size in need.sizes
        assert offer.solution not in need.twinned
        assert (offer.solution, offer.city.slug) not in need.declined
    assert {item.reason for item in out} <= gates.GATES.keys()


@given(needs, st.lists(offers, max_size=12), affinities)
def test_a_list_is_short_varied_and_in_order(need: Need, given_offers: list[Offer], close: dict[str, float]) -> None:
    distinct = list({(offer.solution, offer.city.slug): offer for offer in given_offers}.values())
    places = shortlist(need, make_market(*distinct), close).places
    cities = [place.match.offer.city.slug for place in places]
    assert len(places) <= 10
    assert all(cities.count(city) <= PER_CITY for city in cities)
    assert [place.rank for place in places] == list(range(1, len(places) + 1))
    assert all(0 <= place.stability <= 1 for place in places)


@given(needs, offers, st.floats(0, 1), st.floats(0, 1))
def test_a_closer_text_never_lowers_the_score(need: Need, offer: Offer, low: float, more: float) -> None:
    market = make_market(offer)
    assert match(need, offer, market, low + more).score >= match(need, offer, market, low).score - 1e-9


@given(needs, offers, st.floats(0, 2))
def test_a_better_offer_never_scores_less(need: Need, offer: Offer, affinity: float) -> None:
    market = make_market(offer)
    before = match(need, offer, market, affinity).score
    for better in (
        replace(offer, badge="pronta"),
        replace(offer, evidence=5),
        replace(offer, kit=1.0, documented=True),
        replace(offer, asked=9, answered=9) if offer.answered * 9 <= offer.asked * 9 and offer.asked else offer,
        replace(offer, themes=need.themes) if need.themes else offer,
    ):
        after = match(need, better, market, affinity)
        comparable = (
            better.themes == offer.themes
            or after.factor("context").value == match(need, offer, market, affinity).factor("context").value
        )
        if comparable:
            assert after.score >= before - 1e-9


@given(needs, offers, st.floats(0, 2))
def test_unknown_figures_never_beat_figures_known_to_be_equal(need: Need, offer: Offer, affinity: float) -> None:
    known = replace(offer, city=replace(offer.city, figures=make_city().figures))
    alike = replace(need, city=replace(need.city, figures=make_city().figures))
    blank = replace(known, city=replace(known.city, figures={}))
    market = make_market(offer)
    assert match(alike, blank, market, affinity).score <= match(alike, known, market, affinity).score + 1e-9


def test_a_kit_nobody_can_see_counts_less_than_one_that_is_there() -> None:
    said, seen = make_offer(kit=1.0, documented=False), make_offer(kit=1.0)
    need, market = make_need(), make_market()
    assert match(need, said, market, 1).score < match(need, seen, market, 1).score


def test_the_wrong_theme_cannot_be_bought_back() -> None:
    need, market = make_need(), make_market()
    wrong = make_offer("gare", themes=("cuc",), badge="pronta", evidence=5, kit=1.0, asked=9, answered=9)
    right = make_offer(badge="visibile", evidence=None, kit=0.0, documented=False)
    assert match(need, right, market, 0.6).score > match(need, wrong, market, 0.0).score


def test_requirements_held_planned_and_missing_are_told_apart() -> None:
    offer = make_offer(
        preconditions=("Convenzione con i Comuni", "Piattaforma telematica unica", "Due persone dedicate")
    )
    need = make_need(
        held=frozenset({"convenzione con i comuni"}), planned=frozenset({"una piattaforma telematica unica"})
    )
    said = match(need, offer, make_market(), 1).factor("requirements").grounds
    assert said["held"] == ("Convenzione con i Comuni",)
    assert said["planned"] == ("Piattaforma telematica unica",)
    assert (said["missing"], said["unanswered"]) == ((), ("Due persone dedicate",))
    lacking = replace(need, lacking=frozenset({"Due persone dedicate"}))
    factor = match(lacking, offer, make_market(), 1).factor("requirements")
    assert (factor.grounds["missing"], factor.grounds["unanswered"]) == (("Due persone dedicate",), ())
    assert factor.value == (1 + 0.75 + 0) / 3


def test_the_answer_to_the_very_precondition_counts_before_one_in_almost_the_same_words() -> None:
    offer = make_offer(preconditions=("Convenzione con i comuni", "Convenzione con i comuni firmata"))
    need = make_need(
        held=frozenset({"Convenzione con i comuni"}), lacking=frozenset({"Convenzione con i comuni firmata"})
    )
    said = match(need, offer, make_market(), 1).factor("requirements").grounds
    assert said["held"] == ("Convenzione con i comuni",)
    assert said["missing"] == ("Convenzione con i comuni firmata",)


def test_what_follows_from_a_similar_answer_is_told_apart_and_gives_way_to_not_knowing() -> None:
    text = "Convenzione con i comuni firmata"
    offer = make_offer(preconditions=(text,))
    need = make_need(lacking=frozenset({"Convenzione con i comuni firmata e vigente"}))
    factor = match(need, offer, make_market(), 1).factor("requirements")
    assert (factor.grounds["missing"], factor.grounds["deduced"]) == ((text,), (text,))
    unsure = match(replace(need, unsure=frozenset({text})), offer, make_market(), 1).factor("requirements")
    assert (unsure.grounds["unanswered"], unsure.grounds["deduced"], unsure.value) == ((text,), (), 0.5)
    said = match(replace(need, held=frozenset({text})), offer, make_market(), 1).factor("requirements")
    assert (said.grounds["held"], said.grounds["deduced"]) == ((text,), ())


STEPS = ("lacking", "", "planned", "held")


@given(needs, offers, st.integers(0, 2), st.integers(1, 3))
def test_a_better_answer_to_a_precondition_never_lowers_the_score(need: Need, offer: Offer, low: int, up: int) -> None:
    text = "personale dedicato"
    market = make_market(offer)

    def scored(step: str) -> float:
        said = {name: getattr(need, name) - {text} for name in ("held", "planned", "lacking", "unsure")}
        if step:
            said[step] |= {text}
        return match(replace(need, **said), offer, market, 1).score

    assert scored(STEPS[min(low + up, 3)]) >= scored(STEPS[low]) - 1e-9


def test_without_any_answer_each_requirement_counts_half() -> None:
    offer = make_offer(preconditions=("Convenzione con i Comuni",))
    assert match(make_need(), offer, make_market(), 1).factor("requirements").value == 0.5


def test_what_would_change_the_order_is_named() -> None:
    small = make_city(
        "bari", figures={name: replace(item, value=item.value / 9) for name, item in make_city().figures.items()}
    )
    alike = make_offer("simile", make_city("genova"), kit=0.4)
    better = make_offer("migliore", small, badge="pronta", evidence=4, kit=1.0)
    found, _ = matches(make_need(), make_market(alike, better), {"simile": 0.9, "migliore": 0.9})
    assert found[0].offer.solution == "simile"
    assert [(turn.without, turn.solution) for turn in turns(found)] == [("context", "migliore")]
    assert turns([]) == ()


def test_lifting_a_limit_is_named_where_it_would_change_who_is_first() -> None:
    big = make_offer("grande", make_city("milano", size="XL"), kit=1.0, badge="pronta")
    small = make_offer("piccola", make_city("genova", size="M"))
    need = make_need(sizes=frozenset({"M"}), unwanted=frozenset({"milano"}))
    told = shortlist(need, make_market(big, small), {"grande": 1.0, "piccola": 1.0})
    assert [place.match.offer.solution for place in told.places] == ["piccola"]
    assert told.turns == ()
    told = shortlist(replace(need, unwanted=frozenset()), make_market(big, small), {"grande": 1.0, "piccola": 1.0})
    assert [(turn.without, turn.solution) for turn in told.turns] == [("size", "grande")]
    assert [(item.reason, item.data) for item in told.excluded] == [("size", {"size": "XL"})]


def test_what_would_change_the_order_leaves_aside_a_solution_that_is_first_by_name() -> None:
    big = make_offer("grande", make_city("milano", size="XL"), kit=1.0, badge="pronta")
    named, small = (
        make_offer("chiesta", make_city("bari", size="M")),
        make_offer("piccola", make_city("roma", size="M")),
    )
    close = {"grande": 1.0, "chiesta": 0.9, "piccola": 0.5}
    need, market = make_need(sizes=frozenset({"M"})), make_market(big, named, small)
    assert [turn.solution for turn in shortlist(need, market, close).turns if turn.without == "size"] == ["grande"]
    told = shortlist(need, market, close, aside="chiesta")
    assert [turn.solution for turn in told.turns if turn.without == "size"] == ["grande"]
    loose = make_need(sizes=frozenset({"M", "XL"}))
    assert [turn.without for turn in shortlist(loose, market, close, aside="grande").turns] == []
    assert "chiesta" not in [turn.solution for turn in told.turns]


def test_what_would_change_the_order_is_looked_for_beyond_the_ten_shown() -> None:
    unlike = {name: replace(item, value=item.value * 30) for name, item in make_city().figures.items()}
    near = [make_offer(f"vicina-{number:02}", make_city(f"citta-{number:02}")) for number in range(12)]
    ready = make_offer(
        "pronta", make_city("milano", figures=unlike), badge="pronta", evidence=5, kit=1.0, asked=9, answered=9
    )
    close = {offer.solution: 1.0 for offer in near} | {"pronta": 0.95}
    apart = {name: replace(item, value=item.value * 3) for name, item in make_city().figures.items()}
    last = make_offer("altra", make_city("napoli", figures=apart))
    told = shortlist(make_need(), make_market(*near, ready, last), close | {"altra": 0.99})
    assert "pronta" not in [place.match.offer.solution for place in told.places]
    assert ("context", "pronta") in [(turn.without, turn.solution) for turn in told.turns]


@given(needs, st.lists(offers, max_size=8), affinities, st.sampled_from(sorted(gates.LIMITS)))
def test_lifting_a_limit_never_removes_a_candidate(
    need: Need, given_offers: list[Offer], close: dict[str, float], limit: str
) -> None:
    market = make_market(*given_offers)
    loose = gates.LIMITS[limit](need)
    held = {(item.offer.solution, item.offer.city.slug) for item in matches(need, market, close)[0]}
    assert held <= {(item.offer.solution, item.offer.city.slug) for item in matches(loose, market, close)[0]}


def test_an_official_may_look_with_the_eyes_of_another_city() -> None:
    offer = make_offer()
    far = make_need(
        city=make_city(
            "bari", figures={name: replace(item, value=item.value * 8) for name, item in make_city().figures.items()}
        )
    )
    market = make_market(offer)
    seen = as_if(make_need(), far.city, market, {"suap-bologna": 1.0}, offer)
    assert seen.score < match(make_need(), offer, market, 1.0).score


def test_chosen_twins_decide_which_cities_are_alike_and_no_gate_opens() -> None:
    large = {name: replace(item, value=item.value * 8) for name, item in make_city().figures.items()}
    like, unlike = make_offer("simile", make_city("genova")), make_offer("grande", make_city("milano", figures=large))
    own = make_offer("propria", make_city("torino"))
    market, close = make_market(like, unlike, own), {"simile": 1.0, "grande": 1.0, "propria": 1.0}
    assert shortlist(make_need(), market, close).places[0].match.offer.solution == "simile"
    told, eyes = with_twins(make_need(), [make_city("roma", figures=large)], market, close)
    assert [place.match.offer.solution for place in told.places] == ["grande", "simile"]
    assert [item.reason for item in told.excluded] == ["own-city"]
    assert {city.slug for city in eyes.values()} == {"roma"}


def test_bands_and_shown_numbers_are_honest() -> None:
    assert [band(score) for score in (70, 69.9, 45, 44.9)] == ["high", "middle", "middle", "low"]
    assert [shown(score) for score in (72.4, 69.9, 67.6, 44.9, 42.6)] == [70, 65, 65, 40, 40]
    assert all(band(shown(score / 10)) == band(score / 10) for score in range(1_001))
    assert bounded(0) == 0.05
    assert says_little(make_need())
    assert not says_little(make_need(text="parola " * 60))


@pytest.mark.parametrize("values", [(0.5, 0.5, 0.5, 0.5), (1.1, -0.1, 0, 0)])
def test_weights_sum_to_one_and_are_not_negative(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        weights.Weights("x", *values)


def test_the_name_of_the_weights_tells_by_which_formula_a_score_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights.PUBLISHED.version == f"2026-12-f{weights.FORMULA}"
    monkeypatch.setattr(weights, "FORMULA", 99)
    assert weights.from_data("2027-01-15-1", weights.PUBLISHED.as_data()).version == "2027-01-15-1-f99"


def test_weights_survive_being_stored() -> None:
    assert weights.from_data("2026-12", weights.PUBLISHED.as_data()) == weights.PUBLISHED


def test_the_third_of_a_list_is_as_certain_as_the_list_is_where_two_better_ones_of_its_city_are_left_out() -> None:
    bologna, milano = make_city("bologna"), make_city("milano")
    four = [make_offer(f"suap-{number}", bologna) for number in range(1, 5)]
    close = {"suap-1": 1.0, "suap-2": 0.9, "suap-3": 0.8, "suap-4": 0.7, "suap-milano": 0.4}
    places = shortlist(make_need(), make_market(*four, make_offer("suap-milano", milano)), close).places
    told = [(place.match.offer.solution, place.stability, place.uncertain) for place in places]
    assert told == [("suap-1", 1.0, False), ("suap-2", 1.0, False), ("suap-milano", 1.0, False)]


def test_what_is_asked_for_by_name_is_one_of_the_first_three_whatever_the_weights() -> None:
    offers_of = [make_offer(f"suap-{city}", make_city(city)) for city in ("bari", "bologna", "milano", "napoli")]
    close = {"suap-bari": 1.0, "suap-bologna": 0.8, "suap-milano": 0.6, "suap-napoli": 0.2}
    places = shortlist(make_need(), make_market(*offers_of), close, aside="suap-napoli").places
    told = [(place.match.offer.solution, place.stability) for place in places]
    assert told == [("suap-napoli", 1.0), ("suap-bari", 1.0), ("suap-bologna", 1.0), ("suap-milano", 0.0)]
