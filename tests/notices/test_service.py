# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens is told to those it concerns: once, by what they chose, never to those who may not read it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access import NOBODY, Actor, Role
from app.accounts import erasure, roles
from app.accounts import queries as accounts
from app.accounts.models import Person
from app.db import Database
from app.errors import Invalid, NotFound
from app.journal.models import JournalEntry
from app.journal.service import record
from app.notices import audiences, chores, mailing, own_data, queries, rules, service
from app.notices.models import Notice
from app.notices.rules import Audience
from app.notices.unsubscribe import Unsubscribing
from app.outbox import service as outbox
from app.outbox.models import Letter
from app.review.models import Comment
from app.solutions import queries as solutions
from tests import races
from tests.makers import NOW, make_person, make_solution

ADMINISTRATOR = Actor(1, frozenset({(Role.ADMINISTRATOR, "")}))
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def path(person_id: int, reason: str) -> str:
    return f"/disiscrizione/{person_id}-{reason}"


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("stores", ["postgres"], indirect=True)
def test_of_two_workers_one_tells_and_the_other_goes_on_after_it(
    registered: Database, people: dict[str, Person]
) -> None:
    for _ in range(2):
        happened(registered, "solution-approved", "pubblica")
        with ThreadPoolExecutor(1) as pool:
            with registered.work() as session:
                assert service.distribute(session, NOW, path) == 1
                other = pool.submit(distribute, registered)
                races.one_waits(registered)
            assert other.result(30) == 0


def letters(session: Session) -> list[Letter]:
    return session.query(Letter).order_by(Letter.id).all()


def distribute(database: Database) -> int:
    with database.work() as session:
        return service.distribute(session, NOW, path)


def send_digests(session: Session, now: datetime) -> int:
    due = mailing.due_digests(session, now)
    return sum(mailing.send_digest(session, *whose, now, path) for whose in due)


def mailed(session: Session, person: int) -> dict[str, str]:
    """How somebody chose to be mailed."""
    return {reason: item.mail for (_person, reason), item in queries.preferences(session, [person]).items()}


def happened(database: Database, action: str, slug: str, actor: Person | None = None, **data: object) -> None:
    with database.work() as session:
        record(session, NOW, actor.id if actor else None, action, "solution", slug, body="bologna", data=data)


@pytest.fixture
def people(registered: Database) -> dict[str, Person]:
    with registered.work() as session:
        make_solution(session, "pubblica", title="Sportello unico")
        make_solution(session, "bozza", title="Bozza riservata", badge=None)
        return {
            "referent": make_person(session, (Role.REFERENT, "bologna")),
            "official": make_person(session, (Role.OFFICIAL, "bologna")),
            "expert": make_person(session, (Role.EXPERT, "suap")),
            "stranger": make_person(session, (Role.OFFICIAL, "torino")),
        }


def test_what_somebody_decided_waits_for_nobody_else(registered: Database, people: dict[str, Person]) -> None:
    with registered.work() as session:
        other = make_person(session, (Role.REFERENT, "bologna"))
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    distribute(registered)
    with registered.reading() as session:
        assert queries.unread(session, other.id) == 1
    happened(registered, "solution-approved", "bozza", people["referent"], step="approval", next="")
    distribute(registered)
    with registered.reading() as session:
        [waited] = [found for found in queries.every_notice(session, other.id) if found.reason == rules.WAITING]
        assert waited.read_at is not None
        assert waited.data["settled"]
        assert queries.unread(session, other.id) == 0


def test_one_report_dealt_with_leaves_the_others_waiting(registered: Database, people: dict[str, Person]) -> None:
    for number in (1, 2):
        happened(registered, "error-reported", "pubblica", comment=number)
    happened(registered, "comment-resolved", "pubblica", people["official"], comment=1, kind="report")
    distribute(registered)
    with registered.reading() as session:
        found = {
            notice.data["comment"]: bool(notice.data.get("settled"))
            for notice in queries.every_notice(session, people["referent"].id)
            if notice.action == "error-reported"
        }
    assert found == {1: True, 2: False}


