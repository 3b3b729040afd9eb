# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of search: the change log that the indexer follows, and the count of searches that found nothing."""

from datetime import date, datetime

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Instant


class SearchChange(Base):
    """A searchable thing that changed, written in the transaction of the change, removed once indexed."""

    __tablename__ = "search_changes"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(120))
    noted_at: Mapped[datetime | None] = mapped_column(Instant)


class RegisterState(Base):
    """How often bodies, themes and acts changed, in one row: their names stand on the kept pages of solutions."""

    __tablename__ = "register_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    changes: Mapped[int] = mapped_column(default=0)


class UnmetSearch(Base):
    """How often on one day a search found nothing; no address, no account, no time of day."""

    __tablename__ = "unmet_searches"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    text: Mapped[str] = mapped_column(String(100), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
