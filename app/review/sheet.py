# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything the review page of a solution says: where it stands, whose turn it is, what is missing, what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app import access
from app.access import Action, Actor, Thing
from app.accounts import queries as people
from app.accounts.models import Person
from app.cities import queries as registers
from app.document.compare import Called, Change, compare
from app.document.dates import day_of
from app.document.model import Document, Problem
from app.document.showable import showable
from app.document.validate import wrong_notes
from app.journal import queries as journal
from app.journal.models import JournalEntry
from app.review import ageing, at_hand, kit, queries, rules
from app.review.beside import sent_back
from app.review.kit import Kit
from app.review.models import Comment, Review
from app.review.rules import Deed, NextActor, Situation, Step
from app.review.service import candidates, claimed, in_force_of
from app.solutions import queries as library
from app.solutions.models import Solution, SolutionRevision
from app.solutions.rules import SITE_FIELDS, is_overdue
from app.solutions.service import wrong_source
from app.writing.service import Opened, opened
from app.writing.state import document_of as typed_in
from app.writing.state import settled


@dataclass(frozen=True)
class Standing:
    """How a solution stands: the open review with its version, and what may be asked next."""

    situation: Situation
    review: Review | None
    revision: SolutionRevision
    turn: NextActor | None
    next_step: Step | None
    missing: tuple[Problem, ...]
    kit: Kit
    writing: Document
    opened: Opened


@dataclass(frozen=True)
class Sheet:
    """The review page. ``silent``: something cannot be done any more for want of a body."""

    solution: Solution
    standing: Standing
    deeds: frozenset[Deed]
    may_resolve: bool
    silent: bool
    since: datetime
    days: int
    today: date
    overdue: bool
    text: at_hand.Text
    changes: tuple[Change, ...]
    comments: Sequence[Comment]
    returned: Review | None
    timeline: Sequence[JournalEntry]
    candidates: Sequence[Person]
    people: Mapping[int, str]
    scopes: Mapping[str, str]

    @property
    def front(self) -> Mapping[str, Any]:
        """The fields as the page shows them; what is wrong with the others stands in what is missing."""
        return showable(self.text.document.front)

    @property
    def path(self) -> tuple[tuple[str, str], ...]:
        """The way of the version named on top, which is not always the newest text."""
        stands = self.standing
        in_force = bool(self.solution.badge) and stands.revision.number == self.solution.revision_number
        changed = self.text.typed_at is not None or not in_force
        return rules.path(replace(stands.situation, changed=changed))

    @property
    def fields(self) -> frozenset[str]:
        """Names of the texts that can be typed on the page now."""
        found = {"reason"} if self.deeds & {Deed.APPROVE, Deed.VALIDATE, Deed.MAKE_READY} else set()
        if Deed.COMMENT in self.deeds:
            found |= {f"nota-{section['anchor']}" for section in self.text.sections} | {"nota-tutto"}
        return frozenset(found | {"archive_reason"} if Deed.ARCHIVE in self.deeds else found)

    @property
    def remarks(self) -> Sequence[Comment]:
        return [comment for comment in self.comments if comment.kind == "review"]

    @property
    def reports(self) -> Sequence[Comment]:
        return [comment for comment in self.comments if comment.kind == "report"]


def standing(session: Session, solution: Solution) -> Standing:
    """How a solution stands now, what was typed and not submitted yet included."""
    review = queries.open_review(session, solution)
    in_force, typed = in_force_of(session, solution), opened(session, solution)
    as_typed = typed_in(typed.state)
    writing = settled(as_typed)
    number = review.revision_number if review else solution.latest_number
    revision = library.revision(session, solution, number)
    waited, files = revision.document() if review else None, queries.files_changed(session, solution)
    changed = rules.is_changed(writing, in_force, waited, files=files)
    step = Step(review.step) if review else None
    situation = Situation(
        solution.badge, step, solution.archived_at is not None, changed, bool(review and claimed(session, [review]))
    )
    asked = step or rules.first_step(solution.badge, changed)
    judged = revision.document() if review else writing
    held = kit.at_hand(session, solution, review)
    stray = () if review else wrong_notes(as_typed)
    strangers = (*stray, *wrong_source(session, judged, solution.slug))
    missing = (*rules.missing(asked, judged, bool(held.coming)), *strangers) if asked else ()
    turn = rules.next_actor(situation, _bodies(solution), [tie.theme.slug for tie in solution.themes])
    return Standing(situation, review, revision, turn, asked, missing, held, writing, typed)


def text_for(solution: Solution, stands: Standing, actor: Actor) -> at_hand.Text:
    """The version that waits; before it is sent, for those who write it, what they would send."""
    if stands.review is None and access.may(actor, Action.EDIT_SOLUTION, solution.thing):
        return at_hand.as_sent(solution, stands.revision, stands.writing, stands.opened)
    return at_hand.of_version(stands.revision)