def test_what_takes_the_place_of_something_leaves_only_itself_waiting(
    registered: Database, people: dict[str, Person]
) -> None:
    with registered.work() as session:
        other = make_person(session, (Role.REFERENT, "bologna"))
    happened(registered, "solution-approved", "bozza", people["referent"], step="approval", next="validation")
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval", replaces=1)
    for person in (people["referent"], other):
        happened(registered, "review-assigned", "bozza", people["official"], step="approval", person=person.id)
    distribute(registered)

    def waits(person: Person) -> dict[str, bool]:
        found = [one for one in queries.every_notice(session, person.id) if one.reason == rules.WAITING]
        return {one.action: not one.data.get("settled") for one in found}

    with registered.reading() as session:
        assert waits(people["expert"]) == {"solution-approved": False}
        assert waits(people["referent"]) == {"solution-submitted": True, "review-assigned": False}
        assert waits(other) == {"solution-submitted": True, "review-assigned": True}
    happened(registered, "review-released", "bozza", other, step="approval")
    distribute(registered)
    with registered.reading() as session:
        assert waits(other)["review-assigned"] is False


def test_what_settles_something_is_written_in_the_journal_and_what_is_settled_is_told() -> None:
    assert {action for settled in rules.SETTLES.values() for action in settled} <= rules.TOLD.keys()


def told(database: Database, person: Person) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(item.action, item.reason) for item in queries.notices(session, person.id, 50)]


def test_whose_turn_it_is_hears_at_once_on_the_site_and_by_letter(
    registered: Database, people: dict[str, Person]
) -> None:
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    assert distribute(registered) == 1
    assert told(registered, people["referent"]) == [("solution-submitted", "waiting")]
    assert told(registered, people["official"]) == []
    assert told(registered, people["stranger"]) == []
    with registered.reading() as session:
        (letter,) = letters(session)
        assert (letter.kind, letter.recipient) == ("news", people["referent"].email)
        assert letter.data["news"][0]["data"]["title"] == "Bozza riservata"
        assert letter.data["unsubscribe"] == path(people["referent"].id, "waiting")


def test_nothing_is_told_twice_however_often_the_journal_is_read(
    registered: Database, people: dict[str, Person]
) -> None:
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    assert [distribute(registered), distribute(registered)] == [1, 0]
    with registered.work() as session:
        service.distribute(session, NOW, path)
        cursor = queries.cursor(session, service.FOLLOWER)
        assert cursor is not None
        cursor.position = "0"
    assert distribute(registered) == 1
    assert len(told(registered, people["referent"])) == 1
    with registered.reading() as session:
        assert len(letters(session)) == 1


def test_a_step_that_is_rolled_back_tells_nothing_and_is_told_later(
    registered: Database, people: dict[str, Person]
) -> None:
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    with pytest.raises(RuntimeError), registered.work() as session:
        service.distribute(session, NOW, path)
        raise RuntimeError("killed between")
    assert told(registered, people["referent"]) == []
    assert distribute(registered) == 1
    assert len(told(registered, people["referent"])) == 1


def test_followers_hear_of_what_they_may_read_only(registered: Database, people: dict[str, Person]) -> None:
    with registered.work() as session:
        for slug in ("pubblica", "bozza"):
            service.start_following(session, people["stranger"].id, "solution", slug, slug, [], NOW)
    happened(registered, "solution-approved", "pubblica", people["referent"], step="approval", live=True)
    happened(registered, "solution-approved", "bozza", people["referent"], step="approval", live=True)
    distribute(registered)
    assert told(registered, people["stranger"]) == [("solution-approved", "followed")]


@pytest.mark.parametrize(
    ("kind", "key"),
    [("city", "bologna"), ("theme", "suap"), ("theme", "semplificazione"), ("act", "d-p-r-160-2010")],
)
def test_following_a_city_or_a_theme_tells_of_its_solutions(
    registered: Database, people: dict[str, Person], kind: str, key: str
) -> None:
    with registered.work() as session:
        if kind == "act":
            key = make_solution(session, "pubblica", title="Sportello unico").acts[0].act.slug
        service.start_following(session, people["stranger"].id, kind, key, key, [], NOW)
    happened(registered, "solution-validated", "pubblica", people["expert"], live=True)
    distribute(registered)
    assert told(registered, people["stranger"]) == [("solution-validated", "followed")]


def test_the_owner_hears_of_an_error_a_reader_reported(registered: Database, people: dict[str, Person]) -> None:
    happened(registered, "error-reported", "pubblica", comment=1)
    distribute(registered)
    assert told(registered, people["official"]) == [("error-reported", "waiting")]
    assert told(registered, people["stranger"]) == []


