# SPDX-License-Identifier: AGPL-3.0-or-later
"""The score on the judged requests of `bench/data/matching_judged.yml`: nDCG@5 beside simpler orders, paired.

Each request is scored as the site would, against the shipped library; only the ten judged solutions are put in order.
Equal values are put in twenty random orders (fixed seed) and the mean is taken: so `random` is all values equal.
"""

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil, exp, log, log2
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from flask import Flask

from app.cities.models import City
from app.cities.queries import by_slug
from app.matching import model
from app.matching.context import MAX_DISTANCE, NATIONAL, limited
from app.matching.score import bounded, match, theme_of
from app.matching.themes import overlap
from app.needs import shortlists
from app.needs.candidates import Desk, as_city, asked_in, desk
from app.needs.models import Need
from app.needs.rules import first_words
from app.needs.service import as_wanted
from app.search.terminology import FAST_LOADER
from bench.aims import at_least

DATA = Path(__file__).with_name("data") / "matching_judged.yml"
DEPTH = 5
#: From this grade on a solution answers a request.
GOOD = 2
#: From this number on requests are graded with their answers to the preconditions.
FIRST_LIVE = 62
#: From this number on later readings graded what the ways themselves put first, and some by chance.
FIRST_POOLED = 102
#: From this number on requests were graded after formula 4 was fixed, with the figures of both in view.
FIRST_KEPT_APART = 201
ORDERS = 20
RESAMPLES = 10_000
#: The day on which figures of cities are read.
DAY = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True)
class Judged:
    """A request, what it says of preconditions, and the grade, 0 to 3, of each solution of its pool."""

    identity: str
    city: str
    themes: tuple[str, ...]
    title: str
    text: str
    grades: Mapping[str, int]
    answers: Mapping[str, str]

    def said(self, answer: str) -> frozenset[str]:
        return frozenset(text for text, given in self.answers.items() if given == answer)


