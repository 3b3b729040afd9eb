# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the database has the tables this release expects."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"


def expected() -> str:
    """Identifier of the newest migration in the source tree (its four digits)."""
    return max(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))


def applied(session: Session) -> str:
    """Identifier of the migration the database is at, empty for none."""
    try:
        return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    except DBAPIError:
        return ""


def standing(session: Session) -> dict[str, bool]:
    """Whether the database answers, and whether it has the tables this release expects."""
    try:
        session.execute(text("SELECT 1"))
    except DBAPIError:
        return {"database": False, "migrations": False}
    return {"database": True, "migrations": applied(session) == expected()}


def encoding(session: Session) -> str:
    """In which encoding the database keeps texts. SQLite has none but Unicode."""
    if session.get_bind().dialect.name != "postgresql":
        return "UTF8"
    return str(session.execute(text("SHOW server_encoding")).scalar())