def test_somebody_disabled_is_told_nothing(registered: Database, people: dict[str, Person]) -> None:
    with registered.work() as session:
        gone = session.get(Person, people["referent"].id)
        assert gone is not None
        gone.disabled_at = NOW
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    distribute(registered)
    assert told(registered, people["referent"]) == []


def test_what_is_wanted_in_a_digest_waits_for_it_and_goes_once(registered: Database, people: dict[str, Person]) -> None:
    with registered.work() as session:
        service.choose(session, people["referent"].id, "waiting", "daily")
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    distribute(registered)
    with registered.work() as session:
        assert letters(session) == []
        assert send_digests(session, MONDAY.replace(hour=5)) == 0
        assert send_digests(session, MONDAY) == 1
        assert send_digests(session, MONDAY + timedelta(minutes=5)) == 0
        assert [letter.kind for letter in letters(session)] == ["newsletter"]


@pytest.mark.parametrize("kept", [True, False])
def test_a_digest_quotes_no_remark_to_who_lost_the_role_meanwhile(
    registered: Database, people: dict[str, Person], kept: bool
) -> None:
    official = people["official"]
    happened(registered, "solution-submitted", "bozza", official, step="approval")
    with registered.work() as session:
        service.choose(session, official.id, "mine", "daily")
        draft = solutions.by_slug(session, "bozza")
        assert draft is not None
        remark = Comment(solution_id=draft.id, text="Da non dire", created_at=NOW)
        session.add(remark)
    happened(registered, "comment-added", "bozza", people["referent"], comment=remark.id, kind="review")
    distribute(registered)
    with registered.work() as session:
        person = accounts.locked(session, official.id)
        assert person is not None
        if not kept:
            roles.take_role(session, ADMINISTRATOR, person, person.assignments[0].id, NOW)
        send_digests(session, MONDAY)
        quoted = [letter for letter in letters(session) if "Da non dire" in str(letter.data)]
        assert [letter.recipient for letter in quoted] == ([official.email] if kept else [])


def test_one_act_that_brings_much_to_a_reader_brings_one_letter(
    registered: Database, people: dict[str, Person]
) -> None:
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    happened(registered, "solution-submitted", "pubblica", people["official"], step="approval")
    happened(registered, "error-reported", "pubblica", comment=1)
    distribute(registered)
    with registered.reading() as session:
        to_referent = [letter for letter in letters(session) if letter.recipient == people["referent"].email]
        assert [(letter.kind, len(letter.data["news"])) for letter in to_referent] == [("newsletter", 2), ("news", 1)]
        assert all(notice.mailed_at for notice in queries.every_notice(session, people["referent"].id))


def test_what_was_done_at_other_times_is_told_in_letters_of_their_own_in_their_order(
    registered: Database, people: dict[str, Person]
) -> None:
    with registered.work() as session:
        for minute, (action, slug) in enumerate(
            (("solution-submitted", "bozza"), ("error-reported", "pubblica"), ("solution-submitted", "pubblica"))
        ):
            data = {"step": "approval"} if action == "solution-submitted" else {"comment": 1}
            at = NOW + timedelta(minutes=minute)
            record(session, at, people["official"].id, action, "solution", slug, body="bologna", data=data)
    distribute(registered)
    with registered.reading() as session:
        told = [letter.data["news"] for letter in letters(session) if letter.recipient == people["referent"].email]
    assert [[item["action"] for item in news] for news in told] == [
        ["solution-submitted"],
        ["error-reported"],
        ["solution-submitted"],
    ]


def test_what_was_done_before_it_was_told_is_mailed_to_nobody(registered: Database, people: dict[str, Person]) -> None:
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    happened(registered, "solution-approved", "bozza", people["referent"], step="approval", next="")
    distribute(registered)
    with registered.reading() as session:
        assert people["referent"].email not in {letter.recipient for letter in letters(session)}


def test_a_clock_set_back_doubles_no_digest(registered: Database, people: dict[str, Person]) -> None:
    with registered.work() as session:
        service.choose(session, people["referent"].id, "waiting", "daily")
    for number in range(2):
        happened(registered, "solution-submitted", "bozza", people["official"], step="approval", number=number)
        distribute(registered)
        with registered.work() as session:
            send_digests(session, MONDAY - timedelta(minutes=30 * number))
    with registered.reading() as session:
        assert len(letters(session)) == 1


