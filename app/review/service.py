# SPDX-License-Identifier: AGPL-3.0-or-later
"""One function per button of review: submit, claim, assign, return, approve, validate, make ready, withdraw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app import access
from app.accounts import queries as people
from app.accounts.models import Person
from app.cities import queries as registers
from app.document.dates import day_of
from app.document.model import Document, Problem
from app.errors import Conflict, Invalid, NotFound
from app.journal.service import record
from app.review import kit, queries, rules
from app.review.models import Comment, Review
from app.review.rules import State, Step
from app.solutions import queries as library
from app.solutions.models import Solution, SolutionRevision
from app.solutions.rules import narrower, with_site_fields
from app.solutions.service import make_live, propose, save, wrong_in
from app.writing.service import freeze

MAX_REASON = 2_000
MAX_COMMENT = 4_000
MAX_COMMENTS = 50


@dataclass(frozen=True)
class Judgement:
    """Who decides, when, on what they had before their eyes: the review, the number of the version.

    ``remarks`` are what they wrote beside the text, as (section, text).
    """

    solution_id: int
    review_id: int
    number: int
    person_id: int
    now: datetime
    remarks: tuple[tuple[str, str], ...] = ()


def submit(session: Session, solution: Solution, person_id: int, now: datetime) -> Review:
    """Ask for the next decision: on a new text, or for a higher badge of the one in force.

    Raises ``Invalid`` with what is missing, ``Conflict`` where nothing can be asked.
    """
    solution = library.locked(session, solution.id)
    if solution.archived_at is not None:
        raise Conflict("archived")
    waiting = queries.open_review(session, solution)
    version = freeze(session, solution, person_id, now)
    changed = _is_changed(session, solution, version.document(), waiting)
    step = rules.first_step(solution.badge, changed)
    if step is None or (waiting and not changed):
        raise Conflict("waits_already" if waiting else "nothing_to_submit")
    files = kit.now_in(session, solution)
    _refuse_missing(step, version.document(), files)
    told = {}
    if waiting:
        _close(
            waiting,
            State.WITHDRAWN,
            Judgement(waiting.solution_id, waiting.id, waiting.revision_number, person_id, now),
        )
        told["replaces"] = waiting.id
    number = version.number if changed else solution.revision_number
    review = _open(session, solution, step, number, files, person_id, now)
    session.flush()
    tell(session, solution, person_id, now, "solution-submitted", {**_said(review), **told})
    return review


def _is_changed(session: Session, solution: Solution, latest: Document, waiting: Review | None) -> bool:
    waited = library.revision(session, solution, waiting.revision_number).document() if waiting else None
    files = queries.files_changed(session, solution)
    return rules.is_changed(latest, in_force_of(session, solution), waited, files=files)


def claim(session: Session, judgement: Judgement) -> Review:
    """Say that one is working on it. Raises ``Conflict`` where somebody else is already."""
    solution, review = _waiting(session, judgement)
    if claimed(session, [review]):
        raise Conflict("claimed")
    review.claimed_by, review.claimed_at = judgement.person_id, judgement.now
    tell(session, solution, judgement.person_id, judgement.now, "review-claimed", _said(review))
    return review


def release(session: Session, judgement: Judgement) -> Review:
    """Say that one no longer works on it. Raises ``Conflict`` where nobody did."""
    solution, review = _waiting(session, judgement)
    if review.claimed_by is None:
        raise Conflict("not_claimed")
    review.claimed_by, review.claimed_at = None, None
    tell(session, solution, judgement.person_id, judgement.now, "review-released", _said(review))
    return review


def assign(session: Session, judgement: Judgement, person_id: int, due_on: date | None) -> Review:
    """Ask one person to decide, by a day. Raises ``Invalid`` for a day that is past or somebody who may not decide."""
    solution, review = _waiting(session, judgement)
    wrong = {}
    if person_id not in {found.id for found in candidates(session, solution, review, day_of(judgement.now))}:
        wrong["person"] = "may_not_decide"
    if due_on is not None and due_on < day_of(judgement.now):
        wrong["due_on"] = "day_past"
    if wrong:
        raise Invalid(wrong)
    review.claimed_by, review.claimed_at, review.due_on = person_id, judgement.now, due_on
    told = {"person": person_id, "due_on": due_on.isoformat() if due_on else ""}
    tell(session, solution, judgement.person_id, judgement.now, "review-assigned", {**_said(review), **told})
    return review


def return_(session: Session, judgement: Judgement, reason: str) -> Review:
    """Send a version back to its office with a reason. Raises ``Invalid``."""
    solution, review = _waiting(session, judgement)
    said = needed(reason, "reason", MAX_REASON)
    told = {**_said(review), "comments": _add_remarks(session, solution, review, judgement)}
    _close(review, State.RETURNED, judgement, said)
    tell(session, solution, judgement.person_id, judgement.now, "solution-returned", told)
    return review


def withdraw(session: Session, judgement: Judgement) -> Review:
    """Take a version back before anybody decided."""
    solution, review = _waiting(session, judgement)
    _close(review, State.WITHDRAWN, judgement)
    tell(session, solution, judgement.person_id, judgement.now, "review-withdrawn", _said(review))
    return review


def approve(session: Session, judgement: Judgement, reason: str = "") -> Review:
    """The city answers for it."""
    return _pass(session, judgement, Step.APPROVAL, reason)


def validate(session: Session, judgement: Judgement, evidence: int, reason: str) -> Review:
    """An expert validates it and fixes the level of evidence, saying why. Raises ``Invalid``."""
    if evidence not in range(1, 6):
        raise Invalid({"evidence": "not_a_grade"})
    return _pass(session, judgement, Step.VALIDATION, needed(reason, "reason", MAX_REASON), evidence)


def make_ready(session: Session, judgement: Judgement, reason: str = "") -> Review:
    """Everything another office needs is there."""
    return _pass(session, judgement, Step.READINESS, reason)


def _pass(session: Session, judgement: Judgement, step: Step, reason: str, evidence: int | None = None) -> Review:
    solution, review = _waiting(session, judgement)
    if review.step != step:
        raise Conflict("decided_already")
    version = library.revision(session, solution, review.revision_number)
    document = with_site_fields(version.document(), solution.front if solution.badge else {})
    level = evidence or _level(session, solution, review, document)
    if level:
        document = rules.with_fields(document, evidence_level=level)
    _refuse_missing(step, document, kit.coming(session, solution, review.files))
    _close(review, State.PASSED, judgement, reason.strip()[:MAX_REASON])
    lives = rules.comes_into_force(step, solution.badge)
    if lives:
        number, follows = _put_in_force(session, solution, document, version, judgement, review)
        kit.publish(session, solution, review.files, judgement.now)
    else:
        number, follows = (
            _carry_on(session, solution, document, version, judgement.now),
            rules.step_after(step),
        )
        _narrow(session, solution, document, judgement)
    if follows:
        _open(session, solution, follows, number, review.files, review.asked_by, judgement.now)
    told: dict[str, Any] = {"badge": solution.badge, "live": lives, "next": follows or "", "number": number}
    told["comments"] = _add_remarks(session, solution, review, judgement)
    if evidence:
        told["evidence"] = evidence
    tell(session, solution, judgement.person_id, judgement.now, rules.DECIDED_AS[step], {**_said(review), **told})
    return review


def _level(session: Session, solution: Solution, review: Review, document: Document) -> Any:
    """The level of evidence where nobody fixes it: what experts, transfers and age made of it stays.

    A text that waits to be declared ready carries the one its expert fixed: it holds unless the one in force changed
    since then.
    """
    level = solution.front.get("evidence_level") if solution.badge else None
    if review.step != Step.READINESS:
        return level
    before = queries.in_force_at(session, solution, review.asked_at)
    unchanged = before is not None and before.document().front.get("evidence_level") == level
    return document.front.get("evidence_level") if unchanged else level


def _put_in_force(
    session: Session,
    solution: Solution,
    document: Document,
    version: SolutionRevision,
    judgement: Judgement,
    review: Review,
) -> tuple[int, Step | None]:
    """The version comes into force with its badge; the next step follows by itself where nothing is missing for it."""
    step = Step(review.step)
    document = rules.with_fields(document, badge=rules.BADGE_OF[step])
    document = rules.confirmed(document, day_of(judgement.now))
    _refuse(wrong_in(session, document, solution.slug))
    live = make_live(session, solution, document, judgement.now, version.author_id, version.reason)
    follows = rules.step_after(step)
    if follows and rules.missing(follows, document, bool(kit.coming(session, solution, review.files))):
        follows = None
    return live.number, follows


def _narrow(session: Session, solution: Solution, document: Document, judgement: Judgement) -> None:
    """Who may read it is the city's to say: where it approves fewer readers they are fewer at once, whatever the text
    still waits for."""
    wanted = narrower(solution.visibility, str(document.front.get("visibility") or ""))
    if wanted != solution.visibility:
        in_force = library.current_revision(session, solution).document()
        narrowed = save(session, solution, rules.with_fields(in_force, visibility=wanted), judgement.now)
        narrowed.author_id = judgement.person_id


def _carry_on(
    session: Session, solution: Solution, document: Document, version: SolutionRevision, now: datetime
) -> int:
    """Number of the version that climbs on: the same, or a new one where the expert fixed another level."""
    if rules.same_text(document, version.document()):
        return version.number
    return propose(session, solution, document, now, version.author_id, version.reason).number


def candidates(session: Session, solution: Solution, review: Review, day: date) -> list[Person]:
    """Active people who may decide a review, for bodies that are there on a day."""
    step = Step(review.step)
    turn = rules.next_actor(rules.Situation(solution.badge, step), solution.thing.bodies, solution.thing.themes)
    found = people.with_role(session, turn.role, turn.scopes) if turn else []
    gone = frozenset(body.slug for body in registers.closed_among(session, solution.thing.bodies, day))
    return [person for person in found if access.may_begin(person.actor, rules.ACTION_OF[step], review.judged, gone)]


def claimed(session: Session, reviews: Iterable[Review]) -> frozenset[int]:
    """Numbers of the reviews on which somebody works who may decide them: not whose role was taken, or account closed,
    since they said so."""
    said = {review: review.claimed_by for review in reviews if review.claimed_by is not None}
    found = people.active(session, said.values())
    return frozenset(
        review.id
        for review, person in said.items()
        if person in found and access.may(found[person].actor, rules.ACTION_OF[Step(review.step)], review.judged)
    )


def _waiting(session: Session, judgement: Judgement) -> tuple[Solution, Review]:
    """The solution, held, and its open review. Raises ``Conflict`` where it was decided, or is another one, by now.

    Permission was asked for the solution: a review of another one is not found.
    """
    review = queries.review(session, judgement.review_id)
    if review is None or review.solution_id != judgement.solution_id:
        raise NotFound(judgement.review_id)
    solution = library.locked(session, review.solution_id)
    review = queries.review(session, judgement.review_id)
    if review is None or review.state != State.OPEN or review.revision_number != judgement.number:
        raise Conflict("decided_already")
    return solution, review


def _open(
    session: Session,
    solution: Solution,
    step: Step,
    number: int,
    files: Sequence[int],
    person_id: int | None,
    now: datetime,
) -> Review:
    review = Review(
        solution_id=solution.id,
        revision_number=number,
        step=step,
        files=list(files),
        asked_by=person_id,
        asked_at=now,
    )
    session.add(review)
    return review


def _close(review: Review, state: State, judgement: Judgement, reason: str = "") -> None:
    review.state, review.reason = state, reason
    review.decided_by, review.decided_at = judgement.person_id, judgement.now


def _refuse_missing(step: Step, document: Document, files: Sequence[int]) -> None:
    _refuse(rules.missing(step, document, bool(files)))


def _refuse(wrong: Sequence[Problem]) -> None:
    if wrong:
        raise Invalid({problem.field: problem.key for problem in wrong})


def in_force_of(session: Session, solution: Solution) -> Document | None:
    """The document in force, None for a draft."""
    return library.current_revision(session, solution).document() if solution.badge else None


def _add_remarks(session: Session, solution: Solution, review: Review, judgement: Judgement) -> int:
    if len(judgement.remarks) > MAX_COMMENTS:
        raise Invalid({"comments": "too_many"})
    for section, text in judgement.remarks:
        add_comment(session, solution, judgement.person_id, judgement.now, section, text, review.id)
    return len(judgement.remarks)


def add_comment(
    session: Session, solution: Solution, person_id: int, now: datetime, section: str, text: str, review_id: int | None
) -> Comment:
    """A remark on a section, or on the whole where none is named. Raises ``Invalid``."""
    comment = Comment(
        solution_id=solution.id,
        review_id=review_id,
        section=section[:120],
        text=needed(text, "text", MAX_COMMENT),
        author_id=person_id,
        created_at=now,
    )
    session.add(comment)
    session.flush()
    return comment


def needed(text: str, field: str, most: int) -> str:
    """What was typed, without spaces around. Raises ``Invalid`` where it is empty or too long."""
    said = text.strip()
    if not said or len(said) > most:
        raise Invalid({field: "too_long" if said else "required"})
    return said


def tell(
    session: Session, solution: Solution, person_id: int | None, now: datetime, action: str, data: Mapping[str, Any]
) -> None:
    """Write in the journal what was done to a solution."""
    body = solution.owner.slug if solution.owner else ""
    record(session, now, person_id, action, "solution", solution.slug, body=body, data=data)


def _said(review: Review) -> dict[str, Any]:
    return {"review": review.id, "version": review.revision_number, "step": review.step}
