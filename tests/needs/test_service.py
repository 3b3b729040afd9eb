# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request is drafted, published, changed, joined, closed; every step is in the journal once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.access import Actor, Role
from app.cities import queries as registers
from app.errors import Conflict, Invalid, NotFound
from app.needs import queries, service
from app.needs.models import Need
from app.needs.queries import Sought
from app.needs.rules import State
from app.needs.sheet import sheet
from tests.needs.network import LATER, PROBLEM, Network, wanted


def draft(network: Network, **said: object) -> Need:
    with network.database.work() as session:
        city = registers.by_slug(session, "venezia")
        assert city is not None
        return service.draft(session, city, wanted(**said), network.deed())


def test_a_request_is_on_the_board_at_once(network: Network) -> None:
    need = network.need(network.post())
    assert (need.state, need.city.slug, need.problem) == (State.OPEN, "venezia", PROBLEM)
    assert need.published_at is not None
    assert need.slug.startswith("uno-sportello-unico")
    assert network.rows("need", need) == ["need-published"]
    with network.database.reading() as session:
        assert [found.id for found in queries.board(session, Sought())] == [need.id]


def test_a_draft_is_seen_by_nobody_until_it_is_published(network: Network) -> None:
    need = draft(network, by_when=None)
    with network.database.reading() as session:
        assert not queries.board(session, Sought())
    with pytest.raises(Invalid, match="by_when"), network.database.work() as session:
        service.publish(session, need.id, need.edition, wanted(by_when=None), network.deed())
    with network.database.work() as session:
        service.publish(session, need.id, need.edition, wanted(), network.deed())
    assert network.need(need).state == State.OPEN
    assert network.rows("need", need) == ["need-drafted", "need-published"]


def test_the_same_text_with_anything_else_changed_is_another_request(network: Network) -> None:
    def begin(publishing: bool, **said: Any) -> int:
        with network.database.work() as session:
            city = registers.by_slugs(session, ["venezia"])["venezia"]
            return service.begin(session, city, wanted(**said), publishing, network.deed()).id

    first, other = ({"limits": {"solution": f"sportello-{giver}"}} for giver in ("bologna", "torino"))
    asked = begin(True, **first)
    assert begin(True, **first) == asked
    assert begin(True, **other) not in {asked, begin(True, **first, by_when=date(2027, 1, 31))}
    kept = begin(False, **first, title="Prova")
    assert begin(False, **first, title="Prova") == kept
    assert begin(False, **first, title="Prova", themes=()) != kept
    with network.database.reading() as session:
        assert len(queries.board(session, Sought())) == 3


def test_a_draft_published_a_moment_later_takes_over_what_was_typed_since(network: Network) -> None:
    with network.database.work() as session:
        city = registers.by_slugs(session, ["venezia"])["venezia"]
        kept = service.begin(session, city, wanted(themes=()), False, network.deed())
        published = service.begin(session, city, wanted(), True, network.deed())
        assert (published.id, published.state, published.themes) == (kept.id, State.OPEN, ["suap"])


def test_what_is_wrong_leaves_nothing_behind(network: Network) -> None:
    with pytest.raises(Invalid):
        network.post(problem="")
    with network.database.reading() as session:
        assert not queries.board(session, Sought())