def _bodies(solution: Solution) -> list[str]:
    return [tie.city.slug for tie in solution.bodies if tie.role in {"owner", "partner"}]


def sheet(
    session: Session, solution: Solution, actor: Actor, now: datetime, called: Called, gone: frozenset[str]
) -> Sheet:
    """What one person sees and may do; ``gone`` are their bodies that are no longer there."""
    stands = standing(session, solution)
    review, today = stands.review, day_of(now)
    deeds = permitted(actor, solution, stands, gone)
    comments = queries.comments(session, solution)
    text = text_for(solution, stands, actor)
    returned = sent_back(session, solution) if review is None and not stands.situation.archived else None
    timeline = journal.of_thing(session, "solution", solution.slug)
    since = review.asked_at if review else (timeline[0].at if timeline else solution.updated_at)
    return Sheet(
        solution=solution,
        standing=stands,
        deeds=deeds,
        may_resolve=access.may(actor, Action.COMMENT, solution.thing),
        silent=deeds != permitted(actor, solution, stands),
        since=since,
        days=ageing.working_days(day_of(since), today),
        today=today,
        overdue=bool(solution.badge) and is_overdue(solution.front.get("review_due"), today),
        text=text,
        changes=_changes(session, solution, text.document, called),
        comments=comments,
        returned=returned,
        timeline=timeline,
        candidates=candidates(session, solution, review, today) if review else [],
        people=people.names(session, _numbers(review or returned, comments, timeline, stands.revision)),
        scopes=scope_names(session, solution),
    )


def _changes(session: Session, solution: Solution, shown: Document, called: Called) -> tuple[Change, ...]:
    in_force = in_force_of(session, solution)
    if in_force is None or rules.same_text(shown, in_force):
        return ()
    return tuple(change for change in compare(in_force, shown, called) if change.name not in SITE_FIELDS)


def _numbers(
    review: Review | None, comments: Sequence[Comment], timeline: Sequence[JournalEntry], revision: SolutionRevision
) -> set[int | None]:
    numbers: set[int | None] = {revision.author_id}
    for comment in comments:
        numbers |= {comment.author_id, comment.resolved_by}
    for entry in timeline:
        person = entry.data.get("person")
        numbers |= {entry.actor_id, person if isinstance(person, int) else None}
    return numbers | ({review.asked_by, review.claimed_by, review.decided_by} if review else set())


def scope_names(session: Session, solution: Solution) -> dict[str, str]:
    """Names of the bodies of a solution, by slug."""
    found = registers.by_slugs(session, _bodies(solution))
    return {slug: city.name for slug, city in found.items()}


def judged(solution: Solution, stands: Standing) -> Thing:
    """What the policy looks at when the version at hand is judged."""
    asked_by = stands.review.asked_by if stands.review else None
    return rules.judged(solution.thing, asked_by, stands.revision.author_id)


def permitted(
    actor: Actor, solution: Solution, stands: Standing, gone: frozenset[str] = frozenset()
) -> frozenset[Deed]:
    """What one person may do now; for bodies that are ``gone`` only what brings something to an end."""
    found = set()
    for deed in rules.possible(stands.situation):
        thing = judged(solution, stands) if deed in JUDGING else solution.thing
        left = frozenset[str]() if deed in rules.ENDING else gone
        if access.may_begin(actor, rules.action_for(deed, stands.situation.step), thing, left):
            found.add(deed)
    if Deed.RELEASE in rules.possible(stands.situation) and stands.review:
        mine = stands.review.claimed_by == actor.id
        found.discard(Deed.RELEASE)
        found |= {Deed.RELEASE} if mine or access.may(actor, Action.ASSIGN_REVIEW, solution.thing) else set()
    return frozenset(found)


#: Deeds of the one who judges: nobody does them on what they wrote.
JUDGING = frozenset({Deed.CLAIM, Deed.RETURN, Deed.APPROVE, Deed.VALIDATE, Deed.MAKE_READY})


#: What the story of a solution says of each entry; the digests let anybody prove that nothing was changed.
STORY = ("number", "at", "person", "action", "data", "previous", "digest")
LONGEST_STORY = 10_000


def story(session: Session, solution: Solution) -> list[dict[str, object]]:
    """Everything the journal holds on a solution, the oldest first."""
    entries = list(reversed(journal.of_thing(session, "solution", solution.slug, LONGEST_STORY)))
    names = people.names(session, [entry.actor_id for entry in entries])
    return [
        {
            "number": entry.id,
            "at": entry.at,
            "person": names.get(entry.actor_id or 0, ""),
            "action": entry.action,
            "data": entry.data,
            "previous": entry.previous,
            "digest": entry.digest,
        }
        for entry in entries
    ]
