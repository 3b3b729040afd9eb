# SPDX-License-Identifier: AGPL-3.0-or-later
"""No button of a request without its row in the journal and its notices, none of them twice, none where it fails."""

import ast
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access import Role
from app.cities import queries as registers
from app.cities.models import City
from app.journal.models import JournalEntry
from app.matching.weights import PUBLISHED
from app.needs import (
    answers,
    assigning,
    candidates,
    exchanges,
    library_queries,
    news,
    overdue,
    proposals,
    queries,
    round_queries,
    rounds,
    service,
    weighing,
)
from app.needs.models import MatchingRound, Need, Proposal
from app.notices.models import Notice
from app.outbox.models import Letter
from app.search.engine import Engine
from tests.makers import NOW, close_body, make_person, make_solution
from tests.needs.network import DAYS, LATER, PROBLEM, Network, begin, item, preview, under_floor, wanted
from tests.needs.test_exchanges import Swap

HALF, OVER = NOW + timedelta(days=6), NOW + timedelta(days=11)
ITEMS = [item("sportello-bologna", "bologna", 1), item("sportello-torino", "torino", 2)]
Act = Callable[[Session], object]
#: Parts of the buttons below, which write the row of the whole; and what only reads.
PARTS: set[Any] = {
    proposals.following, proposals.hold_all, proposals.next_candidate, proposals.pass_on, proposals.propose,
    proposals.refused,
    proposals.days_of, proposals.transfers_left,
    rounds.note_progress, weighing.simulate, service.drop_pending, service.is_published, service.remember_shown,
    service.reveal, service.tell, service.tell_proposal, news.newly_met,
}  # fmt: skip
#: Pages of a button that reads.
READING = {"rounds.again"}
MADE, TOLD_MADE = "proposal-made", {("proposal-made", "referent.bologna")}
VERA, NEXT = "official.venezia", ("proposal-made", "referent.torino")


@dataclass
class Case:
    """One button: what it does, the rows it writes, who is told of them."""

    function: Callable[..., object]
    act: Act
    rows: list[str]
    told: set[tuple[str, str]] = field(default_factory=set)


def city(session: Session, slug: str) -> City:
    found = registers.by_slug(session, slug)
    assert found is not None
    return found


def draft(network: Network) -> Need:
    with network.database.work() as session:
        return service.draft(session, city(session, "venezia"), wanted(), network.deed())


def joined(network: Network) -> Need:
    need = network.post()
    with network.database.work() as session:
        service.join(session, need.id, city(session, "torino"), "", network.deed("official.torino"))
    return need


def matched(network: Network, giver: str = "bologna") -> Need:
    need = network.post()
    network.accept(network.ask(need, f"sportello-{giver}"), f"referent.{giver}")
    return need


def with_both(network: Network) -> Proposal:
    """A question put to Bologna while Torino offers."""
    need = network.post()
    network.offer(need, "sportello-torino", "referent.torino")
    return network.ask(need)


def publishing(network: Network) -> Act:
    def act(session: Session) -> None:
        need = service.publish_new(session, city(session, "venezia"), wanted(), network.deed())
        session.flush()
        service.remember_shown(session, need, ITEMS, "prova", NOW)

    return act