def test_a_change_keeps_what_was_said_before(network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        service.edit(session, need.id, 1, wanted(problem=f"{PROBLEM} Sono 44 comuni."), network.deed(now=LATER))
    changed = network.need(need)
    assert changed.edition == 2
    assert changed.problem.endswith("44 comuni.")
    with network.database.reading() as session:
        assert [(old.edition, old.said["problem"]) for old in queries.versions(session, changed)] == [(1, PROBLEM)]
    assert network.rows("need", need) == ["need-published", "need-edited"]


def test_saving_the_same_again_is_no_change(network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        service.edit(session, need.id, 1, service.as_wanted(need), network.deed(now=LATER))
    assert network.need(need).edition == 1
    assert network.rows("need", need) == ["need-published"]


def test_two_people_do_not_overwrite_each_other(network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        service.edit(session, need.id, 1, wanted(title="Prima"), network.deed())
    with pytest.raises(Conflict, match="changed_meanwhile"), network.database.work() as session:
        service.edit(session, need.id, 1, wanted(title="Seconda"), network.deed("referent.venezia"))


def test_a_request_seen_with_its_city_cannot_hide_it_again(network: Network) -> None:
    need = network.post()
    with pytest.raises(Invalid, match="told_already"), network.database.work() as session:
        service.edit(session, need.id, 1, wanted(visibility="anonymous"), network.deed())


def test_other_cities_join_once_and_leave(network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        torino = registers.by_slug(session, "torino")
        assert torino is not None
        for note in ("Anche noi: suap@cittametropolitana.example", "Anche noi " * 60):
            with pytest.raises(Invalid, match="note"):
                service.join(session, need.id, torino, note, network.deed("official.torino"))
        service.join(session, need.id, torino, "Anche noi", network.deed("official.torino"))
    assert [tie.city.slug for tie in network.need(need).receivers] == ["torino"]
    with pytest.raises(Conflict), network.database.work() as session:
        service.join(session, need.id, torino, "", network.deed("official.torino"))
    with network.database.work() as session:
        service.leave(session, need.id, torino, network.deed("official.torino"))
    assert not network.need(need).receivers
    assert network.rows("need", need) == ["need-published", "need-joined", "need-left"]


def test_nobody_joins_the_request_of_a_body_that_is_no_longer_there(network: Network) -> None:
    need, other = network.post(), Actor(1, frozenset({(Role.OFFICIAL, "torino")}))

    def offered() -> tuple[bool, bool]:
        with network.database.reading() as session:
            seen = sheet(session, network.need(need), other, LATER, frozenset())
            return seen.may_join, seen.row.joinable

    assert offered() == (True, True)
    network.close("venezia")
    assert offered() == (False, False)
    with pytest.raises(Conflict, match="cannot_join"), network.database.work() as session:
        torino = registers.by_slug(session, "torino")
        assert torino is not None
        service.join(session, need.id, torino, "", network.deed("official.torino"))


def test_a_closed_request_keeps_its_outcome_and_nobody_has_to_answer(network: Network) -> None:
    need = network.post()
    asked = network.ask(need)
    with pytest.raises(Invalid, match="outcome"), network.database.work() as session:
        service.close(session, need.id, "boh", "", network.deed())
    with network.database.work() as session:
        service.close(session, need.id, "solved-elsewhere", " Fatto da noi ", network.deed(now=LATER))
    closed = network.need(need)
    assert (closed.state, closed.outcome, closed.outcome_text) == (State.CLOSED, "solved-elsewhere", "Fatto da noi")
    assert [found.state for found in network.proposals(need)] == ["withdrawn"]
    assert network.rows("proposal", asked) == ["proposal-made", "proposal-withdrawn"]


def test_a_withdrawn_request_leaves_the_board(network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        service.withdraw(session, need.id, network.deed())
    with network.database.reading() as session:
        assert not queries.board(session, Sought())
    with pytest.raises(Conflict), network.database.work() as session:
        service.edit(session, need.id, 1, wanted(), network.deed())


def test_what_does_not_exist_is_not_found(network: Network) -> None:
    with pytest.raises(NotFound), network.database.work() as session:
        service.withdraw(session, 999, network.deed())


def test_days_are_stated_by_quarter_and_taken_back(network: Network) -> None:
    network.state("bologna", {"2026-4": 5, "2027-1": 0})
    with network.database.work() as session:
        bologna = registers.by_slug(session, "bologna")
        assert bologna is not None
        assert queries.capacities(session, ["2026-4", "2027-1"]) == {bologna.id: {"2026-4": 5, "2027-1": 0}}
        service.state_capacity(session, bologna, {}, ["2026-4", "2027-1"], network.deed("referent.bologna"))
    with network.database.reading() as session:
        assert queries.capacities(session, ["2026-4", "2027-1"]) == {}


def test_a_shortlist_is_kept_once_while_it_does_not_change(network: Network) -> None:
    need = network.post()
    asked = network.ask(need)
    with network.database.work() as session:
        service.remember_shown(session, need, [], "prova", LATER)
        service.remember_shown(session, need, [], "prova", LATER)
    with network.database.reading() as session:
        last = queries.last_shown(session, need.id)
        assert last is not None
        assert last.items == []
        assert last.id == 2
    assert asked.grounds["solution"] == "sportello-bologna"


def test_a_title_that_the_text_gave_follows_the_text_and_one_that_was_typed_stays(network: Network) -> None:
    for title, kept in (("", "Da noi ogni comune fa da sé"), ("Moduli unici", "Moduli unici")):
        begun = draft(network, problem="A Venezia ogni comune fa da sé. E i moduli sono diversi.", title=title)
        again = service.as_wanted(network.need(begun))
        assert again.title == title
        better = replace(again, problem="Da noi ogni comune fa da sé. E i moduli sono diversi.", visibility="anonymous")
        with network.database.work() as session:
            service.publish(session, begun.id, begun.edition, better, network.deed())
        assert network.need(begun).title == kept


def test_saving_what_is_there_changes_nothing_whoever_gave_the_title(network: Network) -> None:
    for title in ("", "Moduli unici"):
        need = network.post(title=title)
        with network.database.work() as session:
            kept = service.edit(session, need.id, need.edition, service.as_wanted(need), network.deed())
        assert kept.edition == need.edition
