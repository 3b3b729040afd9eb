# SPDX-License-Identifier: AGPL-3.0-or-later
"""What keeps the library true after publication: confirmed facts, falling evidence, the archive, erased addresses."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.cities.rules import is_closed
from app.document.dates import day_of
from app.errors import Conflict
from app.journal import queries as journal
from app.journal.service import record
from app.review import ageing, queries, rules
from app.review.models import Comment
from app.review.rules import State
from app.review.service import MAX_REASON, needed, tell
from app.search.changes import note
from app.solutions import queries as library
from app.solutions.models import Solution, SolutionRevision
from app.solutions.rules import is_overdue
from app.solutions.service import make_live, save

#: How long the address of a reader who reported an error is kept.
ADDRESS_KEPT = timedelta(days=90)


def confirm_facts(session: Session, solution: Solution, person_id: int, now: datetime) -> SolutionRevision:
    """The owner confirms that the facts still hold: only dates change, in force at once. Raises ``Conflict``."""
    solution = library.locked(session, solution.id)
    if not solution.badge or solution.archived_at is not None:
        raise Conflict("not_in_force")
    today = day_of(now)
    if solution.front.get("verified_on") == today.isoformat():
        raise Conflict("confirmed_already")
    document = rules.confirmed(library.current_revision(session, solution).document(), today)
    revision = make_live(session, solution, document, now, person_id)
    told = {name: document.front[name] for name in ("verified_on", "review_due")}
    tell(session, solution, person_id, now, "facts-confirmed", {"version": revision.number, **told})
    return revision


def archive(session: Session, solution: Solution, person_id: int, now: datetime, reason: str) -> None:
    """Take a solution out of lists and search, with a reason; its page stays and says so. A draft that its office gives
    up is put aside. Raises ``Conflict`` where it is archived already."""
    solution = library.locked(session, solution.id)
    if solution.archived_at is not None:
        raise Conflict("archived")
    said = needed(reason, "archive_reason", MAX_REASON)
    waiting = queries.open_review(session, solution)
    if waiting is not None:
        waiting.state, waiting.decided_by, waiting.decided_at = State.WITHDRAWN, person_id, now
    solution.archived_at, solution.published, solution.updated_at = now, False, now
    _note_acts(session, solution)
    kept = Comment(solution_id=solution.id, kind="archive", text=said, author_id=person_id, created_at=now)
    session.add(kept)
    session.flush()
    tell(session, solution, person_id, now, "solution-archived", {"comment": kept.id, **_draft(solution)})


def restore(session: Session, solution: Solution, person_id: int, now: datetime) -> None:
    """Bring an archived solution back into the library. Raises ``Conflict`` where it is there already."""
    solution = library.locked(session, solution.id)
    if solution.archived_at is None:
        raise Conflict("not_archived")
    solution.archived_at, solution.updated_at = None, now
    solution.published = bool(solution.badge) and solution.visibility == "public"
    _note_acts(session, solution)
    tell(session, solution, person_id, now, "solution-restored", _draft(solution))


def _draft(solution: Solution) -> dict[str, bool]:
    """What the journal notes of one that never was in the library."""
    return {} if solution.badge else {"draft": True}


def _note_acts(session: Session, solution: Solution) -> None:
    """An act is findable while a solution in the library cites it."""
    note(session, (("act", tie.act.slug) for tie in solution.acts))


def tell_due(session: Session, solution_id: int, now: datetime) -> bool:
    """Tell the owner, once for each day the facts are due, that they wait to be confirmed. A closed one is not."""
    solution = library.locked(session, solution_id)
    due = solution.front.get("review_due")
    if solution.owner is not None and is_closed(solution.owner.register, day_of(now)):
        return False
    if not solution.badge or solution.archived_at is not None or not is_overdue(due, day_of(now)):
        return False
    told = journal.done_to(session, "solution", solution.slug, {"facts-due"})
    if any(data.get("review_due") == str(due) for _action, data in told):
        return False
    tell(session, solution, None, now, "facts-due", {"review_due": str(due)})
    return True


def lower_evidence(session: Session, solution_id: int, now: datetime) -> bool:
    """Write the level of evidence as it counts today, where nobody confirmed the facts for long."""
    solution = library.locked(session, solution_id)
    revision = library.current_revision(session, solution)
    since, today = day_of(revision.live_at or revision.saved_at), day_of(now)
    before = solution.evidence_level
    after = ageing.shown_level(before, solution.front.get("review_due"), since, today)
    if after == before or not solution.badge or solution.archived_at is not None:
        return False
    document = rules.with_fields(revision.document(), evidence_level=after)
    lowered = save(session, solution, document, now)
    told = {"version": lowered.number, "before": before, "after": after}
    tell(session, solution, None, now, "evidence-lowered", told)
    return True


def erase_addresses(session: Session, now: datetime) -> int:
    """Forget the addresses that readers left with reports long ago. Answers how many."""
    old = queries.with_old_addresses(session, now - ADDRESS_KEPT)
    for comment in old:
        comment.reader_email = ""
    if old:
        record(session, now, None, "report-addresses-erased", "site", "reports", data={"number": len(old)})
    return len(old)
