# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting the searches that found nothing, without anything that could tell a person."""

import re
from datetime import date

from sqlalchemy.orm import Session

from app.search.models import UnmetSearch
from app.search.queries import unmet

MAX_LENGTH = 100
#: Addresses, long numbers and tax codes are not what a library lacks; they could tell who searched.
PERSONAL = re.compile(r"\S*@\S*|\b[a-z]{6}\d\d[a-z]\d\d[a-z]\d{3}[a-z]\b|\b[\d./+-]{7,}", re.IGNORECASE)


def count_unmet(session: Session, text: str, day: date) -> None:
    """One more search of ``day`` that found nothing."""
    words = " ".join(PERSONAL.sub(" ", text).casefold().split())[:MAX_LENGTH].strip()
    if not words:
        return
    known = unmet(session, day, words)
    if known is None:
        session.add(UnmetSearch(day=day, text=words, count=1))
    else:
        known.count += 1
