# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every table that names a person is in the file of their data, and lets go of them when they are erased."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Engine, Integer, LargeBinary, Table, create_engine, insert, select
from sqlalchemy.orm import Session

from app.access import NOBODY
from app.accounts import erasure, own_data, queries
from app.db import Base, Instant
from app.factory import ERASURES, OWN_DATA
from app.notices.own_data import ELSEWHERE, LEFT_OUT, naming_people
from tests.makers import NOW

ANNA, EMAIL = 7, "anna@ente.example"
#: Values that a table takes only from a list.
FIXED = {"assignments.role": "official", "reviews.state": "open"}
#: Columns that keep the number of somebody erased: a number without a name, an address or a way in.
STAYS = {
    "journal.actor_id": "the chain of decisions stays whole",
    "solutions.author_id": "what an office published stays under its name",
    "solution_revisions.author_id": "what an office published stays under its name",
    "working_copies.saved_by": "the draft belongs to the office",
    "editions.saved_by": "the draft belongs to the office",
    "attachments.added_by": "the kit belongs to the office",
    "comments.author_id": "a remark belongs to the review it was made in",
    "comments.resolved_by": "a remark belongs to the review it was made in",
    "page_reports.author_id": "the report was dealt with under it",
    "page_reports.resolved_by": "the report stays explained",
    "reviews.asked_by": "a decision stays explained",
    "reviews.decided_by": "a decision stays explained",
    "needs.author_id": "a request is the city's",
    "need_receivers.joined_by": "a request is the city's",
    "need_versions.saved_by": "a request is the city's",
    "proposals.asked_by": "a proposal is the city's",
    "proposals.answered_by": "an answer is the city's",
    "capacities.stated_by": "what a city can give is the city's word",
    "matching_rounds.created_by": "a round stays explained",
    "weights_decisions.decided_by": "a decision stays explained",
    "invitations.invited_by": "who was invited can still be told by which office",
    "service_accounts.created_by": "a token in use can be traced",
    "milestones.done_by": "the twinning stays as it was run",
    "twinning_files.added_by": "the twinning stays as it was run",
    "twinning_notes.author_id": "the twinning stays as it was run",
    "worked_hours.person_id": "the twinning's hours are the city's",
    "readiness_answers.answered_by": "the twinning stays as it was run",
    "closing_forms.filled_by": "the twinning stays as it was run",
}


def references() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column of the schema that holds the number or the mailbox of a person."""
    for table in Base.metadata.sorted_tables:
        yield from ((table, column) for column in naming_people(table) if table.name != "people")


def row(table: Table, named: Column[Any]) -> dict[str, Any]:
    """A row of a table in which one column names Anna, and each text says where it stands."""
    made = {}
    for column in table.columns:
        place = f"{table.name}.{column.name}"
        if column is named:
            made[column.name] = EMAIL if not isinstance(column.type, Integer) else ANNA
        elif not (column.primary_key and column.autoincrement is True) and not column.nullable:
            made[column.name] = FIXED.get(place, value(column, f"{table.name}.{named.name}"))
    return made


def value(column: Column[Any], text: str) -> Any:
    kinds: Mapping[type, Any] = {
        Boolean: False,
        Integer: 0 if not column.primary_key else NUMBERS.setdefault(text, len(NUMBERS) + 100),
        JSON: {},
        Date: date(2026, 1, 1),
        Instant: NOW,
        LargeBinary: b"",
    }
    return next((found for kind, found in kinds.items() if isinstance(column.type, kind)), text)


NUMBERS: dict[str, int] = {}


@pytest.fixture(scope="module")
def filled() -> Iterator[Engine]:
    """A database without checks of keys, in which every column that can name a person names Anna once."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        person = {"id": ANNA, "email": EMAIL, "name": "Anna Verdi", "confirmed_at": NOW, "created_at": NOW}
        blank = {"language": "it", "password_hash": "", "totp_secret": "", "totp_last": 0, "demonstration": False}
        connection.execute(insert(Base.metadata.tables["people"]).values(**person, **blank))
        for table, column in references():
            connection.execute(insert(table).values(**row(table, column)))
    yield engine
    engine.dispose()


def test_the_walk_finds_the_keys_to_people_and_the_numbers_that_are_none() -> None:
    found = {f"{table.name}.{column.name}" for table, column in references()}
    keys = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "people"
    }
    assert keys < found
    assert {"solutions.author_id", "reviews.claimed_by", "comments.reader_email"} <= found
    there = {str(column) for table in Base.metadata.sorted_tables for column in table.columns}
    assert {*ELSEWHERE, *LEFT_OUT, *STAYS} <= there, "a column is gone: take it out of the lists"


def test_every_column_that_names_a_person_is_told_in_their_file(filled: Engine) -> None:
    with Session(filled) as session:
        person = queries.person(session, ANNA)
        assert person
        told = own_data.collected(session, person, NOW, OWN_DATA)
    text = json.dumps(told, default=str)
    for table, column in references():
        place = f"{table.name}.{column.name}"
        if place in ELSEWHERE:
            assert told[ELSEWHERE[place]], f"{place} is said to stand under {ELSEWHERE[place]}"
        else:
            named = [item for item in told["elsewhere"].get(table.name, ()) if item[column.name] in (ANNA, EMAIL)]
            assert named, f"{place} is in no part of the file"
    assert "token_digest" not in text


def test_an_erased_person_is_named_nowhere_but_by_the_number_of_what_stays(filled: Engine) -> None:
    with Session(filled) as session:
        person = queries.person(session, ANNA)
        assert person
        erasure.erase(session, NOBODY, person, datetime.now(NOW.tzinfo), ERASURES)
        session.flush()
        for table, column in references():
            place = f"{table.name}.{column.name}"
            own = EMAIL if not isinstance(column.type, Integer) else ANNA
            left = session.execute(select(table).where(column == own)).first() is not None
            assert left is (place in STAYS), f"{place}: {'still names them' if left else 'is said to stay'}"
        session.rollback()