def of_requests(network: Network) -> Iterator[Case]:
    """The buttons of a request."""
    n, by = network, network.deed
    yield Case(service.draft, lambda s: service.draft(s, city(s, "venezia"), wanted(), by()), ["need-drafted"])
    new = wanted(problem=f"{PROBLEM} Sono 45.")
    yield Case(service.begin, lambda s: service.begin(s, city(s, "venezia"), new, False, by()), ["need-drafted"])
    fitting = {("need-published", f"referent.{slug}") for slug in ("bologna", "torino")}
    yield Case(service.publish_new, publishing(n), ["need-published"], fitting)
    d = draft(n).id
    yield Case(service.publish, lambda s: service.publish(s, d, 1, wanted(), by()), ["need-published"])
    e, asked = joined(n), wanted(problem=f"{PROBLEM} Sono 44.")
    n.ask(e)
    both = {("need-edited", "official.torino"), ("need-edited", "referent.bologna")}
    yield Case(service.edit, lambda s: service.edit(s, e.id, 1, asked, by()), ["need-edited"], both)
    j = n.post().id
    t = by("official.torino")
    yield Case(
        service.join,
        lambda s: service.join(s, j, city(s, "torino"), "", t),
        ["need-joined"],
        {("need-joined", VERA)},
    )
    left = joined(n).id
    yield Case(
        service.leave, lambda s: service.leave(s, left, city(s, "torino"), t), ["need-left"], {("need-left", VERA)}
    )
    c = joined(n)
    n.ask(c)
    closed = ["need-closed", "proposal-withdrawn"]
    gone = {("need-closed", "official.torino"), ("proposal-withdrawn", "referent.bologna")}
    yield Case(service.close, lambda s: service.close(s, c.id, "not-needed", "", by()), closed, gone)
    w = joined(n).id
    yield Case(
        service.withdraw,
        lambda s: service.withdraw(s, w, by()),
        ["need-withdrawn"],
        {("need-withdrawn", "official.torino")},
    )
    m, r = matched(n).id, matched(n, "torino").id
    site = by("referent.bologna")
    yield Case(
        service.close_by_transfer,
        lambda s: service.close_by_transfer(s, m, 1, True, site),
        ["need-closed"],
        {("need-closed", VERA)},
    )
    yield Case(service.reopen, lambda s: service.reopen(s, r, 1, site), ["need-reopened"], {("need-reopened", VERA)})
    p = n.post().id
    have = {"Convenzione": "yes"}
    yield Case(
        answers.answer_preconditions,
        lambda s: answers.answer_preconditions(s, p, have, have, by()),
        ["preconditions-answered"],
    )
    days = {"2026-4": 20}
    yield Case(
        service.state_capacity,
        lambda s: service.state_capacity(s, city(s, "bologna"), days, days, by("referent.bologna")),
        ["capacity-stated"],
    )
    o = n.post(by_when=date(2026, 12, 1)).id
    past = NOW + timedelta(days=20)
    asks = {("need-overdue", VERA), ("need-overdue", "referent.venezia")}
    yield Case(overdue.look_at, lambda s: overdue.look_at(s, o, 14, past), ["need-overdue"], asks)
    met = n.post().id
    yield Case(
        news.tell_met,
        lambda s: news.tell_met(s, met, "sportello-torino", LATER),
        ["need-met", "need-answerable"],
        {("need-met", VERA), ("need-answerable", "referent.torino")},
    )


def of_proposals(network: Network) -> Iterator[Case]:
    """The buttons of a proposal, and what silence does."""
    n, giver = network, network.deed("referent.bologna", LATER)
    a = n.post()
    with n.database.work() as session:
        service.remember_shown(session, a, ITEMS, "prova", NOW)
    yield Case(proposals.ask, lambda s: proposals.ask(s, a.id, ITEMS[0], "", DAYS, n.deed()), [MADE], TOLD_MADE)
    o = joined(n).id
    yield Case(
        proposals.offer,
        lambda s: proposals.offer(s, o, "sportello-bologna", "Ecco", DAYS, giver),
        ["proposal-offered"],
        {("proposal-offered", who) for who in (VERA, "referent.venezia", "official.torino")},
    )
    put_off = n.offer(n.post()).id
    yield Case(
        proposals.postpone,
        lambda s: proposals.postpone(s, put_off, date(2027, 6, 1), "", DAYS, n.deed(now=LATER)),
        ["proposal-postponed"],
        {("proposal-postponed", "referent.bologna")},
    )
    for day, rows in ((date(2026, 11, 27), []), (date(2027, 6, 1), [MADE])):
        later = n.ask(n.post()).id
        yield Case(
            proposals.postpone,
            lambda s, number=later, on=day: proposals.postpone(s, number, on, "", DAYS, giver),  # type: ignore[misc]
            ["proposal-postponed", *rows],
            {("proposal-postponed", VERA), *([NEXT] if rows else [])},
        )
    d = n.ask(n.post()).id
    yield Case(
        proposals.decline,
        lambda s: proposals.decline(s, d, "changed", "", DAYS, giver),
        ["proposal-declined", MADE],
        {("proposal-declined", VERA), NEXT},
    )
    w = n.ask(n.post()).id
    yield Case(
        proposals.withdraw,
        lambda s: proposals.withdraw(s, w, n.deed()),
        ["proposal-withdrawn"],
        {("proposal-withdrawn", "referent.bologna")},
    )
    e = n.post()
    with n.database.work() as session:
        make_solution(session, "sportello-anci", city="anci")
        of_anci = item("sportello-anci", "anci", 1)
        service.remember_shown(session, e, [of_anci, ITEMS[1]], "prova", NOW)
        gone = proposals.ask(session, e.id, of_anci, "", DAYS, n.deed()).id
        close_body(session, "anci")
    yield Case(
        proposals.look_at,
        lambda s: proposals.look_at(s, gone, DAYS, LATER),
        ["proposal-ended", MADE],
        {("proposal-ended", VERA), NEXT},
    )
    for now, rows, who in (
        (HALF, ["proposal-reminded"], {("proposal-reminded", "referent.bologna")}),
        (OVER, ["proposal-expired", MADE], {("proposal-expired", VERA), NEXT}),
    ):
        silent = n.ask(n.post()).id
        yield Case(
            proposals.look_at,
            lambda s, number=silent, at=now: proposals.look_at(s, number, DAYS, at),  # type: ignore[misc]
            rows,
            who,
        )
    # The last: a transfer that runs ends the other questions for its solution.
    y = with_both(n).id
    yes = {("proposal-accepted", VERA), ("proposal-withdrawn", "referent.torino")}
    yield Case(
        proposals.accept,
        lambda s: proposals.accept(s, y, giver, begin, DAYS),
        ["need-matched", "proposal-accepted", "proposal-withdrawn"],
        yes,
    )


