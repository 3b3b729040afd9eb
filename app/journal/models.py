# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of the journal; rows are added, never changed: triggers of the database refuse it (migration 0010)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Instant


class JournalEntry(Base):
    """Something a person, or the site itself (``actor_id`` None), did to a thing.

    ``kind`` and ``key`` name the thing (`solution`, its slug); ``body`` the body it belongs to; ``data`` the details,
    never an e-mail address or a name, so that erasing a person leaves the chain whole. ``digest`` covers the row and
    the digest before it.
    """

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_thing", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(String(120), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