def test_no_news_no_digest(registered: Database, people: dict[str, Person]) -> None:
    with registered.work() as session:
        assert send_digests(session, MONDAY) == 0


def test_who_chose_never_gets_no_letter_but_the_notice(registered: Database, people: dict[str, Person]) -> None:
    with registered.work() as session:
        service.choose(session, people["referent"].id, "waiting", "never")
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    distribute(registered)
    assert len(told(registered, people["referent"])) == 1
    with registered.work() as session:
        send_digests(session, MONDAY)
        assert letters(session) == []


def test_a_saved_search_tells_of_each_new_solution_once(registered: Database, people: dict[str, Person]) -> None:
    person = people["stranger"]
    with registered.work() as session:
        service.start_following(session, person.id, "search", "q=sportello", "sportello", ["vecchia"], NOW)
        (follow,) = queries.follows(session, person.id)
        found = {"vecchia": "Vecchia", "nuova": "Nuova"}
        assert service.tell_found(session, follow.id, found, NOW, path) == 1
        assert service.tell_found(session, follow.id, found, NOW, path) == 0
        service.stop_following(session, person.id, "search", "q=sportello")
    with registered.work() as session:
        assert service.tell_found(session, follow.id, {"altra": "Altra"}, NOW, path) == 0
    assert told(registered, person) == [("search-found", "search")]


def test_a_search_saved_anew_under_the_number_of_one_given_up_tells_what_it_finds(
    registered: Database, people: dict[str, Person]
) -> None:
    person, found = people["stranger"], {"a" * 120: "Un nome lungo quanto può essere"}
    for later in (0, 1):
        with registered.work() as session:
            service.start_following(session, person.id, "search", "q=uno", "uno", [], NOW + timedelta(days=later))
            (follow,) = queries.follows(session, person.id)
            assert service.tell_found(session, follow.id, found, NOW, path) == 1
            service.stop_following(session, person.id, "search", "q=uno")
    assert told(registered, person) == [("search-found", "search")] * 2


def test_following_twice_is_following_once_and_has_a_limit(registered: Database, people: dict[str, Person]) -> None:
    person = people["stranger"].id
    with registered.work() as session:
        for _ in range(2):
            service.start_following(session, person, "theme", "suap", "SUAP", [], NOW)
        assert len(queries.follows(session, person)) == 1
        service.stop_following(session, person, "theme", "suap")
        service.stop_following(session, person, "theme", "suap")
        assert queries.follows(session, person) == []
        for number in range(rules.MOST_FOLLOWED):
            service.start_following(session, person, "search", f"q={number}", "x", [], NOW)
        with pytest.raises(Invalid):
            service.start_following(session, person, "theme", "suap", "SUAP", [], NOW)
        with pytest.raises(Invalid):
            service.start_following(session, person, "weather", "suap", "SUAP", [], NOW)


def test_a_button_pressed_twice_at_once_follows_or_chooses_once(
    registered: Database, people: dict[str, Person]
) -> None:
    person = people["stranger"].id

    def follow(session: Session) -> None:
        service.start_following(session, person, "theme", "suap", "SUAP", [], NOW)

    def choose(session: Session) -> None:
        service.choose(session, person, rules.MINE, "daily")

    for act in (follow, choose):
        assert races.at_once(*[races.working(registered, act)] * 4) == ["done"] * 4
    with registered.reading() as session:
        assert len(queries.follows(session, person)) == 1
        assert mailed(session, person) == {rules.MINE: "daily"}


def test_nobody_reads_or_marks_the_notices_of_another(registered: Database, people: dict[str, Person]) -> None:
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    distribute(registered)
    with registered.work() as session:
        (notice,) = queries.notices(session, people["referent"].id, 5)
        with pytest.raises(NotFound):
            service.mark_read(session, people["official"].id, notice.id, NOW)
        service.mark_read(session, people["referent"].id, notice.id, NOW)
        assert queries.unread(session, people["referent"].id) == 0
        service.mark_all_read(session, people["referent"].id, NOW)


def test_a_choice_that_does_not_exist_is_refused(registered: Database, people: dict[str, Person]) -> None:
    with registered.work() as session:
        for reason, mail in (("waiting", "hourly"), ("gossip", "now")):
            with pytest.raises(Invalid):
                service.choose(session, people["official"].id, reason, mail)