def begun(network: Network, engine: Engine) -> int:
    """A round of so many requests that the worker computes it."""
    with network.database.work() as session:
        made = preview(session, engine, "Turno", network.deed("coordinator"))
        made.state, made.result = "computing", {}
        return made.id


def of_rounds(network: Network, app: Flask) -> Iterator[Case]:
    """A round of one request, and the weights it is computed with."""
    network.post()
    app.extensions["indexer"].rebuild()
    engine, by = app.extensions["engine"], network.deed("coordinator", LATER)

    def newest(session: Session) -> MatchingRound:
        made = round_queries.round_(session, round_queries.rounds(session, published_only=False)[0].id)
        assert made is not None
        return made

    tried = ["round-previewed"]
    yield Case(rounds.preview, lambda s: preview(s, engine, "Turno", by), tried)
    yield Case(
        rounds.set_floor,
        lambda s: under_floor(s, engine, newest(s).id, assigning.FLOOR + 1, by),
        tried,
    )
    yield Case(rounds.renew, lambda s: rounds.renew(s, newest(s), assigning.at_once(s, engine, LATER), by), tried)
    yield Case(rounds.discard, lambda s: rounds.discard(s, newest(s).id, by), ["round-discarded"])
    broken, number = begun(network, engine), begun(network, engine)
    who = "coordinator"
    failed = {("round-failed", who)}
    yield Case(rounds.finish, lambda s: rounds.finish(s, broken, None, LATER), ["round-failed"], failed)
    with network.database.reading() as session:
        found = assigning.computed(session, engine, assigning.FLOOR, LATER)
    yield Case(
        rounds.finish, lambda s: rounds.finish(s, number, found, LATER), ["round-computed"], {("round-computed", who)}
    )
    yield Case(
        rounds.publish,
        lambda s: rounds.publish(s, newest(s).id, DAYS, by),
        ["round-published", "round-published", MADE, MADE],
        {("round-published", VERA), *TOLD_MADE, NEXT},
    )
    # Who runs rounds decides; everybody reads it on the page of the weights.
    same = PUBLISHED.as_data()
    seen = weighing.simulated(same, PUBLISHED.version)
    yield Case(weighing.decide, lambda s: weighing.decide(s, same, {}, "Prova", seen, by), ["weights-decided"])
    # The days for which this round waits are not those of the next.
    with network.database.work() as session:
        for proposal in session.query(Proposal).filter(Proposal.round_id.is_not(None)):
            proposal.state = "withdrawn"
    yield from of_exchanges(Swap(network, engine))


def of_exchanges(swap: Swap) -> Iterator[Case]:
    """Two cities that teach each other: of one lesson the round had asked already."""
    swap.publish()
    number, by = swap.round.id, swap.network.deed("coordinator", LATER)
    asked, added = {"referent.bologna", "official.torino"}, {"referent.torino", "official.bologna"}
    yield Case(
        exchanges.propose,
        lambda s: exchanges.propose(s, number, 0, DAYS, by),
        ["exchange-proposed"] * 2,
        {("exchange-proposed", who) for who in asked | added},
    )
    yield Case(
        exchanges.withdraw,
        lambda s: exchanges.withdraw(s, number, 0, by),
        ["exchange-withdrawn", "proposal-withdrawn"],
        {("exchange-withdrawn", who) for who in asked} | {("proposal-withdrawn", who) for who in added},
    )


def rows(network: Network) -> list[str]:
    with network.database.reading() as session:
        return [row.action for row in session.query(JournalEntry).order_by(JournalEntry.id)]


