# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of the written pages, one row per page and language, and of errors reported on pages of the site."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Instant


class WrittenPage(Base):
    """A page of `content/pages/`, rendered once when it is imported."""

    __tablename__ = "written_pages"
    __table_args__ = (UniqueConstraint("name", "language"),)
    __searchable__ = "page"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    updated_on: Mapped[str] = mapped_column(String(10))
    html: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text)
    headings: Mapped[list[Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))

    @property
    def slug(self) -> str:
        """Name for the change log: the page and its language."""
        return f"{self.name}.{self.language}"


class PageReport(Base):
    """An error somebody found on a page that is no solution's; ``body`` is the city it is about, empty for none."""

    __tablename__ = "page_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[int | None]
