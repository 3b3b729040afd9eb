# SPDX-License-Identifier: AGPL-3.0-or-later
"""What time does to an open request: once its day has passed its city is asked to close or extend it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cities.rules import is_closed
from app.document.dates import day_of
from app.needs import queries, rules
from app.needs.models import Need
from app.needs.rules import State
from app.needs.service import Deed, tell


def look_at(session: Session, number: int, days: int, now: datetime) -> bool:
    """Remind the city of a request whose day has passed; ``days`` later the board says that nobody answered.

    Of a body that is no longer there nobody can extend it: the board says so at once. Answers whether anything
    happened; once a thing has happened, looking again does nothing.
    """
    need = queries.locked(session, number)
    if need is None or need.state != State.OPEN or not rules.is_past(need.by_when, now):
        return False
    action = _due(need, days, now)
    if action == "need-overdue":
        need.overdue_at = now
    elif action == "need-lapsed":
        need.lapsed_at = now
    if action:
        tell(session, need, Deed(None, now), action, {"by_when": need.by_when.isoformat() if need.by_when else ""})
    return bool(action)


def _due(need: Need, days: int, now: datetime) -> str:
    """What is done now, a row of the journal; empty where it was done already."""
    if need.lapsed_at is not None:
        return ""
    if is_closed(need.city.register, day_of(now)):
        return "need-lapsed"
    if need.overdue_at is None:
        return "need-overdue"
    return "need-lapsed" if rules.days_passed(need.overdue_at, now) >= days else ""
