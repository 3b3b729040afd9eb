# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is told of what, how, and when a digest is due: pure rules."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from app.document.dates import ROME, day_of

DIGEST_AT = time(7, 0)
#: Weekly digests leave on Monday.
DIGEST_WEEKDAY = 0

WAITING, MINE, FOLLOWED, SEARCH = "waiting", "mine", "followed", "search"
#: Why somebody is told, with how it is mailed unless they chose otherwise. The first that fits is the one given.
REASONS: Mapping[str, str] = {WAITING: "now", MINE: "now", FOLLOWED: "weekly", SEARCH: "weekly"}
MAILED = ("now", "daily", "weekly", "never")
DIGESTS = ("daily", "weekly")
KINDS = ("solution", "city", "theme", "act", "search")
MOST_FOLLOWED = 300
#: Letters of the name that somebody gives to a saved search.
MAX_NAME = 80
#: What came into force so long before a search was saved may not have been in the index yet.
INDEX_BEHIND = timedelta(days=1)

#: What of the journal people are told, and for which reasons.
TOLD: Mapping[str, tuple[str, ...]] = {
    "draft-discarded": (MINE,),
    "solution-submitted": (WAITING, MINE),
    "review-assigned": (WAITING,),
    "review-withdrawn": (MINE,),
    "solution-returned": (MINE,),
    "solution-approved": (WAITING, MINE, FOLLOWED),
    "solution-validated": (WAITING, MINE, FOLLOWED),
    "solution-made-ready": (MINE, FOLLOWED),
    "solution-archived": (MINE, FOLLOWED),
    "solution-restored": (MINE, FOLLOWED),
    "comment-added": (MINE,),
    "error-reported": (WAITING, MINE),
    "page-error-reported": (WAITING,),
    "page-error-resolved": (MINE,),
    "facts-due": (WAITING,),
    "evidence-lowered": (WAITING, MINE, FOLLOWED),
    "solution-reused": (MINE, FOLLOWED),
    "comment-resolved": (MINE,),
    "facts-confirmed": (MINE, FOLLOWED),
    "need-published": (WAITING, FOLLOWED),
    "need-edited": (MINE,),
    "need-overdue": (WAITING, MINE),
    "need-lapsed": (WAITING, MINE),
    "need-joined": (MINE,),
    "need-left": (MINE,),
    "need-closed": (MINE, FOLLOWED),
    "need-reopened": (MINE, FOLLOWED),
    "need-met": (MINE,),
    "need-answerable": (WAITING,),
    "need-withdrawn": (MINE,),
    "proposal-made": (WAITING,),
    "exchange-proposed": (WAITING, MINE),
    "exchange-withdrawn": (WAITING, MINE),
    "proposal-offered": (WAITING, MINE),
    "proposal-reminded": (WAITING,),
    "proposal-accepted": (MINE,),
    "proposal-postponed": (MINE,),
    "proposal-declined": (MINE,),
    "proposal-expired": (MINE,),
    "proposal-ended": (MINE,),
    "proposal-withdrawn": (MINE,),
    "round-computed": (WAITING,),
    "round-failed": (WAITING,),
    "round-published": (MINE,),
    "twinning-begun": (MINE, FOLLOWED),
    "body-left-out": (MINE,),
    "milestone-due": (WAITING,),
    "milestone-late": (WAITING, MINE),
    "milestone-done": (MINE,),
    "milestone-undone": (MINE,),
    "milestone-added": (MINE,),
    "milestone-removed": (MINE,),
    "milestone-planned": (MINE,),
    "lead-chosen": (MINE,),
    "person-joined": (MINE,),
    "person-left": (MINE,),
    "meeting-set": (MINE,),
    "meeting-cancelled": (MINE,),
    "minutes-kept": (MINE,),
    "file-shared": (MINE,),
    "file-unshared": (MINE,),
    "kit-piece-added": (MINE,),
    "closing-said": (WAITING, MINE),
    "note-written": (MINE,),
    "twinning-closed": (MINE, FOLLOWED),
    "twinning-stopped": (MINE, FOLLOWED),
    "variant-begun": (MINE, FOLLOWED),
}


REVIEWED = ("solution-submitted", "review-assigned", "solution-approved", "solution-validated")
QUESTIONED = ("proposal-made", "proposal-offered", "proposal-reminded", "exchange-proposed", "exchange-withdrawn")
ASKED_OF_NEED = ("need-overdue", "need-lapsed", "need-published", "need-answerable")
STEPS_OF_TWINNING = ("milestone-due", "milestone-late")
#: After these nothing waits any more of what was said, of the same thing, to wait for somebody.
SETTLES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("solution-returned", "review-withdrawn", "solution-approved", "solution-validated", "solution-made-ready"),
        REVIEWED,
    ),
    "solution-archived": (*REVIEWED, "facts-due", "evidence-lowered"),
    "draft-discarded": REVIEWED,
    # Before its own notices are made: a new text takes the place of another wish, a person that of another person, the
    # offer that a yes to a round becomes that of the question.
    "solution-submitted": REVIEWED,
    **dict.fromkeys(("review-assigned", "review-released"), ("review-assigned",)),
    "proposal-offered": QUESTIONED,
    "facts-confirmed": ("facts-due", "evidence-lowered"),
    "comment-resolved": ("error-reported",),
    "page-error-resolved": ("page-error-reported",),
    **dict.fromkeys(
        (
            "proposal-accepted",
            "proposal-postponed",
            "proposal-declined",
            "proposal-expired",
            "proposal-ended",
            "proposal-withdrawn",
        ),
        QUESTIONED,
    ),
    **dict.fromkeys(("need-matched", "need-closed", "need-withdrawn"), ASKED_OF_NEED),
    "need-edited": ("need-overdue", "need-lapsed"),
    **dict.fromkeys(("round-published", "round-discarded"), ("round-computed", "round-failed")),
    **dict.fromkeys(("milestone-done", "milestone-planned", "milestone-removed"), STEPS_OF_TWINNING),
    **dict.fromkeys(("twinning-closed", "twinning-stopped"), (*STEPS_OF_TWINNING, "closing-said")),
    # Before its own notices are made: it waits for those who are still silent.
    "closing-said": ("closing-said",),
}
#: Those that settle something only where their row notes this: another word of a request answers nothing about its day.
ONLY_WITH: Mapping[str, str] = {"need-edited": "by_when"}
#: Where a thing has several such at a time, which of them a row is about.
WHICH = ("comment", "milestone")


