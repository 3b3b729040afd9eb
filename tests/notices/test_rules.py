# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is told, for which reason, and when a digest is due."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.config import ROOT
from app.notices.rules import (
    FOLLOWED,
    MINE,
    REASONS,
    TOLD,
    WAITING,
    Audience,
    digest_day,
    earliest_of_digest,
    news_of_search,
    told,
)

DAY = timedelta(days=1)
NEWS = (ROOT / "app/notices/templates/notices/_news.html").read_text(encoding="utf-8")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_each_person_is_told_once_for_the_strongest_reason_and_never_of_their_own_doing() -> None:
    audience = Audience(frozenset({1, 2}), frozenset({2, 3}), frozenset({3, 4, 5}))
    assert told("solution-approved", audience, actor_id=5) == {1: WAITING, 2: WAITING, 3: MINE, 4: FOLLOWED}


def test_what_only_concerns_those_who_wait_is_told_to_nobody_else() -> None:
    audience = Audience(frozenset({1}), frozenset({2}), frozenset({3}))
    assert told("facts-due", audience, None) == {1: WAITING}
    assert told("signed-in", audience, None) == {}


def test_every_reason_told_exists() -> None:
    assert {reason for reasons in TOLD.values() for reason in reasons} <= REASONS.keys()


@pytest.mark.parametrize(
    ("now", "how", "day"),
    [
        ("2026-11-23T05:59:59", "daily", None),
        ("2026-11-23T06:00:00", "daily", date(2026, 11, 23)),
        ("2026-11-23T06:00:00", "weekly", date(2026, 11, 23)),
        ("2026-11-23T05:59:59", "weekly", date(2026, 11, 16)),
        ("2026-11-24T06:00:00", "weekly", date(2026, 11, 23)),
        ("2026-11-29T23:00:00", "weekly", date(2026, 11, 23)),
        ("2026-07-06T04:59:00", "daily", None),
        ("2026-07-06T05:00:00", "weekly", date(2026, 7, 6)),
        ("2028-02-29T06:30:00", "daily", date(2028, 2, 29)),
        ("2026-03-29T05:00:00", "daily", date(2026, 3, 29)),
        ("2026-10-25T06:00:00", "daily", date(2026, 10, 25)),
    ],
)
def test_digests_leave_at_seven_in_rome_in_winter_in_summer_and_on_the_nights_between(
    now: str, how: str, day: date | None
) -> None:
    assert digest_day(at(now), how) == day


def test_a_digest_looks_back_far_enough_to_leave_no_gap() -> None:
    day = date(2026, 11, 23)
    assert earliest_of_digest(day, "weekly") < at("2026-11-16T05:59:00")
    assert earliest_of_digest(day, "daily") < at("2026-11-22T05:59:00")


def test_a_saved_search_tells_what_it_had_not_found_before_and_came_into_force_since() -> None:
    saved = at("2026-11-22T10:00:00")
    in_force = {"vista": saved + DAY, "nuova": saved + DAY, "appena-prima": saved - DAY / 2, "vecchia": saved - 9 * DAY}
    found = ["vecchia", "nuova", "vista", "appena-prima", "archiviata"]
    assert news_of_search(found, ["vista"], in_force, saved) == ["nuova", "appena-prima"]


def test_everything_told_has_its_sentence() -> None:
    missing = [action for action in TOLD if f'"{action}": _(' not in NEWS]
    assert not missing, f"give these their sentence in _news.html: {missing}"
