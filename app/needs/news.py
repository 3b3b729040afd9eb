# SPDX-License-Identifier: AGPL-3.0-or-later
"""Solutions published since that are among the first for an open request: which they are, and telling of them."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cities.rules import is_closed
from app.document.dates import day_of
from app.journal import queries as journal
from app.matching.score import band
from app.needs import candidates, queries, rules, service, shortlists
from app.needs.models import Need
from app.review.queries import FirstLive, first_live
from app.search.engine import Engine

FIRST_TOLD = 3


def newly_met(session: Session, engine: Engine, now: datetime) -> list[tuple[int, str]]:
    """Open requests with a solution published since that is among their first and was not told yet; reads only."""
    oldest = queries.oldest_open(session)
    new = first_live(session, oldest) if oldest else {}
    if not new:
        return []
    desk, told, found = candidates.desk(session, engine, now), _told(session), []
    for need in queries.open_needs(session):
        if is_closed(need.city.register, day_of(now)):
            continue
        since = need.published_at or need.created_at
        for item in shortlists.places(desk, candidates.as_need(desk, need))[:FIRST_TOLD]:
            slug = item.match.offer.solution
            if _is_news(new.get(slug), since, need) and band(item.match.score) != "low" and (need.id, slug) not in told:
                found.append((need.id, slug))
    return found


def tell_met(session: Session, number: int, slug: str, now: datetime) -> bool:
    """Tell a request and who could offer it, once, of a solution that came after it. Answers whether it was told."""
    need = queries.locked(session, number)
    if need is None or need.state != rules.State.OPEN or (number, slug) in _told(session, number):
        return False
    for action in ("need-met", "need-answerable"):
        service.tell(session, need, service.Deed(None, now), action, {"solution": slug})
    return True


def _told(session: Session, number: int | None = None) -> set[tuple[int, str]]:
    """Requests, or one, and the solutions they were told of."""
    rows = journal.data_of(session, "need", "need-met", None if number is None else str(number))
    return {(int(key), str(data.get("solution", ""))) for key, data in rows}


def _is_news(live: FirstLive | None, since: datetime, need: Need) -> bool:
    """Whether a solution came after a request; the shipped library is no news to requests made up beside it."""
    return live is not None and live.at > since and (live.written_here or not need.demonstration)
