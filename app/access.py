# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what on what: every action of the site and its rule, on one screen."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from app.errors import Forbidden, NotFound


class Action(StrEnum):
    """Everything a person may ask of the site."""

    READ_PUBLIC = "read-public"
    READ_SOLUTION = "read-solution"
    SEARCH = "search"
    PROBE = "probe"


class Thing(Protocol):
    """What a rule may look at in the object of an action."""

    @property
    def published(self) -> bool: ...


Rule = Callable[[Thing | None], bool]


def anyone(_thing: Thing | None) -> bool:
    return True


def anyone_if_published(thing: Thing | None) -> bool:
    return thing is not None and thing.published


POLICY: dict[Action, Rule] = {
    Action.READ_PUBLIC: anyone,
    Action.READ_SOLUTION: anyone_if_published,
    Action.SEARCH: anyone,
    Action.PROBE: anyone,
}

#: Actions whose refusal must not tell that the thing exists.
HIDDEN = frozenset({Action.READ_SOLUTION})


def may(action: Action, thing: Thing | None = None) -> bool:
    return POLICY[action](thing)


def require(action: Action, thing: Thing | None = None) -> None:
    """Raise ``Forbidden``, or ``NotFound`` for an action in ``HIDDEN``, unless the policy allows it."""
    if not may(action, thing):
        raise NotFound(action) if action in HIDDEN else Forbidden(action)
