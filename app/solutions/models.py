# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of solutions. The document in a revision is the truth; every other column is derived from it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from app.access import Thing
from app.cities.models import City
from app.db import Base, Instant
from app.document.dates import day_of
from app.document.model import Document
from app.document.parse import parse
from app.errors import NotFound
from app.solutions.rules import is_made_up, narrower

#: Under which name a session knows who tells the bodies in a transfer of a solution, which stand further down.
TRANSFERRING = "transferring"


class Theme(Base):
    """A word of the controlled vocabulary of themes."""

    __tablename__ = "themes"
    __searchable__ = "theme"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    parent_slug: Mapped[str] = mapped_column(String(80), default="")
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)


class LegalAct(Base):
    """An act that at least one document has cited."""

    __tablename__ = "legal_acts"
    __searchable__ = "act"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    urn: Mapped[str] = mapped_column(String(200))
    label: Mapped[str] = mapped_column(String(200))
    long_label: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(400), default="")
    kind: Mapped[str] = mapped_column(String(60), default="")
    year: Mapped[int | None]


class SolutionTheme(Base):
    """A theme of a solution; ``position`` 0 is the main one."""

    __tablename__ = "solution_themes"

    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True, index=True)
    position: Mapped[int]

    #: No inner join: within a left join SQLite would make every pair of tie and thing first, for one solution.
    theme: Mapped[Theme] = relationship(lazy="joined")


class SolutionAct(Base):
    """An act a solution rests on: where it is cited, and whether its legal basis names it."""

    __tablename__ = "solution_acts"

    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("legal_acts.id"), primary_key=True, index=True)
    position: Mapped[int]
    in_legal_basis: Mapped[bool]
    places: Mapped[list[str]] = mapped_column(JSON)

    act: Mapped[LegalAct] = relationship(lazy="joined")


class SolutionBody(Base):
    """A body tied to a solution: `owner`, `partner`, or `reuser` with the period and the note of the document."""

    __tablename__ = "solution_bodies"

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    lead: Mapped[bool] = mapped_column(default=False)
    start: Mapped[str] = mapped_column(String(20), default="")
    end: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    city: Mapped[City] = relationship(lazy="joined")


class Solution(Base):
    """A documented practice; its columns say what the revision in force says.

    ``revision_number`` is the revision in force, ``latest_number`` the newest one, which may still wait for review. A
    solution that was never published has its newest revision in force. ``author_id`` is the person who began it on the
    site, ``based_on`` the slug of the solution it is a variant of, or empty.
    """

    __tablename__ = "solutions"
    __searchable__ = "solution"
    __table_args__ = (
        Index("ix_solutions_listed", "published", "updated_at"),
        Index("ix_solutions_variants", "based_on", "published"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    badge: Mapped[str] = mapped_column(String(20), default="in-completamento")
    status: Mapped[str] = mapped_column(String(20), default="")
    visibility: Mapped[str] = mapped_column(String(20), default="public")
    evidence_level: Mapped[int | None]
    year: Mapped[int | None]
    front: Mapped[dict[str, Any]] = mapped_column(JSON)
    published: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    revision_number: Mapped[int]
    latest_number: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int | None] = mapped_column(index=True)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    based_on: Mapped[str] = mapped_column(String(120), default="")
    imported_digest: Mapped[str] = mapped_column(String(64), default="")

    revisions: Mapped[list["SolutionRevision"]] = relationship(
        back_populates="solution", order_by="SolutionRevision.number", cascade="all, delete-orphan", lazy="select"
    )
    themes: Mapped[list[SolutionTheme]] = relationship(
        order_by=SolutionTheme.position, cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    acts: Mapped[list[SolutionAct]] = relationship(
        order_by=SolutionAct.position, cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    bodies: Mapped[list[SolutionBody]] = relationship(
        order_by=SolutionBody.position, cascade="all, delete-orphan", lazy="raise_on_sql"
    )

    @property
    def thing(self) -> Thing:
        """What the policy looks at."""
        return self.part()

    def part(self, visibility: str = "", *, published: bool = True) -> Thing:
        """The same for a part of it that says for itself who reads it, and whether: never more than read the whole."""
        owners = frozenset(tie.city.slug for tie in self.bodies if tie.role in {"owner", "partner"})
        people = frozenset({self.author_id}) if self.author_id else frozenset()
        seen, live = narrower(self.visibility, visibility), bool(self.badge) and published
        return Thing(
            live,
            seen,
            owners,
            frozenset(tie.theme.slug for tie in self.themes),
            people,
            _transferring(object_session(self), self.id) if live and seen == "twin" else frozenset(),
        )

    @property
    def demonstration(self) -> bool:
        """Whether it was made up for trying the site."""
        return is_made_up(self.slug, self.summary, self.based_on)

    @property
    def updated_on(self) -> date:
        return day_of(self.updated_at)

    @property
    def owner(self) -> City | None:
        return next((tie.city for tie in self.bodies if tie.role == "owner"), None)

    @property
    def partners(self) -> list[City]:
        return [tie.city for tie in self.bodies if tie.role == "partner"]

    @property
    def reuses(self) -> list[SolutionBody]:
        return [tie for tie in self.bodies if tie.role == "reuser"]

    @property
    def reusers(self) -> int:
        """How many bodies re-used it, each counted once however often it did."""
        return len({tie.city_id for tie in self.reuses})


def _transferring(session: Session | None, number: int) -> frozenset[str]:
    """Bodies in a transfer of a solution; none where nobody tells."""
    tell: Callable[[Session, int], frozenset[str]] | None = session.info.get(TRANSFERRING) if session else None
    return tell(session, number) if session and tell else frozenset()


class SolutionRevision(Base):
    """One saved state of a document, never changed after it is saved; its HTML is what pages serve.

    ``live_at`` is when it came into force; readers see no revision without it. ``visibility`` is what it said of
    itself: what was for few stays for them, however wide the one in force is. ``origin`` is `site` for what somebody
    wrote or decided there, `import` for the words of a folder.
    """

    __tablename__ = "solution_revisions"
    __table_args__ = (UniqueConstraint("solution_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    visibility: Mapped[str] = mapped_column(String(20), default="")
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    footnotes: Mapped[str] = mapped_column(Text, default="")
    plain: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(300), default="")
    saved_at: Mapped[datetime] = mapped_column(Instant)
    author_id: Mapped[int | None]
    live_at: Mapped[datetime | None] = mapped_column(Instant)

    solution: Mapped[Solution] = relationship(back_populates="revisions")

    def document(self) -> Document:
        """What it says, read anew each time. Raises ``NotFound`` for a text that cannot be read any more."""
        found = parse(self.text).document
        if found is None:
            raise NotFound(self.number)
        return found

    @property
    def thing(self) -> Thing:
        """What the policy looks at once it has been in force."""
        return self.solution.part(self.visibility)

    @property
    def confirmed(self) -> bool:
        """Whether the body answers for these words: those of a folder wait until it approves or confirms them."""
        return self.origin != "import"
