# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of writing: the working copy of a document with its recent editions, and the files of its kit."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Instant
from app.solutions.models import Solution


class WorkingCopy(Base):
    """What people are writing on a solution, as typed; it becomes a revision when a version is saved.

    ``edition`` grows with every save; a save names the edition it began from. ``state`` is the form as typed.
    ``base_number`` is the revision it began from, 0 for a new document.
    """

    __tablename__ = "working_copies"

    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), primary_key=True)
    edition: Mapped[int]
    base_number: Mapped[int] = mapped_column(default=0)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[int | None]

    solution: Mapped[Solution] = relationship()


class Edition(Base):
    """A saved state of a working copy, kept a while so that two people's changes can be told apart."""

    __tablename__ = "editions"
    __table_args__ = (UniqueConstraint("solution_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[int | None]


class Attachment(Base):
    """A file of the kit of a solution; its bytes stand under their digest outside the web root.

    ``published`` while the version in force has it; ``live_at`` is when readers had it first. ``text_state``: `waiting`
    for the worker to read its text, `done`, or `failed` where the text cannot be read.
    """

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(160))
    code: Mapped[str] = mapped_column(String(12))
    mime: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    document_kind: Mapped[str] = mapped_column(String(40))
    licence: Mapped[str] = mapped_column(String(40), default="CC-BY-4.0")
    visibility: Mapped[str] = mapped_column(String(20), default="public")
    published: Mapped[bool] = mapped_column(default=False)
    live_at: Mapped[datetime | None] = mapped_column(Instant)
    added_by: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(Text, default="")
    text_state: Mapped[str] = mapped_column(String(12), default="waiting", index=True)

    solution: Mapped[Solution] = relationship()
