# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of twinnings: bodies, people, milestones, meetings, notes, files, hours, readiness, closing forms."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from app.access import Thing
from app.cities.models import City
from app.db import Base, Instant
from app.solutions.models import Solution


class Twinning(Base):
    """An accepted transfer of one solution.

    ``state``: `running`, `closed`, `stopped`; ``phase``: `capire`, `adattare`, `riusare`.
    """

    __tablename__ = "twinnings"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(160))
    need_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"), unique=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    state: Mapped[str] = mapped_column(String(12), default="running", index=True)
    phase: Mapped[str] = mapped_column(String(12), default="capire")
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    stop_reason: Mapped[str] = mapped_column(String(40), default="")
    stop_text: Mapped[str] = mapped_column(Text, default="")
    stop_public: Mapped[bool] = mapped_column(default=False)
    verification: Mapped[str] = mapped_column(String(40), unique=True)
    demonstration: Mapped[bool] = mapped_column(default=False)

    solution: Mapped[Solution] = relationship()
    lead: Mapped[City] = relationship(lazy="joined")
    parties: Mapped[list["TwinningParty"]] = relationship(
        order_by="TwinningParty.id", cascade="all, delete-orphan", lazy="selectin"
    )
    people: Mapped[list["TwinningPerson"]] = relationship(
        order_by="TwinningPerson.id", cascade="all, delete-orphan", lazy="selectin"
    )
    milestones: Mapped[list["Milestone"]] = relationship(
        order_by="Milestone.position", cascade="all, delete-orphan", lazy="raise_on_sql"
    )

    @property
    def giver(self) -> City | None:
        return next((tie.city for tie in self.parties if tie.role == "giver"), None)

    @property
    def receivers(self) -> list[City]:
        return [tie.city for tie in self.parties if tie.role == "receiver"]

    @property
    def thing(self) -> Thing:
        """What the policy looks at: every party owns it; that it exists is public."""
        bodies = frozenset(tie.city.slug for tie in self.parties)
        return Thing(True, "public", bodies, frozenset(), frozenset(tie.person_id for tie in self.people))

    def side_of(self, city_id: int) -> Thing:
        """What the policy looks at where it is about the people of one body that takes part, and of no other."""
        return Thing(True, "public", frozenset(tie.city.slug for tie in self.parties if tie.city_id == city_id))


class TwinningParty(Base):
    """A body that takes part as `giver` or `receiver`; ``variant`` is what a receiver brings back."""

    __tablename__ = "twinning_parties"
    __table_args__ = (UniqueConstraint("twinning_id", "city_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("solutions.id"))

    city: Mapped[City] = relationship(lazy="joined")
    # The way back is there so that a draft that is given up is forgotten here: another may be begun.
    variant: Mapped[Solution | None] = relationship(
        lazy="raise_on_sql", backref=backref("brought_back_by", lazy="raise_on_sql")
    )


class TwinningPerson(Base):
    """A person of one side."""

    __tablename__ = "twinning_people"
    __table_args__ = (UniqueConstraint("twinning_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int]
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    task: Mapped[str] = mapped_column(String(120), default="")


class Milestone(Base):
    """A dated step; ``key`` names a pre-filled one, empty for one that was added."""

    __tablename__ = "milestones"

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    phase: Mapped[str] = mapped_column(String(12))
    position: Mapped[int]
    due_on: Mapped[date] = mapped_column(Date, index=True)
    owner_id: Mapped[int | None]
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[int | None]
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    escalated_at: Mapped[datetime | None] = mapped_column(Instant)


class Meeting(Base):
    """A meeting; ``uid`` and ``sequence`` let calendars follow its changes."""

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(160))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(300), default="")
    minutes_text: Mapped[str] = mapped_column(Text, default="")
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def said(self) -> dict[str, Any]:
        """What its form asks."""
        starts = self.starts_at.astimezone(UTC).isoformat()
        return {"title": self.title, "starts_at": starts, "minutes": self.minutes, "place": self.place}


class TwinningNote(Base):
    """A note that people of both sides read."""

    __tablename__ = "twinning_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    written_at: Mapped[datetime] = mapped_column(Instant)


class TwinningFile(Base):
    """A file that the people of both sides read: its content stands under its digest in the folder of files."""

    __tablename__ = "twinning_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(160))
    code: Mapped[str] = mapped_column(String(12))
    mime: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    added_by: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class KitCheck(Base):
    """A piece of the kit as the receiver ticks it: received, adapted."""

    __tablename__ = "kit_checks"
    __table_args__ = (UniqueConstraint("twinning_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    received_at: Mapped[datetime | None] = mapped_column(Instant)
    adapted_at: Mapped[datetime | None] = mapped_column(Instant)


class WorkedHours(Base):
    """Hours a body spent on a twinning."""

    __tablename__ = "worked_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    person_id: Mapped[int | None]
    on: Mapped[date] = mapped_column(Date)
    quarters: Mapped[int]
    what: Mapped[str] = mapped_column(String(200), default="")


class ReadinessAnswer(Base):
    """What a receiver says of one precondition: `yes`, `planned`, `no`; who does it, by when."""

    __tablename__ = "readiness_answers"
    __table_args__ = (UniqueConstraint("twinning_id", "city_id", "precondition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    precondition: Mapped[str] = mapped_column(String(400))
    answer: Mapped[str] = mapped_column(String(10))
    who: Mapped[str] = mapped_column(String(160), default="")
    by_when: Mapped[date | None] = mapped_column(Date)
    answered_by: Mapped[int | None]
    answered_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def said(self) -> dict[str, str]:
        """What its form asks."""
        return {"answer": self.answer, "who": self.who, "by_when": self.by_when.isoformat() if self.by_when else ""}


class ClosingForm(Base):
    """What one side says at the end: adopted, adapted or stopped, months, cost, indicator before and after."""

    __tablename__ = "closing_forms"
    __table_args__ = (UniqueConstraint("twinning_id", "city_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    twinning_id: Mapped[int] = mapped_column(ForeignKey("twinnings.id", ondelete="CASCADE"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    side: Mapped[str] = mapped_column(String(10))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    filled_by: Mapped[int | None]
    filled_at: Mapped[datetime] = mapped_column(Instant)
