# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on written pages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.pages.models import WrittenPage


def page(session: Session, name: str, language: str) -> WrittenPage | None:
    wanted = select(WrittenPage).where(WrittenPage.name == name, WrittenPage.language == language)
    return session.scalars(wanted).one_or_none()


def pages(session: Session) -> Sequence[WrittenPage]:
    return session.scalars(select(WrittenPage).order_by(WrittenPage.name, WrittenPage.language)).all()
