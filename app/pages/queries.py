# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on written pages, and what the map of the site reads of the library."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.pages.models import WrittenPage
from app.solutions.models import LegalAct, Solution, SolutionAct


def page(session: Session, name: str, language: str) -> WrittenPage | None:
    wanted = select(WrittenPage).where(WrittenPage.name == name, WrittenPage.language == language)
    return session.scalars(wanted).one_or_none()


def pages(session: Session) -> Sequence[WrittenPage]:
    return session.scalars(select(WrittenPage).order_by(WrittenPage.name, WrittenPage.language)).all()


def solution_days(session: Session) -> Sequence[tuple[str, datetime]]:
    """Slug and last change of every published solution, the newest first, and nothing else of it."""
    wanted = select(Solution.slug, Solution.updated_at).where(Solution.published)
    wanted = wanted.order_by(Solution.updated_at.desc(), Solution.slug)
    return [(slug, updated_at) for slug, updated_at in session.execute(wanted)]


def cited_acts(session: Session) -> Sequence[str]:
    """Slugs of the acts that published solutions cite."""
    ties = select(SolutionAct.act_id).join(Solution, Solution.id == SolutionAct.solution_id).where(Solution.published)
    return session.scalars(select(LegalAct.slug).where(LegalAct.id.in_(ties)).order_by(LegalAct.slug)).all()
