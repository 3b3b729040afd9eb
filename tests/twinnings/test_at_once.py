# SPDX-License-Identifier: AGPL-3.0-or-later
"""Both sides of a transfer at the same moment: it ends once, and who comes second is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.document.dates import day_of
from app.needs.service import Deed
from app.review import upkeep
from app.twinnings import ending, queries
from app.twinnings.rules import Closing
from tests import races
from tests.twinnings.exchange import LATER, Exchange

Act = Callable[[Session], object]
GOOD = Closing("adopted", months=6)


def at_once(exchange: Exchange, *acts: Act) -> list[str]:
    """Each act in a transaction of its own, begun together; what became of each."""
    return races.at_once(*(races.working(exchange.database, act) for act in acts))


def saying(exchange: Exchange, body: str, said: Closing = GOOD) -> Act:
    return lambda session: ending.say(session, exchange.number, body, said, exchange.deed())


def stopping(exchange: Exchange) -> Act:
    return lambda session: ending.stop(session, exchange.number, "funding", "", True, exchange.deed())


@pytest.fixture
def exchange(exchange: Exchange) -> Exchange:
    """A transfer whose second receiver has told already that it did not adopt the solution."""
    with exchange.database.work() as session:
        saying(exchange, "venezia", Closing("stopped"))(session)
    return exchange


def test_two_closing_forms_at_once_close_it_once(exchange: Exchange) -> None:
    assert at_once(exchange, saying(exchange, "bologna"), saying(exchange, "torino")) == ["done", "done"]
    assert exchange.twinning().state == "closed"
    assert exchange.rows().count("twinning-closed") == 1
    assert exchange.rows().count("closing-said") == 3


def test_of_four_people_who_close_it_at_once_the_late_ones_are_told(exchange: Exchange) -> None:
    acts = [saying(exchange, body) for body in ("bologna", "torino", "bologna", "torino")]
    ended = at_once(exchange, *acts)
    assert ended.count("done") in {2, 3}
    assert set(ended) <= {"done", "ended"}
    assert exchange.rows().count("twinning-closed") == 1


def test_two_stops_at_once_are_one(exchange: Exchange) -> None:
    assert at_once(exchange, stopping(exchange), stopping(exchange)) == ["done", "ended"]
    assert exchange.rows().count("twinning-stopped") == 1


def test_a_stop_and_the_last_closing_form_at_once_are_one_end(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        saying(exchange, "bologna")(session)
    assert at_once(exchange, stopping(exchange), saying(exchange, "torino")) == ["done", "ended"]
    ends = [action for action in exchange.rows() if action in {"twinning-stopped", "twinning-closed"}]
    assert ends == [f"twinning-{exchange.twinning().state}"]


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("stores", ["postgres"], indirect=True)
def test_a_decision_on_its_solution_meanwhile_is_kept_by_the_closing(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        saying(exchange, "bologna")(session)
    with exchange.database.work() as closing:
        read_before = queries.twinning(closing, exchange.number)
        with exchange.database.work() as deciding:
            upkeep.confirm_facts(deciding, exchange.solution(), exchange.giver, LATER)
        saying(exchange, "torino")(closing)
        assert read_before is not None
    solution = exchange.solution()
    assert solution.latest_number == 3
    assert solution.front["verified_on"] == day_of(LATER).isoformat()
    assert solution.front["evidence_level"] == ending.AGAIN


def test_a_closing_and_a_decision_on_its_solution_at_once_both_hold(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        saying(exchange, "bologna")(session)

    def confirm(session: Session) -> None:
        upkeep.confirm_facts(session, exchange.solution(), exchange.giver, LATER)

    assert at_once(exchange, saying(exchange, "torino"), confirm) == ["done", "done"]
    solution = exchange.solution()
    assert solution.latest_number == 3
    assert solution.front["verified_on"] == day_of(LATER).isoformat()
    assert solution.front["evidence_level"] == ending.AGAIN


def test_two_who_close_it_alone_at_once_close_it_once(exchange: Exchange) -> None:
    with exchange.database.work() as session:
        saying(exchange, "torino")(session)
    late = Deed(exchange.receiver, LATER + timedelta(days=31))

    def alone(session: Session) -> None:
        ending.close_alone(session, exchange.number, late)

    assert at_once(exchange, alone, alone) == ["done", "ended"]
    assert exchange.rows().count("twinning-closed") == 1
