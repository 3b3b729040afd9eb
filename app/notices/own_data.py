# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the houses below hold about a person: handed in for their download, let go of when they are erased."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Integer, Table
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.db import Base
from app.notices import queries

#: Columns that name a person and whose rows stand elsewhere in the file, under which name.
ELSEWHERE: Mapping[str, str] = {
    "people.email": "account",
    "assignments.person_id": "roles",
    "passkeys.person_id": "passkeys",
    "recovery_codes.person_id": "recovery_codes_left",
    "sign_ins.person_id": "sign_ins",
    "external_identities.person_id": "identities",
    "invitations.email": "invitations_received",
    "letters.recipient": "letters",
    "links.person_id": "links",
    "journal.actor_id": "journal",
    "follows.person_id": "follows",
    "notices.person_id": "notices",
    "preferences.person_id": "preferences",
}
#: Columns that are not handed over, and why.
LEFT_OUT: Mapping[str, str] = {
    "invitations.token_digest": "a secret",
    "service_accounts.token_digest": "a secret",
    "twinnings.verification": "a secret",
    "solutions.front": "copied from the newest version, which is there in full",
    "solutions.imported_digest": "a checksum",
    "solution_revisions.sections": "made from the text, which is there",
    "solution_revisions.footnotes": "made from the text, which is there",
    "solution_revisions.plain": "made from the text, which is there",
    "attachments.text": "what a programme read in the file: the file itself can be downloaded from the kit",
    "editions.state": "in-between states of the working copy, which is there in full",
    "matching_rounds.input": "requests and offers of every city, nothing of the person who began the round",
    "matching_rounds.result": "pairs of cities, nothing of the person who began the round",
    "proposals.grounds": "how the programme scored two cities, nothing of the person",
}
#: Columns for the mailbox of somebody: told only where it is the person's own.
MAILBOXES = frozenset({"email", "recipient", "reader_email"})


def naming_people(table: Table) -> Iterator[Column[Any]]:
    """Columns of a table that hold the number or the mailbox of a person.

    Most are no foreign keys: the number stays when the person is gone. A number whose name ends in `_by` or `_id`
    and that is no key to another table is a person's.
    """
    for column in table.columns:
        keys = {key.column.table.name for key in column.foreign_keys}
        number = isinstance(column.type, Integer) and column.name.endswith(("_by", "_id"))
        if "people" in keys or (number and not keys) or column.name in MAILBOXES:
            yield column


def rest(session: Session, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Rows that name the person in any table that no other part of the file tells of, by table."""
    person = people.person(session, person_id)
    email, found = person.email if person else "", {}
    for table in Base.metadata.sorted_tables:
        rows = _rows(session, table, person_id, email)
        if rows:
            found[table.name] = rows
    return found


def _rows(session: Session, table: Table, person_id: int, email: str) -> list[dict[str, Any]]:
    named = list(naming_people(table))
    numbers = [column.name for column in named if isinstance(column.type, Integer)]
    mailboxes = [column.name for column in named if column.name not in numbers]
    told = [column.name for column in table.columns if f"{table.name}.{column.name}" not in LEFT_OUT]
    rows: dict[str, dict[str, Any]] = {}
    for columns, own in ((numbers, person_id), (mailboxes, email)):
        wanted = [name for name in columns if f"{table.name}.{name}" not in ELSEWHERE]
        for row in queries.rows_naming(session, table, wanted, own, told) if wanted and own else ():
            rows.setdefault(str([row.get(key.name) for key in table.primary_key]), _own(row, named, person_id, email))
    return list(rows.values())


def _own(row: dict[str, Any], named: list[Column[Any]], person_id: int, email: str) -> dict[str, Any]:
    """A row without the numbers and the mailboxes of others."""
    others = {column.name for column in named if row[column.name] not in (person_id, email)}
    return {name: None if name in others else value for name, value in row.items()}


def preferences(session: Session, person_id: int) -> list[dict[str, Any]]:
    return [
        {"reason": item.reason, "mail": item.mail, "site": item.site}
        for item in queries.preferences(session, [person_id]).values()
    ]


def follows(session: Session, person_id: int) -> list[dict[str, Any]]:
    return [
        {
            "kind": item.kind,
            "key": item.key,
            "label": item.label,
            "name": item.name,
            "since": item.created_at.isoformat(),
        }
        for item in queries.follows(session, person_id)
    ]


def notices(session: Session, person_id: int) -> list[dict[str, Any]]:
    return [
        {
            "reason": item.reason,
            "action": item.action,
            "kind": item.kind,
            "key": item.key,
            "title": item.data.get("title", ""),
            "at": item.created_at.isoformat(),
            "read_at": item.read_at.isoformat() if item.read_at else None,
            "mailed_at": item.mailed_at.isoformat() if item.mailed_at else None,
        }
        for item in queries.every_notice(session, person_id)
    ]


def forget(session: Session, person_id: int) -> None:
    """Nobody is told anything any more, nothing tells what interested them, and no work waits for who is gone."""
    for gone in (
        *queries.follows(session, person_id),
        *queries.every_notice(session, person_id),
        *queries.preferences(session, [person_id]).values(),
        *queries.ties_to_twinnings(session, person_id),
    ):
        session.delete(gone)
    for review in queries.open_claims(session, person_id):
        review.claimed_by, review.claimed_at = None, None
    for milestone in queries.milestones_of(session, person_id):
        milestone.owner_id = None
    for notice in queries.notices_naming(session, person_id):
        notice.data = {name: said for name, said in notice.data.items() if name != "name"}
    person = people.person(session, person_id)
    for report in queries.reports_from(session, person.email) if person else ():
        report.reader_email = ""
