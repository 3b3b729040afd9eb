# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of review: what waits for whose decision, and comments."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.access import Thing
from app.db import Base, Instant
from app.review.rules import judged
from app.solutions.models import Solution, SolutionRevision


class Review(Base):
    """A revision waiting for one decision, or what was decided.

    ``step``: `approval` (referent), `validation` (expert), `readiness` (expert).
    ``state``: `open`, `passed`, `returned`, `withdrawn`.
    At most one review of a solution is open. ``files`` are the numbers of the files its kit was sent with.
    """

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_open", "state", "step", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), index=True)
    revision_number: Mapped[int]
    step: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="open")
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    claimed_by: Mapped[int | None]
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    due_on: Mapped[date | None] = mapped_column(Date)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")
    files: Mapped[list[int]] = mapped_column(JSON, default=list)

    solution: Mapped[Solution] = relationship()
    version: Mapped[SolutionRevision] = relationship(
        primaryjoin=lambda: (
            (foreign(Review.solution_id) == SolutionRevision.solution_id)
            & (foreign(Review.revision_number) == SolutionRevision.number)
        ),
        viewonly=True,
    )

    @property
    def judged(self) -> Thing:
        """What the policy looks at where the version is judged: nobody judges what they wrote or submitted."""
        return judged(self.solution.thing, self.asked_by, self.version.author_id)


class Comment(Base):
    """A remark on a solution, anchored to a section (its heading) or to the whole (empty).

    ``kind``: `review` by people who work on it, `report` by a reader who found an error and may have left an address,
    `archive` the reason why it left the library.
    """

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"), index=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default="review")
    section: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    reader_email: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[int | None]

    solution: Mapped[Solution] = relationship()


class PageReport(Base):
    """An error a reader found on a page that is no solution's, and may have left an address with.

    ``body`` is the body whose referents it reaches, ``theme`` the theme whose experts it reaches, both slugs; without
    either it reaches the coordination. ``title`` is what the page speaks of, its address where that has no name.
    """

    __tablename__ = "page_reports"
    __table_args__ = (Index("ix_page_reports_open", "resolved_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(String(120), default="")
    theme: Mapped[str] = mapped_column(String(80), default="")
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    reader_email: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_by: Mapped[int | None]

    @property
    def thing(self) -> Thing:
        """What the policy looks at."""
        return Thing(bodies=frozenset({self.body} - {""}), themes=frozenset({self.theme} - {""}))
