# SPDX-License-Identifier: AGPL-3.0-or-later
"""Base, engine, sessions and the unit of work: the only commit in the project."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from app import rubbish

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: Milliseconds a unit of work waits for another writer.
PATIENCE = 10_000
#: Connections are bounded by the threads, each of which takes two while it writes: with fewer, all could hold one and
#: wait for another.
UNBOUNDED = -1
#: Any constant: the name under which commands wait for each other on PostgreSQL.
ALONE = 740_018
Item = TypeVar("Item")
#: How PostgreSQL and SQLite say that something is there already.
TAKEN = frozenset({"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})
#: Under which name a session knows whether its site was switched on for trying it.
DEMONSTRATION = "demonstration"


class Base(DeclarativeBase):
    """Root of every table."""

    metadata = MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC, aware on both databases (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def demonstrating(session: Session | None) -> bool:
    """Whether the site of a session was switched on for trying it; never where there is no session to ask."""
    return session is not None and bool(session.info.get(DEMONSTRATION))


class Tidy(Session):
    """A session at whose end rubbish is looked for."""

    def close(self) -> None:
        super().close()
        rubbish.look()


class Database:
    """One database: sessions for reading, and units of work for writing."""

    def __init__(self, address: str, demonstration: bool = False, told: Mapping[str, object] | None = None) -> None:
        """``demonstration``: whether accounts made up for trying the site, where it holds any, are taken for people.

        ``told``: what every session knows besides, by name: functions of houses further down the street.
        """
        self.engine = make_engine(address)
        writing = self.engine.execution_options(writing=True)
        info = {**(told or {}), DEMONSTRATION: demonstration}
        self.reading: sessionmaker[Session] = sessionmaker(
            self.engine, class_=Tidy, expire_on_commit=False, autoflush=False, info=info
        )
        self._writing: sessionmaker[Session] = sessionmaker(writing, class_=Tidy, expire_on_commit=False, info=info)

    @contextmanager
    def work(self, patience: int = PATIENCE) -> Iterator[Session]:
        """One unit of work: commits once at the end, or leaves nothing behind.

        ``patience``: milliseconds to wait for another writer of SQLite, the whole file of which one at a time writes;
        ``OperationalError`` after that.
        """
        with self._writing.begin() as session:
            if patience != PATIENCE:
                session.connection(execution_options={"patience": patience})
            yield session

    def each(self, which: Callable[[Session], Iterable[int]], act: Callable[[Session, int], int]) -> int:
        """Do the same to every thing it is time for, as ``over`` does."""
        with self.reading() as session:
            numbers = list(which(session))
        return self.over(numbers, act)

    def over(self, things: Iterable[Item], act: Callable[[Session, Item], int]) -> int:
        """Do the same to every thing, each in a transaction of its own. Answers the sum of it.

        One that goes wrong keeps no other back: the first error is raised at the end, with notes of the others. A
        database that is away, or busy, ends it at once.
        """
        done = 0
        troubles: list[Exception] = []
        for thing in things:
            try:
                with self.work() as session:
                    done += act(session, thing)
            except OperationalError:
                raise
            except Exception as error:
                troubles.append(error)
        for other in troubles[1:]:
            troubles[0].add_note(f"and: {type(other).__name__}: {other}")
        if troubles:
            raise troubles[0]
        return done

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One after the other: what would trip over itself where two machines begin it at the same moment.

        SQLite has one writer at a time already.
        """
        if self.engine.dialect.name != "postgresql":
            yield
            return
        with self.engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": ALONE})
            yield

    def close(self) -> None:
        self.engine.dispose()


def is_taken(error: DBAPIError) -> bool:
    """Whether somebody wrote, between a look and the writing after it, what there may be once only."""
    known = (getattr(error.orig, name, "") for name in ("sqlstate", "sqlite_errorname"))
    return not TAKEN.isdisjoint(known)


def make_engine(address: str) -> Engine:
    """Engine with the settings each database needs to keep an acknowledged write."""
    if not address.startswith("sqlite"):
        # Said to the server: it would choose the encoding of the database, in which not every letter may be told.
        told = {"client_encoding": "utf8"}
        return create_engine(
            address, pool_pre_ping=True, hide_parameters=True, max_overflow=UNBOUNDED, connect_args=told
        )
    # Parameters hold addresses and links of people: they stay out of errors and so out of the logs.
    engine = create_engine(address, hide_parameters=True, max_overflow=UNBOUNDED)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    # Pages of the file kept by each connection, in kilobytes: the system keeps the file in memory once for all of them.
    for pragma in (_wait(PATIENCE), "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-400"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A read transaction that upgrades to a write ignores busy_timeout, so a writer takes its lock first.
    options = connection.get_execution_options()
    begin = "BEGIN IMMEDIATE" if options.get("writing") else "BEGIN"
    if "patience" not in options:
        connection.exec_driver_sql(begin)
        return
    connection.exec_driver_sql(f"PRAGMA {_wait(options['patience'])}")
    try:
        connection.exec_driver_sql(begin)
    finally:
        connection.exec_driver_sql(f"PRAGMA {_wait(PATIENCE)}")


def _wait(milliseconds: int) -> str:
    return f"busy_timeout={milliseconds}"
