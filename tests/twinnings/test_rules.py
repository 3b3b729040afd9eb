# SPDX-License-Identifier: AGPL-3.0-or-later
"""Phases, reminders, closing: the rules of a transfer."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from app.twinnings import rules
from app.twinnings.rules import Closing

TODAY = date(2026, 11, 23)


def test_the_plan_is_prefilled_and_the_transfer_plan_falls_in_the_third_month() -> None:
    planned = {item.key: item for item in rules.plan(date(2026, 11, 30))}
    assert planned["transfer-plan"].due_on == date(2027, 2, 28)
    assert [item.phase for item in planned.values()] == sorted(
        (item.phase for item in planned.values()), key=rules.PHASES.index
    )


def test_the_plan_ends_before_the_day_of_its_request_in_order_and_a_week_apart() -> None:
    began = date(2026, 11, 29)
    for by_when in (date(2027, 6, 30), began + timedelta(days=42)):
        days = [item.due_on for item in rules.plan(began, by_when, ["visita", "trasferimento"])]
        assert days[-2] == by_when
        assert all(after - before >= rules.LEAST_APART for before, after in pairwise([began, *days]))
    assert rules.plan(began, date(2028, 1, 31)) == rules.plan(began), "it is not stretched"
    assert rules.plan(began, date(2026, 4, 23)) == rules.plan(began), "a day that has passed says nothing"


def test_a_talk_a_visit_or_a_mission_has_a_short_plan() -> None:
    planned = rules.plan(date(2026, 11, 29), date(2027, 6, 30), ["colloquio", "visita"])
    assert [item.key for item in planned] == ["first-meeting", "visit", "sharing"]
    assert planned[-1].due_on == date(2027, 2, 28)
    assert [item.key for item in rules.plan(date(2026, 11, 29))] == [key for key, _, _ in rules.PLAN]


def test_how_a_plan_stands_to_the_day_of_its_request() -> None:
    began = date(2026, 11, 29)
    for by_when, formats, said in (
        (date(2026, 4, 23), (), "past"),
        (began + timedelta(days=20), (), "late"),
        (began + timedelta(days=20), ("visita",), "kept"),
        (date(2027, 6, 30), (), "kept"),
    ):
        due = [(item.key, item.due_on) for item in rules.plan(began, by_when, formats)]
        assert rules.in_time(began, by_when, due) == said


def test_a_day_of_work_has_at_most_24_hours_however_they_are_counted() -> None:
    assert [rules.wrong_hours(*asked) for asked in ((1, 0), (96, 0), (40, 56))] == [{}, {}, {}]
    assert rules.wrong_hours(0, 0) == {"hours": "no_hours"}
    assert rules.wrong_hours(97, 0) == {"hours": "too_many_hours"}
    assert rules.wrong_hours(41, 56) == {"hours": "day_full"}


def test_work_is_counted_from_the_day_it_began_to_today() -> None:
    began = TODAY - timedelta(days=3)
    days = {began - timedelta(days=1): "not_begun", began: "", TODAY: "", TODAY + timedelta(days=1): "in_future"}
    assert {day: rules.wrong_work_day(day, began, TODAY).get("on", "") for day in days} == days


def test_the_phase_is_the_first_with_something_left_to_do() -> None:
    assert rules.phase_of([("capire", True), ("adattare", False), ("riusare", False)]) == "adattare"
    assert rules.phase_of([("capire", True)]) == "riusare"
    assert rules.phase_of([]) == "riusare"


@pytest.mark.parametrize(
    ("days", "done", "reminded", "escalated", "what"),
    [
        (8, False, False, False, ""),
        (7, False, False, False, "remind"),
        (7, False, True, False, ""),
        (-6, False, True, False, ""),
        (-7, False, True, False, "escalate"),
        (-7, False, False, False, "escalate"),
        (-30, False, True, True, ""),
        (-30, True, False, False, ""),
    ],
)
def test_the_owner_is_reminded_once_then_the_coordination_once(
    days: int, done: bool, reminded: bool, escalated: bool, what: str
) -> None:
    assert rules.reminder(TODAY + timedelta(days=days), done, reminded, escalated, TODAY) == what


def test_the_outcome_is_the_best_that_a_receiver_reached() -> None:
    assert rules.outcome([{"result": "stopped"}, {"result": "adapted"}]) == "adapted"
    assert rules.outcome([]) == "stopped"


@pytest.mark.parametrize(
    ("given", "received", "odds"),
    [
        ("adopted", ["adapted"], False),
        ("adapted", ["stopped"], True),
        ("stopped", ["adopted"], True),
        ("adopted", ["stopped", "adapted"], False),
        ("stopped", ["stopped"], False),
        ("adopted", [], False),
    ],
)
def test_the_two_sides_are_at_odds_where_one_says_adopted_and_the_other_not(
    given: str, received: list[str], odds: bool
) -> None:
    told = [("giver", {"result": given}), *(("receiver", {"result": result}) for result in received)]
    assert rules.at_odds(told) is odds


def test_one_side_may_close_alone_after_a_month_only_where_the_receiver_spoke() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert not rules.may_close(["giver", "receiver"], now, now)
    assert not rules.may_close(["receiver"], now - timedelta(days=29), now)
    assert rules.may_close(["receiver"], now - timedelta(days=30), now)
    assert not rules.may_close(["giver"], now - timedelta(days=90), now)


def test_what_was_not_said_is_not_kept() -> None:
    assert Closing("adopted", months=0, indicator="").as_data() == {"result": "adopted", "months": 0}


def test_it_closes_by_itself_once_every_body_has_spoken() -> None:
    assert rules.all_spoken(["bologna", "torino"], ["torino", "bologna"])
    assert not rules.all_spoken(["bologna", "torino", "venezia"], ["torino", "bologna"])


@pytest.mark.parametrize(
    ("title", "receiver", "called"),
    [
        ("Sportello unico", "Torino", "Sportello unico (Torino)"),
        ("Sportello unico (Bologna)", "Torino", "Sportello unico (Torino)"),
        ("Sportello unico (Bari)", "Torino", "Sportello unico (Bari) (Torino)"),
        ("parola " * 14 + "ed", "Torino", f"{' '.join(['parola'] * 13)}… (Torino)"),
        ("x" * 100, "Torino", f"{'x' * 90}… (Torino)"),
    ],
)
def test_a_variant_is_called_as_its_source_and_after_who_adapts_it(title: str, receiver: str, called: str) -> None:
    assert rules.called_after(title, "Bologna", receiver) == called
    assert len(called) <= 100
