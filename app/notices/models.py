# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of what people follow and are told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Instant
from app.notices.rules import MAX_NAME


class Follow(Base):
    """Something a person follows: `solution`, `city`, `theme`, `act` by slug, or `search` by its query string.

    ``seen`` are the solutions that a search had found when it was saved, and those told since; read where asked for.
    ``name`` is what its owner calls a saved search, empty where it is called by what it asks for.
    """

    __tablename__ = "follows"
    __table_args__ = (UniqueConstraint("person_id", "kind", "key"), Index("ix_follows_thing", "kind", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(400))
    label: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="", server_default="")
    seen: Mapped[list[str]] = mapped_column(JSON, default=list, deferred=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Notice(Base):
    """Something one person is told, from one row of the journal (or from a saved search), for one reason."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("person_id", "source", "reason"),
        Index("ix_notices_of_person", "person_id", "read_at", "created_at"),
        Index("ix_notices_of_thing", "kind", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(400))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)


class Preference(Base):
    """How a person wants to be told, for one reason: among the notices of the site or not, and by mail.

    ``mail`` is `never`, `now`, `daily` or `weekly`.
    """

    __tablename__ = "preferences"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20), primary_key=True)
    site: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[str] = mapped_column(String(10))


class Cursor(Base):
    """How far a follower of the journal has come."""

    __tablename__ = "cursors"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[str] = mapped_column(String(120), default="")