@dataclass(frozen=True)
class Difference:
    """Mean of the differences between two ways, request by request, with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def raw(path: Path = DATA, part: str = "requests") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=FAST_LOADER)[part]
    return found


def unanswered(path: Path = DATA) -> list[Judged]:
    """Requests that nothing in the library helps."""
    return [
        Judged(row["id"], row["city"], tuple(row["themes"]), row["title"], row["text"], {}, {})
        for row in raw(path, "unanswered")
    ]


def read(path: Path = DATA) -> list[Judged]:
    return [
        Judged(
            row["id"],
            row["city"],
            tuple(row["themes"]),
            row["title"],
            row["text"],
            {slug: grade for slug, (grade, _) in row["graded"].items()} | dict.fromkeys(row["none"], 0),
            row.get("answers", {}),
        )
        for row in raw(path)
    ]


Values = Mapping[str, float]
Ways = Mapping[str, Callable[[model.Need, Mapping[str, model.Offer], Values], Values]]


def ways(given: Desk) -> Ways:
    """Ways to put solutions in order, each a value per solution; ``affinities`` are those of the texts."""

    def full(need: model.Need, offers: Mapping[str, model.Offer], affinities: Values) -> Values:
        market = given.market_for(need)
        return {slug: match(need, offer, market, affinities.get(slug, 0.0)).score for slug, offer in offers.items()}

    def theme_factor(need: model.Need, offers: Mapping[str, model.Offer], affinities: Values) -> Values:
        market = given.market_for(need)
        return {slug: theme_of(need, offer, market, affinities.get(slug, 0.0))[0] for slug, offer in offers.items()}

    def text(_need: model.Need, offers: Mapping[str, model.Offer], affinities: Values) -> Values:
        return {slug: affinities.get(slug, 0.0) for slug in offers}

    def taxonomy(need: model.Need, offers: Mapping[str, model.Offer], _affinities: Values) -> Values:
        return {slug: overlap(need.themes, offer.themes, given.market.tree) for slug, offer in offers.items()}

    def popular(_need: model.Need, offers: Mapping[str, model.Offer], _affinities: Values) -> Values:
        return {slug: float(offer.reused) for slug, offer in offers.items()}

    def chance(_need: model.Need, offers: Mapping[str, model.Offer], _affinities: Values) -> Values:
        return dict.fromkeys(offers, 0.0)

    return {
        "score": full,
        "theme factor alone": theme_factor,
        "text only": text,
        "taxonomy only": taxonomy,
        "most popular": popular,
        "random": chance,
    }


#: How far an indicator sets a giver apart from a receiver: by its name and z of the giver minus z of the receiver.
Apart = Callable[[str, float], float]


def _smaller_costs_double(sizes: Container[str]) -> Apart:
    return lambda name, gap: limited(abs(gap) * (2 if gap < 0 and name in sizes else 1))


#: Other ways to reckon the context, tried beside the published one.
CONTEXTS: Mapping[str, Apart] = {
    "cut at 3 spreads, as before": lambda _name, gap: min(MAX_DISTANCE, abs(gap)),
    "no limit": lambda _name, gap: abs(gap),
    "fewer inhabitants than the receiver cost double": _smaller_costs_double({"population"}),
    "fewer inhabitants, less area, fewer municipalities": _smaller_costs_double(
        {"population", "area_km2", "municipalities"}
    ),
}


def other_contexts(given: Desk) -> Ways:
    """The score with the context reckoned otherwise."""

    def way(apart: Apart) -> Callable[[model.Need, Mapping[str, model.Offer], Values], Values]:
        def scored(need: model.Need, offers: Mapping[str, model.Offer], affinities: Values) -> Values:
            market = given.market_for(need)
            found = {slug: match(need, offer, market, affinities.get(slug, 0.0)) for slug, offer in offers.items()}
            return {slug: _with_context(item, apart, market.weights.context) for slug, item in found.items()}

        return scored

    return {name: way(apart) for name, apart in CONTEXTS.items()}


def _with_context(found: model.Match, apart: Apart, weight: float) -> float:
    grounds = found.factor("context").grounds
    known = [item for item in grounds["compared"] if item.distance is not None]
    if not known:
        return found.score
    gaps = [(item, _z(item.indicator, item.theirs) - _z(item.indicator, item.mine)) for item in known]
    total = sum(item.weight * apart(item.indicator, gap) for item, gap in gaps)
    near = exp(-total / sum(item.weight for item in known))
    value = bounded(grounds["coverage"] * near + (1 - grounds["coverage"]) / 2)
    return found.score * exp(weight * log(value) - found.factor("context").contribution)


def _z(indicator: str, figure: model.Figure) -> float:
    return NATIONAL[indicator].z(figure.value)


def ndcg(values: Values, grades: Mapping[str, int]) -> float:
    """nDCG@5 with gain 2^grade - 1, the mean over random orders of equal values."""
    slugs = sorted(grades)
    gains = np.array([2.0 ** grades[slug] - 1 for slug in slugs])
    discounts = np.array([1 / log2(place + 2) for place in range(min(DEPTH, len(slugs)))])
    ideal = float((np.sort(gains)[::-1][:DEPTH] * discounts).sum())
    if not ideal:
        return 1.0
    scored = np.array([values[slug] for slug in slugs])
    draw = np.random.default_rng(0)
    found = [gains[np.lexsort((draw.random(len(slugs)), -scored))][:DEPTH] @ discounts for _ in range(ORDERS)]
    return float(np.mean(found)) / ideal


def by_two_answers(requests: Sequence[Judged]) -> list[Judged]:
    """The same requests as the form of two answers makes them: their title is their first sentence."""
    return [replace(row, title=first_words(row.text)) for row in requests]


def as_need(row: Judged, city: City) -> model.Need:
    need = Need(problem=row.text, title=row.title, themes=list(row.themes), constraints={}, formats=[], limits={})
    return replace(
        asked_in(as_wanted(need), as_city(city, DAY)),
        key=row.identity,
        held=row.said("yes"),
        planned=row.said("planned"),
        lacking=row.said("no"),
    )


def measured(app: Flask, requests: Sequence[Judged], made: Callable[[Desk], Ways] = ways) -> dict[str, np.ndarray]:
    """nDCG@5 of each way on each request."""
    with app.app_context(), app.extensions["database"].work() as session:
        given = desk(session, app.extensions["engine"], DAY)
        offers = {offer.solution: offer for offer in given.market.offers}
        tried = made(given)
        found: dict[str, list[float]] = {name: [] for name in tried}
        for row in requests:
            city = by_slug(session, row.city)
            if city is None:
                raise LookupError(row.city)
            need = as_need(row, city)
            pool = {slug: offers[slug] for slug in row.grades}
            affinities = given.affinities(need)
            for name, way in tried.items():
                found[name].append(ndcg(way(need, pool, affinities), row.grades))
    return {name: np.array(values) for name, values in found.items()}


def difference(one: np.ndarray, other: np.ndarray) -> Difference:
    """Paired: the same requests are drawn again for both."""
    apart = one - other
    drawn = np.random.default_rng(0).choice(apart, (RESAMPLES, len(apart))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Difference(float(apart.mean()), float(low), float(high))


def enough(one: np.ndarray, other: np.ndarray, gain: float) -> int:
    """Requests that show a gain of this size with an error of 5 % and a power of 80 %, at the spread seen here."""
    return ceil(((1.96 + 0.84) * float((one - other).std(ddof=1)) / gain) ** 2)


def warnings(app: Flask, requests: Sequence[Judged]) -> list[str]:
    """What the page of each request says above its shortlist: `far`, `doubtful`, or nothing."""
    with app.app_context(), app.extensions["database"].work() as session:
        given = desk(session, app.extensions["engine"], DAY)
        found = []
        for row in requests:
            city = by_slug(session, row.city)
            if city is None:
                raise LookupError(row.city)
            shown = shortlists.of(given, as_need(row, city))
            found.append("far" if shown.far else "doubtful" if shown.doubtful else "")
    return found


def report_nothing_found(app: Flask, answered: Sequence[Judged]) -> None:
    """Of requests that nothing answers, and of those something does, how many are told so."""
    print("what the page says of the whole list: far, or doubtful")
    rows = {"nothing helps": unanswered()}
    for grade, name in ((1, "something helps a little"), (2, "answered in part"), (3, "answered")):
        rows[name] = [row for row in answered if max(row.grades.values()) == grade]
    for name, requests in rows.items():
        said = Counter(warnings(app, requests))
        print(f"  {name:26}{len(requests):4}  far {said['far']:3}  doubtful {said['doubtful']:3}")


def report(app: Flask) -> None:
    requests = read()
    found = measured(app, requests)
    numbers = np.array([int(row.identity[1:]) for row in requests])
    live, fresh = numbers >= FIRST_LIVE, numbers >= FIRST_KEPT_APART
    parts = {
        "kept apart: what formula 4 is judged by": fresh,
        "those it was looked for on": ~fresh,
        "of these, content only": ~live,
        "of these, as live requests are": live & ~fresh,
        "of these, of the two later readings": (numbers >= FIRST_POOLED) & ~fresh,
        "all": live | True,
    }
    for title, chosen in parts.items():
        print(f"judged requests, {title}: {chosen.sum()}, nDCG@{DEPTH}, and score minus each with its 95 % interval")
        score = found["score"][chosen]
        for name, values in found.items():
            apart = difference(score, values[chosen])
            told = "" if name == "score" else f"  {apart.mean:+.3f} [{apart.low:+.3f}, {apart.high:+.3f}]"
            print(f"  {name:20}{values[chosen].mean():8.3f}{told}")
    for name, values in found.items():
        if name != "score":
            shown = difference(found["score"][fresh], values[fresh]).low
            at_least(f"score minus {name}, kept apart, low end of its interval", shown, 0)
    report_nothing_found(app, [row for row, new in zip(requests, fresh, strict=True) if new])
    print("the same requests by two answers, the title their first sentence: nDCG, and that minus with a title typed")
    for name, values in measured(app, by_two_answers(requests)).items():
        if name in {"score", "theme factor alone", "text only"}:
            apart = difference(values, found[name])
            print(f"  {name:20}{values.mean():8.3f}  {apart.mean:+.3f} [{apart.low:+.3f}, {apart.high:+.3f}]")
    print("the context reckoned otherwise, all requests: nDCG, and that minus the published one")
    for name, values in measured(app, requests, other_contexts).items():
        apart = difference(values, found["score"])
        print(f"  {name:52}{values.mean():.3f}  {apart.mean:+.4f} [{apart.low:+.4f}, {apart.high:+.4f}]")
    for name in ("text only", "theme factor alone"):
        needed = {gain: enough(found["score"], found[name], gain) for gain in (0.02, 0.03, 0.05)}
        print(f"requests to show a gain over {name}: " + ", ".join(f"{gain}: {many}" for gain, many in needed.items()))
