# SPDX-License-Identifier: AGPL-3.0-or-later
"""What time does to an open request: once its day has passed its city is asked to close or extend it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.needs import queries, rules
from app.needs.rules import State
from app.needs.service import Deed, tell


def look_at(session: Session, number: int, days: int, now: datetime) -> bool:
    """Remind the city of a request whose day has passed; ``days`` later the board says that nobody answered.

    Answers whether anything happened; once a thing has happened, looking again does nothing.
    """
    need = queries.locked(session, number)
    if need is None or need.state != State.OPEN or not rules.is_past(need.by_when, now):
        return False
    told = {"by_when": need.by_when.isoformat() if need.by_when else ""}
    if need.overdue_at is None:
        need.overdue_at = now
        tell(session, need, Deed(None, now), "need-overdue", told)
        return True
    if need.lapsed_at is None and rules.days_passed(need.overdue_at, now) >= days:
        need.lapsed_at = now
        tell(session, need, Deed(None, now), "need-lapsed", told)
        return True
    return False
