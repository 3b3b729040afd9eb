# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever acts at the same moment, an administrator stays."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.access import Role
from app.accounts import queries, roles
from app.accounts.models import Person
from app.db import Database
from tests.accounts.conftest import make
from tests.makers import NOW
from tests.races import at_once, working


def test_of_two_administrators_who_disable_each_other_one_stays(registered: Database) -> None:
    one, other = make(registered, (Role.ADMINISTRATOR, "")), make(registered, (Role.ADMINISTRATOR, ""))

    def out(by: Person, whom: Person) -> Callable[[Session], object]:
        return lambda session: roles.disable(session, by.actor, queries.by_email(session, whom.email) or whom, NOW)

    assert at_once(working(registered, out(one, other)), working(registered, out(other, one))) == [
        "done",
        "last_administrator",
    ]
    with registered.reading() as session:
        assert queries.administrators_left(session, 0) == 1
