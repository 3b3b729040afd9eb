# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of requests, proposals, matching rounds, givers' capacity and the weights of the scorer."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.access import Thing
from app.cities.models import City
from app.db import Base, Instant
from app.solutions.models import Solution


class Need(Base):
    """A request of a city: what problem, by when.

    ``state``: `draft`, `open`, `matched` (a twinning runs), `closed`, `withdrawn`. ``visibility``: `public`, `members`,
    `anonymous` (shown by size class until the city accepts a candidate). ``edition`` grows with every change.
    ``constraints`` are the optional answers; ``answers`` what it says of preconditions (`yes`, `planned`, `no`);
    ``overdue_at`` is when its city was reminded that its day has passed, ``lapsed_at`` since when the board says so.
    ``limits`` what counts apart from the score: whom it keeps out, which solution it asks for.
    """

    __tablename__ = "needs"
    __table_args__ = (Index("ix_needs_board", "state", "published_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(120))
    problem: Mapped[str] = mapped_column(Text)
    by_when: Mapped[date | None] = mapped_column(Date)
    themes: Mapped[list[str]] = mapped_column(JSON)
    constraints: Mapped[dict[str, Any]] = mapped_column(JSON)
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    limits: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    formats: Mapped[list[str]] = mapped_column(JSON)
    visibility: Mapped[str] = mapped_column(String(12), default="public")
    state: Mapped[str] = mapped_column(String(12), default="draft")
    wanted: Mapped[int] = mapped_column(default=3)
    edition: Mapped[int] = mapped_column(default=1)
    demonstration: Mapped[bool] = mapped_column(default=False)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    author_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    shortlisted_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    overdue_at: Mapped[datetime | None] = mapped_column(Instant)
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    outcome_text: Mapped[str] = mapped_column(Text, default="")

    city: Mapped[City] = relationship(lazy="joined")
    receivers: Mapped[list["NeedReceiver"]] = relationship(
        order_by="NeedReceiver.id", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def thing(self) -> Thing:
        """What the policy looks at; the bodies that joined are parties."""
        people = frozenset({self.author_id}) if self.author_id else frozenset()
        parties = frozenset(tie.city.slug for tie in self.receivers)
        return Thing(
            self.state not in {"draft", "withdrawn"},
            "members" if self.visibility == "members" else "public",
            frozenset({self.city.slug}),
            frozenset(self.themes),
            people,
            parties,
        )


class NeedReceiver(Base):
    """A body that joined somebody else's request."""

    __tablename__ = "need_receivers"
    __table_args__ = (UniqueConstraint("need_id", "city_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    joined_by: Mapped[int | None]
    joined_at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(500), default="")

    city: Mapped[City] = relationship(lazy="joined")


class NeedVersion(Base):
    """What a request said before a change."""

    __tablename__ = "need_versions"
    __table_args__ = (UniqueConstraint("need_id", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    edition: Mapped[int]
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[int | None]


class Proposal(Base):
    """One giver and one solution proposed for one request.

    ``origin``: `picked` by the requester, `next` of its list, `round`, `exchange`, `offer` of the giver. ``state``:
    `waiting` (the giver's answer; of an offer `offered`, the requester's), `later`, `accepted`, `declined`, `expired`,
    `withdrawn`.
    ``reason`` says why not; beside a yes `stopped`, where its transfer was.
    ``grounds`` stores why it was proposed: scores, weights version, index generation, inputs.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        Index("ix_proposals_waiting", "state", "due_at"),
        Index("ix_proposals_giver", "giver_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("matching_rounds.id"), index=True)
    origin: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    rank: Mapped[int] = mapped_column(default=0)
    grounds: Mapped[dict[str, Any]] = mapped_column(JSON)
    message: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    later_on: Mapped[date | None] = mapped_column(Date)
    answered_by: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(40), default="")
    reason_text: Mapped[str] = mapped_column(Text, default="")

    need: Mapped[Need] = relationship()
    solution: Mapped[Solution] = relationship()
    giver: Mapped[City] = relationship(lazy="joined")

    @property
    def thing(self) -> Thing:
        """What the policy looks at: the giver owns the answer, the requesting bodies are parties."""
        parties = frozenset({self.need.city.slug, *(tie.city.slug for tie in self.need.receivers)})
        return Thing(False, "members", frozenset({self.giver.slug}), frozenset(self.need.themes), frozenset(), parties)


class ShownSet(Base):
    """A shortlist as it was shown, kept so that answers can be learnt from."""

    __tablename__ = "shown_sets"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    shown_at: Mapped[datetime] = mapped_column(Instant)
    weights_version: Mapped[str] = mapped_column(String(40))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class MatchingRound(Base):
    """All open requests assigned at once; ``input`` is everything needed to compute ``result`` again.

    ``state``: `computing` (by the worker), `failed`, `preview`, `published`.
    """

    __tablename__ = "matching_rounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(12), default="preview")
    weights_version: Mapped[str] = mapped_column(String(40))
    input: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)


class Capacity(Base):
    """Days a giver can give in a quarter, as `2026-4`; what its referent stated."""

    __tablename__ = "capacities"
    __table_args__ = (UniqueConstraint("city_id", "quarter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    quarter: Mapped[str] = mapped_column(String(6))
    days: Mapped[int]
    stated_by: Mapped[int | None]
    stated_at: Mapped[datetime] = mapped_column(Instant)


class WeightsDecision(Base):
    """Weights a coordinator decided, with their effect as it was simulated once more at the decision."""

    __tablename__ = "weights_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(40), unique=True)
    weights: Mapped[dict[str, Any]] = mapped_column(JSON)
    simulation: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime] = mapped_column(Instant)