def settled_by(action: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    """What of the same thing waits for nobody any more after a row of the journal that notes ``entry``."""
    needed = ONLY_WITH.get(action)
    return SETTLES.get(action, ()) if needed is None or needed in entry else ()


def is_settled(entry: Mapping[str, Any], waiting: Mapping[str, Any]) -> bool:
    """Whether what a row of the journal notes is about what somebody was told to wait for them."""
    return all(entry[name] == waiting.get(name) for name in WHICH if name in entry and name in waiting)


@dataclass(frozen=True)
class Audience:
    """The people of each reason; ``title``, ``path`` and ``body`` say what the notice is about.

    ``public_path`` is the page for those who only read, where it is another one.
    ``facts`` say more of it than the row of the journal, which names things by number.
    ``absent`` is the body that would have to answer and has nobody, of whom others are told in its place.
    ``asked`` is the whole context of a question, for the letter to those it waits for; empty where plain news will do.
    """

    waiting: frozenset[int] = frozenset()
    mine: frozenset[int] = frozenset()
    followed: frozenset[int] = frozenset()
    title: str = ""
    path: str = ""
    body: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    public_path: str = ""
    readers: frozenset[int] = frozenset()
    absent: str = ""

    def path_for(self, reason: str, person: int) -> str:
        """Where a notice leads: who follows a thing, or reads it, need not be one of those who work on it."""
        outside = reason == FOLLOWED or person in self.readers
        return self.public_path if outside and self.public_path else self.path


#: Rows about one person, with the name under which they note who that is.
OF_A_PERSON: Mapping[str, str] = {"person-joined": "person", "person-left": "person", "milestone-planned": "owner"}
#: What a row of the journal notes only so that it is known whom to tell.
UNTOLD = frozenset({"others"})


def told(action: str, audience: Audience, actor_id: int | None) -> dict[int, str]:
    """Person -> reason: each once, for the strongest reason; not the one who did it, unless it waits for them now.

    Who publishes a round is of the coordination, which sees to the questions that nobody is there to answer.
    """
    falls_back = bool(audience.absent) and action == "proposal-made"
    groups = {WAITING: audience.waiting, MINE: audience.mine, FOLLOWED: audience.followed}
    found: dict[int, str] = {}
    for reason in TOLD.get(action, ()):
        for person in groups[reason]:
            if person != actor_id or (falls_back and reason == WAITING):
                found.setdefault(person, reason)
    return found


def digest_day(now: datetime, how: str) -> date | None:
    """The day whose digest (`daily`, `weekly`) is due now; None for a daily one before 7 in Rome.

    The weekly one of a Monday without a worker leaves later in the week. Nothing is due twice: the day names it.
    """
    here = now.astimezone(ROME)
    if how == "weekly":
        monday = day_of(here) - timedelta(days=(here.weekday() - DIGEST_WEEKDAY) % 7)
        return monday - timedelta(days=7) if here < _opens(monday) else monday
    return day_of(here) if here.time() >= DIGEST_AT else None


def _opens(day: date) -> datetime:
    return datetime.combine(day, DIGEST_AT, ROME)


def latest_of_digest(day: date, how: str, now: datetime) -> datetime:
    """Where a digest stops looking: a weekly one that leaves late holds what it would have held on its Monday."""
    return _opens(day) if how == "weekly" else now


def earliest_of_digest(day: date, how: str) -> datetime:
    """Where a digest begins to look, so that no gap is left where the worker was away; nothing old comes out of it."""
    back = timedelta(days=35 if how == "weekly" else 8)
    return _opens(day) - back


def source_of_search(number: int, since: datetime, slug: str) -> str:
    """What tells the news of a saved search from all others: its number may be that of one given up long ago, and the
    name of a solution may be longer than there is room for."""
    return f"search:{number}:{hashlib.sha256(f'{since.isoformat()} {slug}'.encode()).hexdigest()[:40]}"


def news_of_search(
    found: Iterable[str], seen: Iterable[str], in_force: Mapping[str, datetime], saved_at: datetime
) -> list[str]:
    """What a saved search finds that it had not found before, and that came into force since, in its order.

    What it finds because something else went away, or because words are read otherwise, is no news.
    """
    known, since = set(seen), saved_at - INDEX_BEHIND
    return [slug for slug in found if slug not in known and slug in in_force and in_force[slug] > since]
