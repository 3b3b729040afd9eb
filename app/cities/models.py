# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of the register."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

METROPOLITAN = "citta-metropolitana"


class City(Base):
    """A body of the register: a metropolitan city, or (by ``kind``) a region, province, university, company ...

    ``register`` is the entry of ``content/cities.yml`` as it stands there: figures, perimeters with validity, notes.
    """

    __tablename__ = "cities"
    __searchable__ = "city"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40), index=True)
    region: Mapped[str] = mapped_column(String(80), default="")
    position: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64))
    register: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def metropolitan(self) -> bool:
        return self.kind == METROPOLITAN

    @property
    def valid_to(self) -> str:
        """The first day on which the body is no longer there, as an ISO date; empty where none is known."""
        return str(self.register.get("valid_to") or "")

    @property
    def short_name(self) -> str:
        """The capital's name for a metropolitan city, else the full name."""
        return str(self.register.get("capital") or self.name)
