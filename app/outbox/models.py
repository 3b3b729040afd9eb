# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of letters waiting to be sent, and sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Instant


class Letter(Base):
    """One e-mail: its kind names the template, ``data`` fills it.

    Waiting while ``sent_at`` and ``failed_at`` are None. ``once`` is a key that no second letter may carry. From
    ``expires_at`` on, where it has one, it leads its reader nowhere any more and is not sent. What
    ``data`` holds in secret (``link``, the path of a page that lets somebody in) is removed once the letter is sent.
    """

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_waiting", "sent_at", "failed_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(5))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    once: Mapped[str | None] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
