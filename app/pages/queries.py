# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on written pages, and what the home page and the map of the site read of the library."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.pages.models import WrittenPage
from app.solutions.models import LegalAct, Solution, SolutionAct, SolutionBody
from app.solutions.queries import COUNTED, INVENTED


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


def totals(session: Session) -> dict[str, int]:
    """The live figures of the home page: solutions, owners, documented transfers, acts; how many were made up for
    trying the site and count in none of them."""
    solutions = select(func.count()).select_from(Solution)
    ties = select(func.count()).select_from(SolutionBody).join(Solution).where(COUNTED)
    owners = (
        select(func.count(func.distinct(SolutionBody.city_id)))
        .join(Solution, Solution.id == SolutionBody.solution_id)
        .where(COUNTED, SolutionBody.role != "reuser")
    )
    acts = (
        select(func.count(func.distinct(SolutionAct.act_id)))
        .join(Solution, Solution.id == SolutionAct.solution_id)
        .where(COUNTED)
    )
    row = session.execute(
        select(
            solutions.where(COUNTED).scalar_subquery(),
            owners.scalar_subquery(),
            ties.where(SolutionBody.role == "reuser").scalar_subquery(),
            acts.scalar_subquery(),
            solutions.where(Solution.published, INVENTED).scalar_subquery(),
        )
    ).one()
    return dict(zip(("solutions", "bodies", "transfers", "acts", "demonstration"), row, strict=True))
