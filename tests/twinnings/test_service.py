# SPDX-License-Identifier: AGPL-3.0-or-later
"""A transfer from its first day to its last: what is kept, told, refused, and what comes back to the library."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.db import Database
from app.document.dates import ROME
from app.errors import Conflict, Invalid, NotFound
from app.journal import queries as journal
from app.needs.models import Need, Proposal
from app.needs.service import Deed
from app.solutions.rules import Spread, spreads
from app.twinnings import ending, queries, rules, service, sharing
from app.twinnings.calendar import calendar
from app.twinnings.models import Milestone
from app.twinnings.rules import Closing
from app.writing.service import current_document
from tests.makers import NOW, make_person
from tests.twinnings.exchange import LATER, Exchange

GOOD = Closing("adapted", months=8, cost=12_000, indicator="Giorni medi", before="60", after="30", worked="L'ascolto.")


def test_it_begins_with_its_bodies_people_milestones_and_kit(exchange: Exchange) -> None:
    twinning = exchange.twinning()
    assert twinning.giver is not None
    assert twinning.giver.slug == "bologna"
    assert [city.slug for city in twinning.receivers] == ["torino", "venezia"]
    assert {tie.person_id for tie in twinning.people} == {exchange.giver, exchange.receiver}
    assert twinning.phase == "capire"
    with exchange.database.reading() as session:
        assert [piece.title for piece in queries.kit(session, exchange.number)] == ["Schema di convenzione"]
    assert exchange.rows() == ["twinning-begun"]


def test_an_accepted_proposal_begins_one_twinning_only(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        proposal = session.get(Proposal, exchange.proposal)
        assert proposal is not None
        assert service.begin(session, proposal, exchange.giver, NOW) == exchange.number
    assert exchange.rows() == ["twinning-begun"]


def test_the_phase_follows_the_milestones_and_undoing_goes_back(exchange: Exchange) -> None:
    first = [item.id for item in exchange.twinning().milestones if item.phase == "capire"]
    with exchange.database.work() as session:
        for number in first:
            service.tick(session, exchange.number, number, True, exchange.deed())
    assert exchange.twinning().phase == "adattare"
    with exchange.database.work() as session:
        service.tick(session, exchange.number, first[0], False, exchange.deed())
        service.tick(session, exchange.number, first[0], False, exchange.deed())
    assert exchange.twinning().phase == "capire"
    assert exchange.rows().count("milestone-undone") == 1


def test_a_milestone_has_a_day_and_an_owner_among_its_people(exchange: Exchange) -> None:
    number = exchange.twinning().milestones[0].id
    with exchange.database.work() as session:
        service.plan_milestone(session, exchange.number, number, date(2027, 1, 8), exchange.giver, exchange.deed())
        with pytest.raises(Invalid):
            service.plan_milestone(
                session, exchange.number, number, date(2027, 1, 8), exchange.stranger, exchange.deed()
            )
        service.add_milestone(
            session, exchange.number, "Seduta di giunta", "adattare", date(2027, 2, 1), exchange.deed()
        )
        with pytest.raises(Invalid):
            service.add_milestone(session, exchange.number, " ", "adattare", date(2027, 2, 1), exchange.deed())
    titles = [item.title for item in exchange.twinning().milestones]
    assert titles[-1] == "Seduta di giunta"


def test_an_added_milestone_is_taken_away_once_and_those_of_the_plan_or_reached_stay(exchange: Exchange) -> None:
    number, deed = exchange.number, exchange.deed()
    with exchange.database.work() as session:
        for title in ("Di troppo", "Seduta"):
            service.add_milestone(session, number, title, "capire", date(2027, 2, 1), deed)
    planned, *_, wrong, held = (item.id for item in exchange.twinning().milestones)
    with exchange.database.work() as session:
        service.tick(session, number, held, True, deed)
        for kept in (planned, held):
            with pytest.raises(Conflict, match="not_added"):
                service.remove_milestone(session, number, kept, deed)
        for _again in range(2):
            service.remove_milestone(session, number, wrong, deed)
    assert [item.title for item in exchange.twinning().milestones if not item.key] == ["Seduta"]
    assert exchange.rows().count("milestone-removed") == 1


def test_the_phase_is_that_of_the_milestones_that_are_left(exchange: Exchange) -> None:
    number, deed = exchange.number, exchange.deed()
    with exchange.database.work() as session:
        for item in exchange.twinning().milestones:
            if item.phase == "capire":
                service.tick(session, number, item.id, True, deed)
        service.add_milestone(session, number, "Di troppo", "capire", date(2027, 2, 1), deed)
    assert exchange.twinning().phase == "capire"
    with exchange.database.work() as session:
        service.remove_milestone(session, number, exchange.twinning().milestones[-1].id, deed)
    assert exchange.twinning().phase == "adattare"


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (date(1926, 11, 22), "before_beginning"),
        (date(2026, 11, 21), "before_beginning"),
        (date(2026, 11, 22), ""),
        (date(2031, 11, 22), ""),
        (date(2031, 11, 23), "too_far"),
        (date(9999, 12, 31), "too_far"),
    ],
)
def test_a_milestone_and_a_meeting_have_a_day_of_their_transfer(exchange: Exchange, day: date, problem: str) -> None:
    """From the day it began, at midnight in Italy, to five years later."""
    number, deed, at = exchange.number, exchange.deed(), datetime.combine(day, time(0, 15), ROME)
    step = exchange.twinning().milestones[0].id
    attempts: dict[str, Callable[[Session], object]] = {
        "due_on": lambda s: service.add_milestone(s, number, "Seduta", "capire", day, deed),
        "due_on again": lambda s: service.plan_milestone(s, number, step, day, None, deed),
        "starts_at": lambda s: sharing.set_meeting(s, number, 0, "Avvio", at, 60, "", deed),
    }
    for field, act in attempts.items():
        with exchange.database.work() as session:
            if problem:
                with pytest.raises(Invalid) as refused:
                    act(session)
                assert refused.value.problems == {field.partition(" ")[0]: problem}
            else:
                act(session)


def test_a_transfer_that_runs_for_long_plans_a_year_more(exchange: Exchange) -> None:
    now = NOW + timedelta(days=7 * 365)
    deed, soon = replace(exchange.deed(), now=now), (now + timedelta(days=300)).date()
    with exchange.database.work() as session:
        service.add_milestone(session, exchange.number, "Seduta", "capire", soon, deed)
        with pytest.raises(Invalid):
            service.add_milestone(session, exchange.number, "Altra", "capire", soon + timedelta(days=100), deed)


def test_a_day_set_before_the_rule_keeps_nobody_from_changing_the_rest(exchange: Exchange) -> None:
    number, deed, long_ago = exchange.number, exchange.deed(), datetime(2010, 5, 3, 10, 0, tzinfo=ROME)
    with exchange.database.work() as session:
        made = sharing.set_meeting(session, number, 0, "Avvio", LATER, 60, "", deed)
        made.starts_at = long_ago
        step = session.get_one(Milestone, exchange.twinning().milestones[0].id)
        step.due_on = date(2010, 5, 3)
    with exchange.database.work() as session:
        seen = rules.seen(queries.meetings(session, number)[0].said)
        sharing.set_meeting(session, number, made.id, "Primo incontro", long_ago, 60, "", deed, seen)
        service.plan_milestone(session, number, step.id, date(2010, 5, 3), exchange.giver, deed)
    assert {"meeting-set", "milestone-planned"} <= set(exchange.rows())


def test_reminders_come_once_each(exchange: Exchange) -> None:
    due = exchange.twinning().milestones[0].due_on
    when = datetime.combine(due, NOW.timetz())
    for days, told in ((-7, 1), (-6, 0), (7, 1), (8, 0)):
        with exchange.database.work() as session:
            deed = Deed(None, when + timedelta(days=days))
            assert service.remind(session, exchange.number, deed) == told, days
    assert [row for row in exchange.rows() if row.startswith("milestone")] == ["milestone-due", "milestone-late"]


def test_a_running_twinning_is_overdue_by_its_oldest_milestone_that_is_not_done(exchange: Exchange) -> None:
    first, second = sorted(exchange.twinning().milestones, key=lambda item: item.due_on)[:2]

    def overdue(today: date) -> list[date]:
        with exchange.database.reading() as session:
            return [since for _twinning, since in queries.overdue(session, today, 5)]

    assert overdue(first.due_on) == []
    late = second.due_on + timedelta(days=1)
    assert overdue(late) == [first.due_on]
    with exchange.database.work() as session:
        service.tick(session, exchange.number, first.id, True, exchange.deed())
    assert overdue(late) == [second.due_on]


def test_only_people_of_its_bodies_join(exchange: Exchange) -> None:
    joining = exchange.number, exchange.colleague, "torino"
    with exchange.database.work() as session:
        service.add_person(session, *joining, "Referente tecnico", exchange.asking, exchange.deed())
        service.add_person(session, *joining, "", exchange.asking, exchange.deed())
        for person, body in ((exchange.stranger, "torino"), (exchange.stranger, "bari"), (999, "torino")):
            with pytest.raises(Invalid):
                service.add_person(session, exchange.number, person, body, "", exchange.asking, exchange.deed())
    assert len(exchange.twinning().people) == 3
    with exchange.database.work() as session:
        service.remove_person(session, exchange.number, exchange.colleague, exchange.asking, exchange.deed())
        with pytest.raises(NotFound):
            service.remove_person(session, exchange.number, exchange.colleague, exchange.asking, exchange.deed())


@pytest.mark.parametrize(
    ("role", "body", "may"),
    [
        (Role.OFFICIAL, "torino", True),
        (Role.COORDINATOR, "", True),
        (Role.ADMINISTRATOR, "", True),
        (Role.REFERENT, "bologna", False),
        (Role.REFERENT, "venezia", False),
        (Role.OFFICIAL, "bari", False),
    ],
)
def test_each_body_takes_only_its_own_people_off_the_list(exchange: Exchange, role: Role, body: str, may: bool) -> None:
    with exchange.database.work() as session:
        by = make_person(session, (role, body)).actor
        if may:
            service.remove_person(session, exchange.number, exchange.receiver, by, exchange.deed(by.id))
        else:
            with pytest.raises(Invalid) as refused:
                service.remove_person(session, exchange.number, exchange.receiver, by, exchange.deed(by.id))
            assert refused.value.problems == {"person": "of_another_body"}
    assert (exchange.receiver in {tie.person_id for tie in exchange.twinning().people}) is not may
    assert ("person-left" in exchange.rows()) is may


def test_each_body_puts_only_its_own_people_on_the_list(exchange: Exchange) -> None:
    joining = exchange.number, exchange.colleague, "torino", ""
    with exchange.database.work() as session:
        theirs = make_person(session, (Role.REFERENT, "bologna")).actor
        with pytest.raises(Invalid) as refused:
            service.add_person(session, *joining, theirs, exchange.deed(theirs.id))
        assert refused.value.problems == {"person": "of_another_body"}
        national = make_person(session, (Role.COORDINATOR, "")).actor
        service.add_person(session, *joining, national, exchange.deed(national.id))
    assert exchange.colleague in {tie.person_id for tie in exchange.twinning().people}


def test_who_works_for_another_body_by_now_takes_themselves_off_the_list(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        moved = Actor(exchange.receiver, frozenset({(Role.OFFICIAL, "bologna")}))
        service.remove_person(session, exchange.number, exchange.receiver, moved, exchange.deed(moved.id))
    assert exchange.receiver not in {tie.person_id for tie in exchange.twinning().people}


def test_who_leads_the_transfer_takes_nobody_of_another_body_off_the_list(exchange: Exchange) -> None:
    """Torino leads it: that gives it no say over who works on it elsewhere."""
    assert exchange.twinning().lead.slug == "torino"
    with exchange.database.work() as session, pytest.raises(Invalid):
        service.remove_person(session, exchange.number, exchange.giver, exchange.asking, exchange.deed())


def test_a_meeting_changes_by_its_sequence_and_is_cancelled_once(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        day = LATER + timedelta(days=2)
        made = sharing.set_meeting(session, exchange.number, 0, "Avvio", day, 60, "Bologna", exchange.deed())
        seen = rules.seen(made.said)
        for _time in range(2):
            sharing.set_meeting(session, exchange.number, made.id, "Avvio", day, 90, "", exchange.deed(), seen)
        with pytest.raises(Conflict):
            sharing.set_meeting(session, exchange.number, made.id, "Avvio", day, 60, "", exchange.deed(), seen)
        sharing.cancel_meeting(session, exchange.number, made.id, exchange.deed())
        sharing.cancel_meeting(session, exchange.number, made.id, exchange.deed())
        assert made.sequence == 2
        for wrong in (("", 60), ("x" * 200, 60), ("Avvio", 1)):
            with pytest.raises(Invalid):
                sharing.set_meeting(session, exchange.number, 0, wrong[0], LATER, wrong[1], "", exchange.deed())
        with pytest.raises(NotFound):
            sharing.set_meeting(session, exchange.number, 999, "Avvio", LATER, 60, "", exchange.deed())


def stopped(session: Session, exchange: Exchange) -> None:
    ending.stop(session, exchange.number, "funding", "", True, exchange.deed())


def closed(session: Session, exchange: Exchange) -> None:
    for body in ("bologna", "torino", "venezia"):
        ending.say(session, exchange.number, body, GOOD, exchange.deed())


def closed_alone(session: Session, exchange: Exchange) -> None:
    month_ago = Deed(exchange.receiver, LATER - rules.CLOSES_ALONE_AFTER)
    ending.say(session, exchange.number, "torino", GOOD, month_ago)
    ending.close_alone(session, exchange.number, exchange.deed())


@pytest.mark.parametrize("end", [stopped, closed, closed_alone], ids=lambda end: str(end.__name__))
def test_a_meeting_that_was_held_is_not_cancelled_and_those_to_come_are_where_the_transfer_ends(
    exchange: Exchange, end: Callable[[Session, Exchange], None]
) -> None:
    number, deed = exchange.number, exchange.deed()
    with exchange.database.work() as session:
        held = sharing.set_meeting(session, number, 0, "Avvio", LATER - timedelta(days=2), 60, "", deed)
        with pytest.raises(Conflict):
            sharing.cancel_meeting(session, number, held.id, deed)
        sharing.set_meeting(session, number, 0, "Piano", LATER + timedelta(days=2), 60, "", deed)
        off = sharing.set_meeting(session, number, 0, "Visita", LATER + timedelta(days=3), 60, "", deed)
        sharing.cancel_meeting(session, number, off.id, deed)
        end(session, exchange)
    with exchange.database.reading() as session:
        meetings = queries.meetings(session, number)
        assert [(item.title, item.cancelled_at is not None, item.sequence) for item in meetings] == [
            ("Avvio", False, 0),
            ("Piano", True, 1),
            ("Visita", True, 1),
        ]
        lines = calendar(meetings, "esempio.it", "Titolo", "https://esempio.it/", LATER).split("\r\n")
    said = [line for line in lines if line.startswith(("STATUS", "SEQUENCE"))]
    assert said == [
        *("SEQUENCE:0", "STATUS:CONFIRMED"),
        *("SEQUENCE:1", "STATUS:CANCELLED"),
        *("SEQUENCE:1", "STATUS:CANCELLED"),
    ]
    assert exchange.rows().count("meeting-cancelled") == 2
    with exchange.database.work() as session, pytest.raises(Conflict):
        sharing.set_meeting(session, number, meetings[1].id, "Piano", LATER + timedelta(days=4), 60, "", deed)


@pytest.mark.parametrize(("role", "body", "there"), [(Role.COORDINATOR, "", False), (Role.REFERENT, "torino", True)])
def test_who_published_the_round_takes_part_only_where_they_work_for_the_body_that_asks(
    registered: Database, role: Role, body: str, there: bool
) -> None:
    with registered.work() as session:
        asking = make_person(session, (role, body), name="Asking").id
    exchange = Exchange(registered, asked_by=asking)
    people = {(tie.person_id, tie.city_id) for tie in exchange.twinning().people}
    torino = exchange.twinning().lead_id
    assert ((asking, torino) in people) is there
    assert (exchange.receiver, torino) in people


def test_notes_kit_hours_and_readiness_are_kept_or_refused_with_the_field(exchange: Exchange) -> None:
    number, deed = exchange.number, exchange.deed()
    with exchange.database.work() as session:
        sharing.write_note(session, number, "Primo scambio fatto.", deed)
        sharing.count_hours(session, number, "torino", LATER.date(), 6, "Riunione", deed)
        sharing.answer_readiness(
            session, number, "torino", "Convenzione con i comuni", "planned", "Segreteria", None, deed
        )
        (answer,) = queries.readiness(session, number)
        seen = rules.seen(answer.said)
        for _time in range(2):
            sharing.answer_readiness(session, number, "torino", "Convenzione con i comuni", "yes", "", None, deed, seen)
        with pytest.raises(Conflict):
            sharing.answer_readiness(session, number, "torino", "Convenzione con i comuni", "no", "", None, deed, seen)
        (piece,) = queries.kit(session, number)
        sharing.check_kit(session, number, {piece.id: {"adapted": True}}, deed)
        assert piece.received_at == piece.adapted_at == LATER
        (answer,) = queries.readiness(session, number)
        assert answer.answer == "yes"
        attempts: list[Callable[[], object]] = [
            lambda: sharing.write_note(session, number, " ", deed),
            lambda: sharing.count_hours(session, number, "bari", LATER.date(), 6, "", deed),
            lambda: sharing.count_hours(session, number, "torino", LATER.date() + timedelta(days=1), 6, "", deed),
            lambda: sharing.count_hours(session, number, "torino", LATER.date(), 0, "", deed),
            lambda: sharing.answer_readiness(session, number, "torino", "Altro", "yes", "", None, deed),
            # Who gives has nothing to meet: its answer would count among those of who receives.
            lambda: sharing.answer_readiness(
                session, number, "bologna", "Convenzione con i comuni", "yes", "", None, exchange.deed(exchange.giver)
            ),
        ]
        for act in attempts:
            with pytest.raises(Invalid):
                act()
        with pytest.raises(NotFound):
            sharing.check_kit(session, number, {999: {"received": True}}, deed)


def test_when_every_body_has_spoken_it_closes_and_the_source_says_who_re_used_it(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        assert not ending.say(
            session, exchange.number, "bologna", replace(GOOD, cost=None), exchange.deed(exchange.giver)
        )
    for _time in range(2):
        with exchange.database.work() as session:
            assert not ending.say(session, exchange.number, "torino", GOOD, exchange.deed())
    assert exchange.rows().count("closing-said") == 2, "the same form sent again, after no answer came, is told once"
    assert exchange.twinning().state == "running"
    with exchange.database.work() as session:
        assert ending.say(session, exchange.number, "venezia", replace(GOOD, months=14, cost=None), exchange.deed())
    assert exchange.twinning().state == "closed"
    solution = exchange.solution()
    assert solution.evidence_level == 5
    assert [tie.city.slug for tie in solution.reuses] == ["torino", "venezia"]
    assert solution.front["reused_by"][0] == {
        "city": "torino",
        "period": {"start": NOW.date().isoformat(), "end": LATER.date().isoformat()},
        "lead": True,
        "result": "adattata",
        "months": 8,
        "cost": 12_000,
    }
    assert spreads(solution.front) == {"months": Spread(8, 14), "cost": Spread(12_000, 12_000)}
    assert solution.revision_number == 2
    with exchange.database.reading() as session:
        need = session.get(Need, exchange.twinning().need_id)
        assert need is not None
        assert (need.state, need.outcome) == ("closed", "solved")
    assert exchange.rows()[-1] == "twinning-closed"
    with exchange.database.work() as session, pytest.raises(Conflict):
        ending.say(session, exchange.number, "torino", GOOD, exchange.deed())


def test_to_tell_how_it_went_is_the_step_that_is_done_once_it_closes(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        closed(session, exchange)
    done = {item.key: item.done_at for item in exchange.twinning().milestones}
    assert done["sharing"] == LATER
    assert not [key for key, at in done.items() if at is not None and key != "sharing"], "what was not done was not"


def test_a_transfer_nobody_adopted_raises_no_evidence(exchange: Exchange) -> None:
    before = exchange.solution().revision_number
    with exchange.database.work() as session:
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, Closing("stopped"), exchange.deed())
    assert exchange.twinning().state == "closed"
    assert exchange.solution().revision_number == before


def test_what_is_made_up_for_trying_the_site_changes_no_real_solution(registered: Database) -> None:
    exchange = Exchange(registered, demonstration=True)
    with registered.work() as session:
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, GOOD, exchange.deed())
    assert exchange.twinning().state == "closed"
    assert exchange.solution().reuses == []


@pytest.mark.parametrize(
    "closing",
    [Closing("perfect"), replace(GOOD, months=-1), replace(GOOD, cost=10**9), replace(GOOD, worked="x" * 5_000)],
)
def test_a_closing_form_that_makes_no_sense_is_refused_whole(exchange: Exchange, closing: Closing) -> None:
    with pytest.raises(Invalid), exchange.database.work() as session:
        ending.say(session, exchange.number, "torino", closing, exchange.deed())
    with exchange.database.reading() as session:
        assert queries.closing(session, exchange.number) == []


def test_one_side_closes_alone_after_a_month_of_silence(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        ending.say(session, exchange.number, "torino", GOOD, exchange.deed())
        with pytest.raises(Conflict):
            ending.close_alone(session, exchange.number, exchange.deed())
    with exchange.database.work() as session:
        ending.close_alone(session, exchange.number, Deed(exchange.receiver, LATER + timedelta(days=31)))
    assert exchange.twinning().state == "closed"


def test_a_stop_has_a_reason_and_opens_the_request_again(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        for reason, text in (("boredom", ""), ("other", " ")):
            with pytest.raises(Invalid):
                ending.stop(session, exchange.number, reason, text, True, exchange.deed())
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed())
    twinning = exchange.twinning()
    assert (twinning.state, twinning.stop_reason, twinning.stop_public) == ("stopped", "funding", True)
    with exchange.database.reading() as session:
        need = session.get(Need, twinning.need_id)
        assert need is not None
        assert need.state == "open"
    with exchange.database.work() as session, pytest.raises(Conflict):
        sharing.write_note(session, exchange.number, "Ancora?", exchange.deed())


def test_a_transfer_that_a_receiver_adopted_is_not_stopped_any_more_unless_it_says_otherwise(
    exchange: Exchange,
) -> None:
    with exchange.database.work() as session:
        ending.say(session, exchange.number, "torino", Closing("adapted"), exchange.deed())
        with pytest.raises(Conflict, match="adopted_already"):
            ending.stop(session, exchange.number, "funding", "", True, exchange.deed(exchange.giver))
    assert exchange.twinning().state == "running"
    with exchange.database.work() as session:
        seen = rules.seen(Closing("adapted").as_data())
        ending.say(session, exchange.number, "torino", Closing("stopped"), exchange.deed(), seen=seen)
        ending.stop(session, exchange.number, "funding", "", True, exchange.deed(exchange.giver))
    assert exchange.twinning().state == "stopped"


def test_the_variant_begins_as_a_draft_of_the_receiver_tied_to_its_source(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        variant = ending.begin_variant(session, exchange.number, "torino", exchange.deed())
        assert not variant.published
        document = current_document(session, variant)
        assert document.front["based_on"] == exchange.solution().slug
        assert document.front["city"] == "torino"
        assert "sportello" in document.section("Soluzione adottata")
        assert ending.begin_variant(session, exchange.number, "torino", exchange.deed()).id == variant.id
        with pytest.raises(Invalid):
            ending.begin_variant(session, exchange.number, "bologna", exchange.deed())
    assert exchange.rows()[-1] == "variant-begun"


@pytest.mark.parametrize("begun_before", [True, False])
def test_what_the_receiver_told_is_in_its_variant_unless_its_authors_said_otherwise(
    exchange: Exchange, begun_before: bool
) -> None:
    told = replace(GOOD, before="28,5", after="9")
    with exchange.database.work() as session:
        if begun_before:
            ending.begin_variant(session, exchange.number, "torino", exchange.deed())
        ending.say(session, exchange.number, "torino", told, exchange.deed())
        variant = ending.begin_variant(session, exchange.number, "torino", exchange.deed())
        front = current_document(session, variant).front
        assert front["resources"] == {"one_off_cost": 12_000, "months": 8}
        assert front["indicators"] == [{"name": "Giorni medi", "before": 28.5, "after": 9}]
        seen = rules.seen(told.as_data())
        ending.say(session, exchange.number, "torino", replace(told, months=11), exchange.deed(), seen=seen)
        assert current_document(session, variant).front["resources"]["months"] == 8


def test_what_is_not_there_is_missing(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        with pytest.raises(NotFound):
            sharing.write_note(session, 999, "x", exchange.deed())
        with pytest.raises(NotFound):
            service.tick(session, exchange.number, 999, True, exchange.deed())
        with pytest.raises(NotFound):
            ending.begin_variant(session, 999, "torino", exchange.deed())


def test_any_body_may_lead(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        service.choose_lead(session, exchange.number, "venezia", exchange.deed())
        service.choose_lead(session, exchange.number, "venezia", exchange.deed())
        with pytest.raises(Invalid):
            service.choose_lead(session, exchange.number, "bari", exchange.deed())
    assert exchange.twinning().lead.slug == "venezia"
    assert exchange.rows().count("lead-chosen") == 1


def test_minutes_are_kept_with_their_meeting(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        meeting = sharing.set_meeting(session, exchange.number, 0, "Avvio", LATER, 60, "", exchange.deed()).id
        sharing.keep_minutes(session, exchange.number, meeting, " Si parte dai moduli. ", exchange.deed())
        sharing.keep_minutes(session, exchange.number, meeting, "Si parte dai moduli.", exchange.deed())
        with pytest.raises(Invalid):
            sharing.keep_minutes(session, exchange.number, meeting, "x" * 5_000, exchange.deed())
    with exchange.database.reading() as session:
        assert queries.meetings(session, exchange.number)[0].minutes_text == "Si parte dai moduli."
    assert exchange.rows().count("minutes-kept") == 1
    with exchange.database.work() as session, pytest.raises(Conflict):
        sharing.keep_minutes(session, exchange.number, meeting, "Altro.", exchange.deed(exchange.giver))


def test_a_tick_of_the_kit_writes_nothing_else_and_what_is_adapted_was_received(exchange: Exchange) -> None:
    number = exchange.number

    def ticked(**boxes: bool) -> tuple[bool, bool]:
        with exchange.database.work() as session:
            (piece,) = queries.kit(session, number)
            sharing.check_kit(session, number, {piece.id: boxes}, exchange.deed())
            return piece.received_at is not None, piece.adapted_at is not None

    assert ticked(received=True) == (True, False)
    assert ticked(adapted=True) == (True, True)
    assert ticked(received=True) == (True, True)
    assert ticked(received=False) == (True, True), "somebody else says that it is adapted"
    assert exchange.rows().count("kit-checked") == 2
    assert ticked(received=False, adapted=False) == (False, False)


def test_minutes_that_a_form_only_carried_along_take_back_nothing_that_was_written_since(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        meeting = sharing.set_meeting(session, exchange.number, 0, "Avvio", LATER, 60, "", exchange.deed()).id
        sharing.keep_minutes(session, exchange.number, meeting, "Si parte dai moduli.", exchange.deed())
        sharing.keep_minutes(session, exchange.number, meeting, "", exchange.deed())
        assert queries.meetings(session, exchange.number)[0].minutes_text == "Si parte dai moduli."
        seen = rules.seen("Si parte dai moduli.")
        sharing.keep_minutes(session, exchange.number, meeting, "", exchange.deed(), seen)
        assert queries.meetings(session, exchange.number)[0].minutes_text == ""


def test_pieces_are_added_to_the_kit_each_once(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        sharing.add_piece(session, exchange.number, "Tracciato  dei dati", exchange.deed())
        for title in ("", "Tracciato dei dati", "x" * 300):
            with pytest.raises(Invalid):
                sharing.add_piece(session, exchange.number, title, exchange.deed(exchange.colleague))
    with exchange.database.reading() as session:
        assert queries.kit(session, exchange.number)[-1].title == "Tracciato dei dati"


def need_rows(exchange: Exchange) -> list[str]:
    with exchange.database.reading() as session:
        return [row.action for row in journal.of_thing(session, "need", str(exchange.twinning().need_id))]


def test_what_becomes_of_the_request_is_written_down(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        ending.stop(session, exchange.number, "funding", "", False, exchange.deed())
    assert need_rows(exchange) == ["need-reopened"]


def test_a_transfer_that_was_not_adopted_says_so_on_its_request(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        for body in ("bologna", "torino", "venezia"):
            ending.say(session, exchange.number, body, Closing("stopped"), exchange.deed())
    assert need_rows(exchange) == ["need-closed"]
    with exchange.database.reading() as session:
        need = session.get(Need, exchange.twinning().need_id)
        assert need is not None
        assert (need.state, need.outcome) == ("closed", "not-adopted")
    assert exchange.twinning().phase == "capire", "its phases were not gone through"


@pytest.mark.parametrize(("torino", "outcome"), [("stopped", "not-adopted"), ("adapted", "solved"), ("", "solved")])
def test_a_request_ends_as_its_city_says_and_as_those_that_joined_where_that_says_nothing(
    exchange: Exchange, torino: str, outcome: str
) -> None:
    with exchange.database.work() as session:
        if torino:
            ending.say(session, exchange.number, "torino", Closing(torino), exchange.deed())
        ending.say(session, exchange.number, "venezia", Closing("adopted"), exchange.deed())
        ending.close_alone(session, exchange.number, Deed(exchange.receiver, LATER + timedelta(days=31)))
    with exchange.database.reading() as session:
        need = session.get(Need, exchange.twinning().need_id)
        assert need is not None
        assert need.outcome == outcome


def test_those_who_joined_the_request_are_among_its_people(registered: Database) -> None:
    exchange = Exchange(registered, joined=True)
    people = {(tie.person_id, tie.city_id) for tie in exchange.twinning().people}
    venezia = next(tie.city_id for tie in exchange.twinning().parties if tie.city.slug == "venezia")
    assert (exchange.colleague, venezia) in people


def test_who_offered_is_among_its_people_for_the_giver(registered: Database) -> None:
    exchange = Exchange(registered, offered=True)
    twinning = exchange.twinning()
    assert {tie.person_id: tie.city_id for tie in twinning.people} == {
        exchange.giver: twinning.parties[0].city_id,
        exchange.receiver: twinning.lead_id,
    }
    assert twinning.parties[0].role == "giver"


def test_who_offered_and_works_there_no_longer_is_not(registered: Database) -> None:
    with registered.work() as session:
        elsewhere = make_person(session, (Role.OFFICIAL, "bari")).id
    assert elsewhere not in {
        tie.person_id for tie in Exchange(registered, offered=True, asked_by=elsewhere).twinning().people
    }


def test_what_the_request_said_of_preconditions_is_the_leads_first_answer(registered: Database) -> None:
    exchange = Exchange(registered, answers={"Piattaforma telematica": "no", "Di un’altra soluzione": "yes"})
    with registered.reading() as session:
        told = queries.readiness(session, exchange.number)
        assert [(item.city_id, item.precondition, item.answer) for item in told] == [
            (exchange.twinning().lead_id, "Piattaforma telematica", "no")
        ]