def test_a_link_that_ends_letters_cannot_be_made_up(app: Flask) -> None:
    signed = Unsubscribing("chiave")
    token = signed.path(7, "waiting").rpartition("/")[2]
    assert signed.read(token) == (7, "waiting")
    for wrong in (
        token[:-1],
        "x",
        Unsubscribing("altra").path(7, "waiting").rpartition("/")[2],
        signed.path(7, "x").rpartition("/")[2],
    ):
        with pytest.raises(NotFound):
            signed.read(wrong)


def found_by_search(person: int, key: str, at: datetime) -> Notice:
    what = {"source": f"search:1:{key}", "reason": "search", "action": "search-found", "kind": "solution", "key": key}
    data = {"title": key, "path": "/x", "search": "s", "query": "q"}
    return Notice(person_id=person, data=data, created_at=at, **what)


def test_the_weekly_digest_of_a_monday_without_a_worker_leaves_later_and_holds_the_same(
    registered: Database, people: dict[str, Person]
) -> None:
    person = people["stranger"].id
    days = {"before": -timedelta(days=1), "after": timedelta(hours=30)}
    with registered.work() as session:
        for key, delay in days.items():
            service.tell(session, [found_by_search(person, key, MONDAY + delay)], path)
    with registered.work() as session:
        assert send_digests(session, MONDAY + timedelta(days=2)) == 1
        assert send_digests(session, MONDAY + timedelta(days=3)) == 0
        (letter,) = [item for item in letters(session) if item.kind == "newsletter"]
        assert [item["data"]["title"] for item in letter.data["news"]] == ["before"]
        assert set(letter.data["unsubscribe"].rpartition("-")[2].split("+")) == {"followed", "search"}
    with registered.work() as session:
        assert send_digests(session, MONDAY + timedelta(days=7)) == 1


def test_a_row_that_cannot_be_told_keeps_nobody_elses_news_back(
    registered: Database, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = audiences.AUDIENCES["solution"]

    def broken(session: Session, entry: JournalEntry) -> Audience | None:
        if entry.key == "sbagliata":
            raise KeyError("person")
        return told(session, entry)

    monkeypatch.setitem(audiences.AUDIENCES, "solution", broken)
    with registered.work() as session:
        for key in ("sbagliata", "altra"):
            record(session, NOW, None, "facts-confirmed", "solution", key)
    troubles: list[tuple[int, Exception]] = []
    with registered.work() as session:
        assert service.distribute(session, NOW, path, troubles) >= 2
    assert len(troubles) == 1
    with registered.work() as session:
        assert service.distribute(session, NOW, path, troubles) == 0


def test_a_digest_that_cannot_be_made_keeps_nobody_elses_back(
    app: Flask, registered: Database, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted((people["referent"].id, people["official"].id))
    made = mailing.send_digest

    def broken(session: Session, person_id: int, *rest: Any) -> bool:
        if person_id == first:
            raise KeyError("title")
        return made(session, person_id, *rest)

    monkeypatch.setattr(mailing, "due_digests", lambda *_: [(first, "daily"), (second, "daily")])
    monkeypatch.setattr(mailing, "send_digest", broken)
    monkeypatch.setattr(chores, "_now", lambda: NOW + timedelta(days=1))
    with registered.work() as session:
        service.choose(session, second, rules.WAITING, "daily")
    happened(registered, "error-reported", "pubblica", comment=1)
    distribute(registered)
    with pytest.raises(KeyError):
        chores.send_digests(app)
    with registered.reading() as session:
        assert [letter.kind for letter in letters(session)].count("newsletter") == 1


def test_a_letter_leaves_although_the_notice_before_went_with_its_erased_person(
    registered: Database, people: dict[str, Person]
) -> None:
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    distribute(registered)
    with registered.work() as session:
        [letter] = letters(session)
        outbox.mark_sent(session, letter.id, NOW)
    with registered.work() as session:
        gone = accounts.locked(session, people["referent"].id)
        assert gone is not None
        erasure.erase(session, NOBODY, gone, NOW, [own_data.forget])
        other = make_person(session, (Role.REFERENT, "bologna"))
    happened(registered, "solution-submitted", "bozza", people["official"], step="approval")
    distribute(registered)
    with registered.reading() as session:
        assert [letter.recipient for letter in letters(session)] == ["", other.email]
