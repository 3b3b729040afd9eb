# SPDX-License-Identifier: AGPL-3.0-or-later
"""Following and telling: each in the transaction of what it belongs to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.errors import Invalid, NotFound
from app.journal import queries as journal
from app.journal.models import JournalEntry
from app.notices import audiences, mailing, queries, rules
from app.notices.mailing import Unsubscribe
from app.notices.models import Cursor, Follow, Notice, Preference
from app.text.typed import line

FOLLOWER = "journal"
SEARCHES = "searches"
#: Rows, and notices, of one transaction: whoever writes meanwhile waits for its end.
AT_ONCE, MOST_TOLD = 200, 500


def distribute(
    session: Session, now: datetime, unsubscribe: Unsubscribe, troubles: list[tuple[int, Exception]] | None = None
) -> int:
    """Tell of the next rows of the journal, and move the cursor in the same transaction. Answers how many rows; none
    where there are no more.

    A row that cannot be told is passed over, and stands in ``troubles`` where there is a list for it: one row keeps
    nobody else's news back.
    """
    cursor = _cursor(session, FOLLOWER)
    done = told = 0
    due: list[mailing.Due] = []
    for entry in journal.after(session, int(cursor.position or 0), AT_ONCE):
        _settle(session, entry, now)
        if entry.action in rules.TOLD:
            kept, mailed = _tell_or_pass(session, entry, now, troubles)
            told += kept
            due += mailed
        cursor.position = str(entry.id)
        done += 1
        if told >= MOST_TOLD:
            break
    mailing.send(session, due, unsubscribe)
    return done


def behind(session: Session) -> bool:
    """Whether the journal has rows of which nobody was told yet; reads only."""
    cursor, last = queries.cursor(session, FOLLOWER), journal.last(session)
    return last is not None and last.id > int((cursor and cursor.position) or 0)


def _tell_or_pass(
    session: Session, entry: JournalEntry, now: datetime, troubles: list[tuple[int, Exception]] | None
) -> tuple[int, list[mailing.Due]]:
    if troubles is None:
        return _tell_of(session, entry, now)
    try:
        with session.begin_nested():
            return _tell_of(session, entry, now)
    except OperationalError:
        raise
    except Exception as error:
        troubles.append((entry.id, error))
        return 0, []


def _settle(session: Session, entry: JournalEntry, now: datetime) -> None:
    """What was done, whoever did it, waits for nobody any more: it counts as read, and says so."""
    actions = rules.settled_by(entry.action, entry.data)
    if not actions:
        return
    for notice in queries.waiting_on(session, entry.kind, entry.key, actions, rules.STEPS_OF_TWINNING):
        if not notice.data.get("settled") and rules.is_settled(entry.data, notice.data):
            notice.data = {**notice.data, "settled": True}
            notice.read_at = notice.read_at or now


def _cursor(session: Session, name: str) -> Cursor:
    """The cursor, held: of two workers one goes on from where the other has come to."""
    found = queries.held_cursor(session, name)
    if found is None:
        found = Cursor(name=name, position="")
        try:
            with session.begin_nested():
                session.add(found)
        except IntegrityError:
            # The other made it meanwhile.
            return _cursor(session, name)
    return found


def _tell_of(session: Session, entry: JournalEntry, now: datetime) -> tuple[int, list[mailing.Due]]:
    audience = audiences.of(session, entry)
    if audience is None:
        return 0, []
    noted = {name: said for name, said in entry.data.items() if name not in rules.UNTOLD}
    about = {**noted, **audience.facts, "title": audience.title, "body": audience.body}
    if audience.absent:
        about["absent"] = audience.absent
    of = entry.data.get(rules.OF_A_PERSON.get(entry.action, ""))
    notices = [
        Notice(
            person_id=person_id,
            source=f"journal:{entry.id}",
            reason=reason,
            action=entry.action,
            kind=entry.kind,
            key=entry.key,
            data={**about, "path": audience.path_for(reason, person_id), **({"you": True} if person_id == of else {})},
            created_at=now,
        )
        for person_id, reason in rules.told(entry.action, audience, entry.actor_id).items()
    ]
    return _keep(session, notices, entry.at, audience.asked)


def tell(session: Session, notices: Sequence[Notice], unsubscribe: Unsubscribe) -> int:
    """Keep those notices that are new and wanted, with a letter at once for who wants one. Answers how many."""
    kept, due = _keep(session, notices)
    mailing.send(session, due, unsubscribe)
    return kept


def _keep(
    session: Session, notices: Sequence[Notice], at: datetime | None = None, asked: Mapping[str, Any] | None = None
) -> tuple[int, list[mailing.Due]]:
    """How many notices are new and wanted, and what of them is to be mailed at once; ``at`` is when what they tell was
    done, where that is not now.

    Beside the notices and the letters, what is asked of the database does not grow with the people.
    """
    there = people.active(session, {notice.person_id for notice in notices})
    if not there:
        return 0, []
    told = queries.told(session, list(there), {notice.source for notice in notices})
    chosen = queries.preferences(session, list(there))
    ways = [mailing.way(chosen.get((notice.person_id, notice.reason)), notice.reason) for notice in notices]
    kept = [
        (notice, way)
        for notice, way in zip(notices, ways, strict=True)
        if way and notice.person_id in there and (notice.person_id, notice.source, notice.reason) not in told
    ]
    session.add_all(notice for notice, _way in kept)
    session.flush()
    due = [
        mailing.Due(there[notice.person_id], notice, at or notice.created_at, asked)
        for notice, way in kept
        if way == "now"
    ]
    return len(kept), due


def start_following(
    session: Session, person_id: int, kind: str, key: str, label: str, seen: list[str], now: datetime
) -> None:
    """Follow a thing; nothing happens where it is followed already. Raises ``Invalid`` beyond the limit."""
    if kind not in rules.KINDS or not key or len(key) > 400:
        raise Invalid({"follow": "not_a_choice"})
    # One at a time for each person: a button is pressed twice, and what is followed once has one row.
    people.locked(session, person_id)
    if queries.follow(session, person_id, kind, key) is not None:
        return
    if len(queries.follows(session, person_id)) >= rules.MOST_FOLLOWED:
        raise Invalid({"follow": "too_many"})
    session.add(Follow(person_id=person_id, kind=kind, key=key, label=label[:300], seen=seen, created_at=now))


def stop_following(session: Session, person_id: int, kind: str, key: str) -> None:
    found = queries.follow(session, person_id, kind, key)
    if found is not None:
        session.delete(found)


def rename_search(session: Session, person_id: int, number: int, name: str) -> None:
    """What its owner calls a saved search; empty, it is called again by what it asks for. Raises ``NotFound`` for that
    of somebody else and what is no search, ``Invalid`` for a name that is too long."""
    found = queries.own_search(session, person_id, number)
    if found is None:
        raise NotFound(number)
    if len(called := line(name)) > rules.MAX_NAME:
        raise Invalid({"name": "too_long"})
    found.name = called


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
    people.locked(session, person_id)
    found = queries.preference(session, person_id, reason)
    if found is None:
        found = Preference(person_id=person_id, reason=reason, site=True)
        session.add(found)
    found.mail = mail
    found.site = found.site if site is None else site


def searches_to_look_at(session: Session, state: str) -> bool:
    """Whether the saved searches were not looked at yet in this state of the index; reads only."""
    cursor = queries.cursor(session, SEARCHES)
    return bool(state) and (cursor is None or cursor.position != state)


def looked_at_searches(session: Session, state: str) -> None:
    """Note the state of the index in which all saved searches were looked at."""
    _cursor(session, SEARCHES).position = state


def tell_found(session: Session, number: int, found: Mapping[str, str], now: datetime, unsubscribe: Unsubscribe) -> int:
    """Tell the owner of a saved search what is new in it, as slug -> title; nobody where it is followed no more."""
    follow = queries.saved_search(session, number)
    if follow is None:
        return 0
    new = [slug for slug in found if slug not in follow.seen]
    tell(session, [_found(follow, slug, found[slug], now) for slug in new], unsubscribe)
    follow.seen = sorted({*follow.seen, *new})
    return len(new)


def _found(follow: Follow, slug: str, title: str, now: datetime) -> Notice:
    return Notice(
        person_id=follow.person_id,
        source=rules.source_of_search(follow.id, follow.created_at, slug),
        reason=rules.SEARCH,
        action="search-found",
        kind="solution",
        key=slug,
        data={
            "title": title,
            "path": f"/soluzioni/{slug}",
            "search": follow.label,
            "query": follow.key,
            **({"named": follow.name} if follow.name else {}),
        },
        created_at=now,
    )
