# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people at the same moment: exactly one decision holds, the other is told."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.access import Role
from app.journal import service as journal
from app.review import service
from app.review.service import Judgement
from tests.makers import NOW, make_person
from tests.races import at_once, working
from tests.review.office import LATER, Office

Act = Callable[..., object]


def race(office: Office, acts: list[Act], judgements: list[Judgement]) -> list[str]:
    """Each act with its judgement in a transaction of its own, begun together."""

    def done(act: Act, judgement: Judgement) -> Callable[[Session], object]:
        return lambda session: act(session, judgement)

    pairs = zip(acts, judgements, strict=True)
    ended = at_once(*(working(office.database, done(act, judgement)) for act, judgement in pairs))
    return ["done" if end == "done" else "conflict" for end in sorted(ended, key="done".__eq__)]


@pytest.mark.parametrize(
    "second",
    [
        lambda session, judgement: service.approve(session, judgement),
        lambda session, judgement: service.return_(session, judgement, "Servono i numeri"),
        lambda session, judgement: service.withdraw(session, judgement),
    ],
    ids=["approve", "return", "withdraw"],
)
def test_of_two_decisions_at_once_exactly_one_holds(office: Office, second: Act) -> None:
    office.submit()
    first, other = office.judgement(office.referent), office.judgement(office.expert)
    assert race(office, [service.approve, second], [first, other]) == ["conflict", "done"]
    assert len(office.rows()) == 2
    with office.database.reading() as session:
        assert journal.broken(session) is None


def test_of_two_who_take_it_at_once_one_has_it(office: Office) -> None:
    office.submit()
    with office.database.work() as session:
        other = make_person(session, (Role.REFERENT, "bologna")).id
    found = race(office, [service.claim, service.claim], [office.judgement(office.referent), office.judgement(other)])
    assert found == ["conflict", "done"]
    assert office.rows() == ["solution-submitted", "review-claimed"]


def test_a_version_submitted_twice_at_once_waits_once(office: Office) -> None:
    def submit(session: object, judgement: Judgement) -> object:
        return service.submit(session, office.solution(), judgement.person_id, NOW)  # type: ignore[arg-type]

    seen = Judgement(office.solution().id, 0, 1, office.official, LATER)
    assert race(office, [submit, submit], [seen, seen]) == ["conflict", "done"]
    assert office.rows() == ["solution-submitted"]


@pytest.mark.parametrize("step", ["validate", "make_ready"])
def test_of_two_experts_who_decide_at_once_one_does(office: Office, step: str) -> None:
    office.submit()
    office.approve()
    if step == "make_ready":
        office.validate()

    def act(session: object, judgement: Judgement) -> object:
        if step == "validate":
            return service.validate(session, judgement, 3, "Dati prima e dopo")  # type: ignore[arg-type]
        return service.make_ready(session, judgement)  # type: ignore[arg-type]

    first, other = office.judgement(office.expert), office.judgement(office.referent)
    before = len(office.rows())
    assert race(office, [act, act], [first, other]) == ["conflict", "done"]
    assert len(office.rows()) == before + 1
