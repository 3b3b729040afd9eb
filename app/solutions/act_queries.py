# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions about the acts that solutions cite."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.solutions.models import LegalAct, Solution, SolutionAct


def acts(session: Session) -> Sequence[tuple[LegalAct, int]]:
    """Acts that published solutions cite, with the number of those solutions, the most cited first."""
    count = func.count(SolutionAct.solution_id)
    wanted = (
        select(LegalAct, count)
        .join(SolutionAct, SolutionAct.act_id == LegalAct.id)
        .join(Solution, Solution.id == SolutionAct.solution_id)
        .where(Solution.published)
        .group_by(LegalAct.id)
        .order_by(count.desc(), LegalAct.slug)
    )
    return [(act, number) for act, number in session.execute(wanted).all()]


def cited(session: Session, act: LegalAct) -> bool:
    """Whether a published solution cites an act."""
    ties = select(SolutionAct.act_id).join(Solution, Solution.id == SolutionAct.solution_id)
    return session.scalar(ties.where(SolutionAct.act_id == act.id, Solution.published).limit(1)) is not None


def act_by_slug(session: Session, slug: str) -> LegalAct | None:
    return session.scalars(select(LegalAct).where(LegalAct.slug == slug)).one_or_none()


def act_in_sight(session: Session, slug: str, member: bool) -> LegalAct | None:
    """An act; for who is not of the network, one that a solution cites which everybody may open, in the library or not
    any more: that there is another would tell what a draft, or a sheet for few, is about."""
    wanted = select(LegalAct).where(LegalAct.slug == slug)
    if not member:
        ties = select(SolutionAct.act_id).join(Solution, Solution.id == SolutionAct.solution_id)
        opened = ties.where(SolutionAct.act_id == LegalAct.id, Solution.badge != "", Solution.visibility == "public")
        wanted = wanted.where(opened.exists())
    return session.scalars(wanted).one_or_none()


def acts_by_slug(session: Session, slugs: Sequence[str]) -> dict[str, LegalAct]:
    found = session.scalars(select(LegalAct).where(LegalAct.slug.in_(slugs))).all() if slugs else []
    return {act.slug: act for act in found}
