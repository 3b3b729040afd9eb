# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting news in the outbox: at once, or in the digest its reader wants."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import Person
from app.notices import queries, rules, standing
from app.notices.models import Notice, Preference
from app.outbox import queries as outbox
from app.outbox.service import post

#: Makes the path of the page that ends e-mails of a kind for a person, without a log-in.
Unsubscribe = Callable[[int, str], str]
#: How several pieces of news are sent that are no digest; the templates of letters know the word.
AT_ONCE = "now"


class Due(NamedTuple):
    """A notice that its reader wants by mail at once, and when what it tells was done; ``asked`` is the question it
    puts, where it puts one."""

    person: Person
    notice: Notice
    at: datetime
    asked: Mapping[str, Any] | None

    @property
    def is_question(self) -> bool:
        return bool(self.asked) and self.notice.reason == rules.WAITING


def way(chosen: Preference | None, reason: str) -> str:
    """How a notice is mailed; empty where it is wanted neither by mail nor on the site."""
    if chosen is None:
        return rules.REASONS[reason]
    return chosen.mail if chosen.site or chosen.mail != "never" else ""


def send(session: Session, due: Sequence[Due], unsubscribe: Unsubscribe) -> None:
    """Put the letters in the outbox: one for each question, which holds all of it with its answers; one for all that
    the same act brought a reader, as a round of fifty requests does. None for what was done in the meantime."""
    alike: dict[tuple[object, ...], list[Due]] = {}
    for item in due:
        if item.notice.data.get("settled"):
            continue
        same = (item.notice.id,) if item.is_question else (item.notice.reason, item.notice.action, item.at)
        alike.setdefault((item.person.id, *same), []).append(item)
    for items in alike.values():
        _mail(session, items, unsubscribe(items[0].person.id, items[0].notice.reason))


def _mail(session: Session, items: Sequence[Due], unsubscribe: str) -> None:
    person, first, _at, asked = items[0]
    data: dict[str, Any] = {"news": [as_news(item.notice) for item in items], "unsubscribe": unsubscribe}
    # Its number alone does not do: SQLite gives that of a notice that went with its person to the next.
    to, at, once = (person.email, person.language), first.created_at, f"news:{first.id}:{first.source}"
    if items[0].is_question:
        post(session, at, "question", *to, {**data, "asked": dict(asked or {})}, once=once)
    elif len(items) > 1:
        post(session, at, "newsletter", *to, {**data, "how": AT_ONCE}, once=once)
    else:
        post(session, at, "news", *to, data, once=once)
    for item in items:
        item.notice.mailed_at = item.notice.created_at


def as_news(notice: Notice) -> dict[str, Any]:
    """A notice as a letter tells it."""
    return {"action": notice.action, "reason": notice.reason, "data": notice.data}


def due_digests(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Who has something for a digest that is due and was not sent yet, as (person, how); reads only."""
    days = {how: day for how in rules.DIGESTS if (day := rules.digest_day(now, how))}
    waiting = queries.waiting_for_mail(session, min(rules.earliest_of_digest(day, how) for how, day in days.items()))
    chosen = queries.preferences(session, {row[0] for row in waiting})
    found: dict[str, tuple[int, str]] = {}
    for person_id, reason, first, last in waiting:
        how = way(chosen.get((person_id, reason)), reason)
        day = days.get(how)
        if day and first <= rules.latest_of_digest(day, how, now) and last >= rules.earliest_of_digest(day, how):
            found[_once(person_id, how, day)] = person_id, how
    sent = outbox.keys_among(session, found)
    return [whose for once, whose in found.items() if once not in sent]


def send_digest(session: Session, person_id: int, how: str, now: datetime, unsubscribe: Unsubscribe) -> bool:
    """Put a person's digest, `daily` or `weekly`, in the outbox where it is due; an empty one is not sent."""
    person = people.active(session, [person_id]).get(person_id)
    day = rules.digest_day(now, how)
    chosen = queries.preferences(session, [person_id])
    reasons = [reason for reason in rules.REASONS if way(chosen.get((person_id, reason)), reason) == how]
    if person is None or day is None or not reasons:
        return False
    since, until = rules.earliest_of_digest(day, how), rules.latest_of_digest(day, how, now)
    found = queries.unmailed(session, person_id, reasons, since, until)
    notices = [
        notice for notice in found if not notice.data.get("settled") and standing.still_reads(session, person, notice)
    ]
    data = {
        "news": [as_news(notice) for notice in notices],
        "how": how,
        "unsubscribe": unsubscribe(person_id, "+".join(reasons)),
    }
    to, once = (person.email, person.language), _once(person_id, how, day)
    if not notices or post(session, now, "newsletter", *to, data, once=once) is None:
        return False
    for notice in notices:
        notice.mailed_at = now
    return True


def _once(person_id: int, how: str, day: date) -> str:
    return f"digest:{person_id}:{how}:{day.isoformat()}"
