# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of what the worker does from time to time."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Instant


class ChoreRun(Base):
    """The last run of a chore, the last that went well, what went wrong since, and how much the last one did."""

    __tablename__ = "chore_runs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    last_run_at: Mapped[datetime] = mapped_column(Instant)
    last_ok_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[int] = mapped_column(default=0)
