# SPDX-License-Identifier: AGPL-3.0-or-later
"""Following, telling, and putting news in the outbox: each in the transaction of what it belongs to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import Person
from app.errors import Invalid, NotFound
from app.journal import queries as journal
from app.journal.models import JournalEntry
from app.notices import audiences, queries, rules
from app.notices.models import Cursor, Follow, Notice, Preference
from app.outbox.service import post

FOLLOWER = "journal"
SEARCHES = "searches"
AT_ONCE = 200
#: Makes the path of the page that ends e-mails of a kind for a person, without a log-in.
Unsubscribe = Callable[[int, str], str]


def distribute(
    session: Session, now: datetime, unsubscribe: Unsubscribe, troubles: list[tuple[int, Exception]] | None = None
) -> int:
    """Tell of the next rows of the journal, and move the cursor in the same transaction. Answers how many rows.

    A row that cannot be told is passed over, and stands in ``troubles`` where there is a list for it: one row keeps
    nobody else's news back.
    """
    cursor = _cursor(session, FOLLOWER)
    entries = journal.after(session, int(cursor.position or 0), AT_ONCE)
    for entry in entries:
        _settle(session, entry, now)
        if entry.action in rules.TOLD:
            _tell_or_pass(session, entry, now, unsubscribe, troubles)
        cursor.position = str(entry.id)
    return len(entries)


def _tell_or_pass(
    session: Session,
    entry: JournalEntry,
    now: datetime,
    unsubscribe: Unsubscribe,
    troubles: list[tuple[int, Exception]] | None,
) -> None:
    if troubles is None:
        _tell_of(session, entry, now, unsubscribe)
        return
    try:
        with session.begin_nested():
            _tell_of(session, entry, now, unsubscribe)
    except OperationalError:
        raise
    except Exception as error:
        troubles.append((entry.id, error))


def _settle(session: Session, entry: JournalEntry, now: datetime) -> None:
    """What was done, whoever did it, waits for nobody any more: it counts as read, and says so."""
    actions = rules.SETTLES.get(entry.action)
    if not actions:
        return
    for notice in queries.waiting_on(session, entry.kind, entry.key, actions, rules.STEPS_OF_TWINNING):
        if not notice.data.get("settled") and rules.is_settled(entry.data, notice.data):
            notice.data = {**notice.data, "settled": True}
            notice.read_at = notice.read_at or now


def _cursor(session: Session, name: str) -> Cursor:
    found = queries.cursor(session, name)
    if found is None:
        found = Cursor(name=name, position="")
        session.add(found)
    return found


def _tell_of(session: Session, entry: JournalEntry, now: datetime, unsubscribe: Unsubscribe) -> None:
    audience = audiences.of(session, entry)
    if audience is None:
        return
    for person_id, reason in rules.told(entry.action, audience, entry.actor_id).items():
        data = {
            **{name: noted for name, noted in entry.data.items() if name not in rules.UNTOLD},
            **audience.facts,
            "title": audience.title,
            "path": audience.path_for(reason, person_id),
            "body": audience.body,
            **({"absent": audience.absent} if audience.absent else {}),
        }
        what = (f"journal:{entry.id}", reason, entry.action, entry.kind, entry.key)
        asked = audience.asked if reason == rules.WAITING else {}
        tell(session, person_id, *what, data=data, now=now, unsubscribe=unsubscribe, asked=asked)


def tell(
    session: Session,
    person_id: int,
    source: str,
    reason: str,
    action: str,
    kind: str,
    key: str,
    *,
    data: dict[str, Any],
    now: datetime,
    unsubscribe: Unsubscribe,
    asked: Mapping[str, Any] | None = None,
) -> None:
    """A notice, and a letter at once where the person wants one; nothing where it was told already, or is unwanted.

    With ``asked`` the letter holds the whole question with its answers.
    """
    person = people.person(session, person_id)
    if person is None or not person.active or queries.has_notice(session, person_id, source, reason):
        return
    how = rules.how_mailed(queries.chosen(session, person_id), reason)
    if how == "never" and reason in queries.off_the_site(session, person_id):
        return
    notice = Notice(
        person_id=person_id,
        source=source,
        reason=reason,
        action=action,
        kind=kind,
        key=key,
        data=data,
        created_at=now,
    )
    session.add(notice)
    session.flush()
    if how == "now":
        _mail(session, person, notice, unsubscribe(person_id, reason), asked)
        notice.mailed_at = now


def _mail(session: Session, person: Person, notice: Notice, unsubscribe: str, asked: Mapping[str, Any] | None) -> None:
    data = {"news": [as_news(notice)], "unsubscribe": unsubscribe}
    to, once = (person.email, person.language), f"news:{notice.id}"
    if asked:
        post(session, notice.created_at, "question", *to, {**data, "asked": dict(asked)}, once=once)
    else:
        post(session, notice.created_at, "news", *to, data, once=once)


def as_news(notice: Notice) -> dict[str, Any]:
    """A notice as a letter tells it."""
    return {"action": notice.action, "reason": notice.reason, "data": notice.data}


def send_digests(session: Session, now: datetime, unsubscribe: Unsubscribe) -> int:
    """Put the digests that are due in the outbox; an empty one is not sent. Answers how many."""
    sent = 0
    for person_id in queries.with_unmailed(session):
        person = people.person(session, person_id)
        if person is not None and person.active:
            sent += sum(_digest(session, person, how, now, unsubscribe) for how in ("daily", "weekly"))
    return sent


def _digest(session: Session, person: Person, how: str, now: datetime, unsubscribe: Unsubscribe) -> int:
    day = rules.digest_day(now, how)
    chosen = queries.chosen(session, person.id)
    reasons = [reason for reason in rules.REASONS if rules.how_mailed(chosen, reason) == how]
    if day is None or not reasons:
        return 0
    since, until = rules.earliest_of_digest(day, how), rules.latest_of_digest(day, how, now)
    found = queries.unmailed(session, person.id, reasons, since, until)
    notices = [notice for notice in found if not notice.data.get("settled")]
    data = {
        "news": [as_news(notice) for notice in notices],
        "how": how,
        "unsubscribe": unsubscribe(person.id, "+".join(reasons)),
    }
    once = f"digest:{person.id}:{how}:{day.isoformat()}"
    if not notices or post(session, now, "newsletter", person.email, person.language, data, once=once) is None:
        return 0
    for notice in notices:
        notice.mailed_at = now
    return 1


def start_following(
    session: Session, person_id: int, kind: str, key: str, label: str, seen: list[str], now: datetime
) -> None:
    """Follow a thing; nothing happens where it is followed already. Raises ``Invalid`` beyond the limit."""
    if kind not in rules.KINDS or not key or len(key) > 400:
        raise Invalid({"follow": "not_a_choice"})
    if queries.follow(session, person_id, kind, key) is not None:
        return
    if len(queries.follows(session, person_id)) >= rules.MOST_FOLLOWED:
        raise Invalid({"follow": "too_many"})
    session.add(Follow(person_id=person_id, kind=kind, key=key, label=label[:300], seen=seen, created_at=now))


def stop_following(session: Session, person_id: int, kind: str, key: str) -> None:
    found = queries.follow(session, person_id, kind, key)
    if found is not None:
        session.delete(found)


def mark_read(session: Session, person_id: int, number: int, now: datetime) -> Notice:
    """Raises ``NotFound`` for a notice of somebody else."""
    found = queries.notice(session, person_id, number)
    if found is None:
        raise NotFound(number)
    found.read_at = found.read_at or now
    return found


def mark_all_read(session: Session, person_id: int, now: datetime) -> None:
    for notice in queries.all_unread(session, person_id):
        notice.read_at = now


def choose(session: Session, person_id: int, reason: str, mail: str, site: bool | None = None) -> None:
    """How to be mailed for a reason, and whether to be told on the site; None leaves that. Raises ``Invalid``."""
    if reason not in rules.REASONS or mail not in rules.MAILED:
        raise Invalid({"mail": "not_a_choice"})
    found = queries.preference(session, person_id, reason)
    if found is None:
        found = Preference(person_id=person_id, reason=reason, site=True)
        session.add(found)
    found.mail = mail
    found.site = found.site if site is None else site


def look_again(
    session: Session, follow: Follow, found: Sequence[tuple[str, str]], now: datetime, unsubscribe: Unsubscribe
) -> int:
    """Tell the owner of a saved search what is new in it, as (slug, title). Answers how many."""
    titles = dict(found)
    new = rules.new_since(titles, follow.seen)
    for slug in new:
        data = {"title": titles[slug], "path": f"/soluzioni/{slug}", "search": follow.label, "query": follow.key}
        source = f"search:{follow.id}:{slug}"
        what = (source, rules.SEARCH, "search-found", "solution", slug)
        tell(session, follow.person_id, *what, data=data, now=now, unsubscribe=unsubscribe)
    if new:
        follow.seen = sorted({*follow.seen, *new})
    return len(new)
