# SPDX-License-Identifier: AGPL-3.0-or-later
"""Table of the written pages, one row per page and language."""

from typing import Any

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


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
        """Name for the change log: both languages of a page are one thing to find."""
        return self.name