def letters(network: Network) -> list[str]:
    with network.database.reading() as session:
        return [letter.once or "" for letter in session.query(Letter)]


def run(network: Network, case: Case) -> None:
    """The button fails at the end and leaves nothing; then it is pressed, told once, and told to nobody again."""
    network.distribute()
    name, before, sent = case.function.__name__, rows(network), letters(network)
    with pytest.raises(RuntimeError), network.database.work() as session:
        case.act(session)
        session.flush()
        raise RuntimeError("killed before the commit")
    assert (rows(network), network.distribute(), letters(network)) == (before, set(), sent), name
    with network.database.work() as session:
        case.act(session)
    assert Counter(rows(network)[len(before) :]) == Counter(case.rows), name
    assert network.distribute() == case.told, name
    after = letters(network)
    assert len(set(after)) == len(after), name
    assert network.distribute() == set(), name
    assert letters(network) == after, name


def buttons() -> set[Any]:
    """Every function of the feature that a button or the worker calls to change something."""
    found = set()
    for module in (service, proposals, overdue, answers, rounds, weighing, exchanges, news):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_") and function not in PARTS
            if own and "session" in inspect.signature(function).parameters:
                found.add(function)
    return found


def written_by(view: Any) -> set[Any]:
    """What a page calls with the session it writes in, by itself or through the helpers of its module."""
    around, found = view.__globals__, set[Any]()
    tree = ast.parse(inspect.getsource(view))
    # `act = service.publish if ... else service.edit`, called later.
    chosen = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        said = chosen.get(call.func.id, call.func) if isinstance(call.func, ast.Name) else call.func
        if any(isinstance(given, ast.Name) and given.id == "writing" for given in call.args):
            named = [part for part in ast.walk(said) if isinstance(part, ast.Attribute)]
            found |= {getattr(around[part.value.id], part.attr) for part in named if isinstance(part.value, ast.Name)}
        elif isinstance(said, ast.Name) and said.id.startswith("_") and inspect.isfunction(around.get(said.id)):
            found |= written_by(around[said.id])
    return found


def test_every_button_writes_its_rows_and_tells_whom_it_concerns_once(app: Flask, network: Network) -> None:
    with network.database.work() as session:
        make_solution(session, "con-requisiti", city="torino", themes=["appalti"], preconditions=["Convenzione"])
    tried = set()
    for cases in (of_rounds(network, app), of_requests(network), of_proposals(network)):
        for case in cases:
            run(network, case)
            tried.add(case.function)
    assert buttons() <= tried


def test_a_request_that_is_matched_waits_for_nobody_any_more(network: Network) -> None:
    need = network.post()
    with network.database.work() as session:
        service.remember_shown(session, need, ITEMS, "prova", NOW)
    network.distribute()
    network.accept(network.ask(need), now=LATER)
    network.distribute()
    with network.database.reading() as session:
        waited = session.query(Notice).filter_by(action="need-published", reason="waiting").all()
        assert {item.person_id for item in waited} == {
            network.people[f"referent.{one}"] for one in ("bologna", "torino")
        }
        assert all(item.data.get("settled") and item.read_at for item in waited)


def test_a_yes_that_becomes_an_offer_leaves_no_question_to_the_colleagues_of_who_said_it(network: Network) -> None:
    with network.database.work() as session:
        make_person(session, (Role.REFERENT, "bologna"))
    need = network.post(visibility="anonymous")
    with network.database.work() as session:
        held = queries.locked(session, need.id)
        assert held is not None
        made = proposals.propose(session, held, ITEMS[0], "round", DAYS, network.deed("coordinator"))
    network.distribute()
    network.accept(made)
    network.distribute()
    with network.database.reading() as session:
        waited = session.query(Notice).filter_by(action="proposal-made", reason="waiting").all()
        assert len(waited) > 1
        assert all(item.data.get("settled") for item in waited)
        offered = session.query(Notice).filter_by(action="proposal-offered", reason="waiting").all()
        assert offered
        assert not any(item.data.get("settled") for item in offered)


def test_no_page_with_a_button_does_what_the_table_leaves_out(app: Flask) -> None:
    pages = {
        rule.endpoint: written_by(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and app.view_functions[rule.endpoint].__module__.startswith("app.needs.")
    }
    known = buttons()
    assert {name for name, does in pages.items() if not does & known} == READING
    reading = {queries.__name__, library_queries.__name__, round_queries.__name__, candidates.__name__}
    for name, does in pages.items():
        assert {one for one in does - known - PARTS if one.__module__ not in reading} == set(), name
