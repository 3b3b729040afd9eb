# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting the searches that found nothing, without anything that could tell a person."""

import re
from datetime import date

from sqlalchemy.orm import Session

from app.search.models import UnmetSearch
from app.search.queries import texts_of, unmet
from app.text.acts import find_acts

MAX_LENGTH = 100
#: Different texts counted on one day; those beyond are counted together, so that nobody fills the table by asking.
MOST_A_DAY = 1_000
OTHERS = ""
#: Addresses, tax codes and accounts are not what a library lacks; they could tell who searched. Nor are long numbers,
#: whatever stands between their digits: telephones.
PERSONAL = re.compile(
    r"\S*@\S*"
    r"|\b[a-z]{3} ?[a-z]{3} ?\d\d[a-z]\d\d ?[a-z]\d{3}[a-z]\b"
    r"|(?P<long>\+?\w*\d(?:[ ./+-]?\d){6,}\w*)",
    re.IGNORECASE,
)
#: Long numbers that are two years: `2021-2027`.
YEARS = re.compile(r"(?:19|20)\d\d[ /-](?:19|20)\d\d")


def count_unmet(session: Session, text: str, day: date) -> None:
    """One more search of ``day`` that found nothing."""
    words = impersonal(text)[:MAX_LENGTH].strip()
    if not words:
        return
    known = unmet(session, day, words)
    if known is None and texts_of(session, day) >= MOST_A_DAY:
        words = OTHERS
        known = unmet(session, day, words)
    if known is None:
        session.add(UnmetSearch(day=day, text=words, count=1))
    else:
        # Added by the database: two processes that count together both count.
        known.count = UnmetSearch.count + 1


def impersonal(text: str) -> str:
    """What was typed in small letters, without what could tell a person; acts stay as they are cited."""
    kept, last = [], 0
    for act in find_acts(text):
        kept += [_without_people(text[last : act.start]), text[act.start : act.end]]
        last = act.end
    return " ".join("".join([*kept, _without_people(text[last:])]).casefold().split())


def _without_people(text: str) -> str:
    return PERSONAL.sub(lambda found: found[0] if YEARS.fullmatch(found["long"] or "") else " ", text)
