# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every row of one database into another, of whichever kind: all of them, or none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, Table, func, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app import schema
from app.backup import databases
from app.backup.archive import SQLITE, Unusable
from app.db import Base, Database

#: Rows held in memory at a time: one may be a document of megabytes.
BATCH = 50
#: What the migrations fill by themselves, which a database without a site has too.
OF_MIGRATIONS = frozenset({"register_state"})
#: The sequence of a table goes on after its last row; a table that none numbers, or without rows, is left alone.
NUMBERED = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), (SELECT max(id) FROM {0}))"
#: One state of everything, whatever others write meanwhile. A transaction of SQLite is so by itself.
ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

#: How far it is: steps done, of how many.
Progress = Callable[[int, int], None]
Batches = Iterator[Sequence[Row[Any]]]


def copy(source: Database, target: Database, progress: Progress) -> Mapping[str, int]:
    """Copy every row, read each again and compare. Answers the rows of each table.

    Raises ``Unusable`` where the tables are not those of this release, the target holds anything, or it refuses a row;
    it is then as empty as it was.
    """
    with _one_state(source) as old, target.alone(), target.work() as new:
        tables = _ready(old, new)
        reading, writing = old.connection(), new.connection()
        steps = _Steps(2 * _rows(reading, tables), progress)
        copied = {table: _summed(steps.through(_filled(writing, table, _batches(reading, table)))) for table in tables}
        for table, said in copied.items():
            if _summed(steps.through(_batches(writing, table))) != said:
                raise Unusable("copied_otherwise", table.name)
            if writing.dialect.name == "postgresql" and "id" in table.c:
                writing.execute(text(NUMBERED.format(table.name)))
    return {table.name: count for table, (count, _marks) in copied.items()}


@contextmanager
def _one_state(source: Database) -> Iterator[Session]:
    on_sqlite = databases.name_of(source) == SQLITE
    if on_sqlite and not databases.file_of(source).is_file():
        raise Unusable("no_source", str(databases.file_of(source)))
    with source.reading() as session:
        session.connection(execution_options={} if on_sqlite else ONE_STATE)
        yield session


def _ready(old: Session, new: Session) -> Sequence[Table]:
    """The tables, those that others refer to first. Raises ``Unusable`` where one database is not what it must be."""
    for session, key in ((old, "source_tables"), (new, "target_tables")):
        if schema.applied(session) != schema.expected():
            raise Unusable(key, schema.applied(session) or "nessuna")
    tables = Base.metadata.sorted_tables
    for table in tables:
        if table.name in OF_MIGRATIONS:
            new.connection().execute(table.delete())
        elif _count(new.connection(), table):
            raise Unusable("not_empty_table", table.name)
    return tables


def _rows(reading: Connection, tables: Iterable[Table]) -> int:
    """How many rows there are. Raises ``Unusable`` for a database without a site: another was meant."""
    counts = {table.name: _count(reading, table) for table in tables}
    if not any(count for name, count in counts.items() if name not in OF_MIGRATIONS):
        raise Unusable("source_empty")
    return sum(counts.values())


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(table.select().with_only_columns(func.count()).select_from(table)).scalar_one()


def _batches(connection: Connection, table: Table) -> Batches:
    found = connection.execute(table.select(), execution_options={"yield_per": BATCH})
    yield from found.partitions()


def _filled(writing: Connection, table: Table, batches: Batches) -> Batches:
    for rows in batches:
        _insert(writing, table, [dict(row._mapping) for row in rows])
        yield rows


def _summed(batches: Batches) -> tuple[int, int]:
    """How many rows, and the sum of their marks: it is the same in whatever order they are read."""
    count = marks = 0
    for rows in batches:
        count, marks = count + len(rows), marks + sum(map(_mark, rows))
    return count, marks


def _mark(row: Row[Any]) -> int:
    """Differs where a value, or only its kind, does; an instant is the same in every zone."""
    return hash(tuple((type(value), str(value) if isinstance(value, dict | list) else value) for value in row))


def _insert(writing: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows. Raises ``Unusable`` that names the first the database refuses."""
    try:
        with writing.begin_nested():
            writing.execute(table.insert(), rows)
    except (DataError, IntegrityError) as error:
        if len(rows) > 1:
            for row in rows:
                _insert(writing, table, [row])
        told = str(error.orig).partition("\n")[0]
        raise Unusable("row_refused", f"{_named(table, rows[0])}: {told}") from error


def _named(table: Table, row: Mapping[str, Any]) -> str:
    """A row by its key, with the columns whose texts hold what PostgreSQL takes none of, or more than it takes."""
    key = ", ".join(f"{column.name} {row[column.name]}" for column in table.primary_key)
    wrong = [column.name for column in table.c if _unfit(row[column.name], getattr(column.type, "length", None))]
    return f"{table.name}, {key}" + (f" ({', '.join(wrong)})" if wrong else "")


def _unfit(value: object, most: int | None) -> bool:
    return isinstance(value, str) and ("\0" in value or (most is not None and len(value) > most))


class _Steps:
    """Counts the rows that pass, and tells it on."""

    def __init__(self, of: int, progress: Progress) -> None:
        self.done, self.of, self.progress = 0, of, progress

    def through(self, batches: Batches) -> Batches:
        for rows in batches:
            yield rows
            self.done += len(rows)
            self.progress(self.done, self.of)
