# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of a transfer is one line of the journal and one notice to the others; one that fails is neither."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.notices import queries, service
from app.twinnings import ending, sharing
from app.twinnings import queries as twinnings
from app.twinnings import service as work
from app.twinnings.rules import Closing
from tests.makers import NOW
from tests.twinnings.exchange import LATER, Exchange

Act = Callable[[Session, Exchange], object]


def first_milestone(session: Session, exchange: Exchange) -> int:
    twinning = twinnings.twinning(session, exchange.number)
    assert twinning is not None
    return twinning.milestones[0].id


#: What a person does, and whether the people of the other side are told.
CHANGES: dict[str, tuple[Act, bool]] = {
    "milestone-done": (lambda s, e: work.tick(s, e.number, first_milestone(s, e), True, e.deed()), True),
    "milestone-planned": (
        lambda s, e: work.plan_milestone(s, e.number, first_milestone(s, e), LATER.date(), e.receiver, e.deed()),
        True,
    ),
    "milestone-added": (
        lambda s, e: work.add_milestone(s, e.number, "Seduta", "capire", LATER.date(), e.deed()),
        False,
    ),
    "lead-chosen": (lambda s, e: work.choose_lead(s, e.number, "bologna", e.deed()), True),
    "person-joined": (lambda s, e: work.add_person(s, e.number, e.colleague, "torino", "", e.deed()), True),
    "meeting-set": (lambda s, e: sharing.set_meeting(s, e.number, 0, "Avvio", LATER, 60, "", e.deed()), True),
    "note-written": (lambda s, e: sharing.write_note(s, e.number, "Fatto.", e.deed()), True),
    "kit-piece-added": (lambda s, e: sharing.add_piece(s, e.number, "Regolamento", e.deed()), False),
    "hours-counted": (lambda s, e: sharing.count_hours(s, e.number, "torino", NOW.date(), 4, "", e.deed()), False),
    "readiness-answered": (
        lambda s, e: sharing.answer_readiness(
            s, e.number, "torino", "Piattaforma telematica", "no", "", None, e.deed()
        ),
        False,
    ),
    "closing-said": (lambda s, e: ending.say(s, e.number, "torino", Closing("adopted"), e.deed()), True),
    "variant-begun": (lambda s, e: ending.begin_variant(s, e.number, "torino", e.deed()), True),
    "twinning-stopped": (lambda s, e: ending.stop(s, e.number, "funding", "", True, e.deed()), True),
}


class Broken(Exception):
    """What makes a transaction fail after the button did its work."""


def told(exchange: Exchange, action: str) -> int:
    """How many notices of an action the giver has got."""
    with exchange.database.work() as session:
        service.distribute(session, LATER, lambda person, reason: f"/{person}-{reason}")
    with exchange.database.reading() as session:
        return sum(item.action == action for item in queries.notices(session, exchange.giver, 100))


def test_each_change_is_one_line_and_one_notice_and_one_that_fails_is_neither(exchange: Exchange) -> None:
    for action, (act, tells) in CHANGES.items():
        before = exchange.rows()
        with pytest.raises(Broken), exchange.database.work() as session:
            act(session, exchange)
            raise Broken
        assert (action, exchange.rows(), told(exchange, action)) == (action, before, 0)
        with exchange.database.work() as session:
            act(session, exchange)
        assert exchange.rows() == [*before, action]
        for _again in range(2):
            assert (action, told(exchange, action)) == (action, int(tells))
