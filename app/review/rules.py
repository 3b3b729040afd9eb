# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps from a submitted version to one ready to be re-used: who decides, what is missing, what may be done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from app.access import Action, Role, Thing
from app.document.model import Document, Problem, known
from app.document.schema import Level
from app.document.validate import problems
from app.review import ageing
from app.solutions.rules import SITE_FIELDS

#: Everything review writes in the journal, on `solution` and its slug unless it says otherwise; ``data`` has numbers,
#: words of rules and paths of the site only.
ACTIONS: Mapping[str, str] = {
    "solution-submitted": "a version waits for a decision; review, version, step, replaces (a review)",
    "review-claimed": "somebody said they are working on it; review, step",
    "review-released": "they no longer do; review, step",
    "review-assigned": "a person was asked to decide, by a day; review, step, person, due_on",
    "solution-returned": "sent back with a reason; review, version, step, comments (how many)",
    "solution-approved": "approved by the city; review, version, step, and after it: badge, live, number, next",
    "solution-validated": "validated by an expert; the same, and evidence",
    "solution-made-ready": "declared ready to be re-used; the same",
    "review-withdrawn": "taken back by its office; review, version, step",
    "solution-archived": "taken out of the library, or of the drafts, with a reason; comment, draft",
    "solution-restored": "brought back into the library, or among the drafts; draft",
    "comment-added": "a remark of somebody who works on it; comment, section",
    "comment-resolved": "a remark or a report was dealt with; comment, kind",
    "error-reported": "a reader reported an error; comment",
    "page-error-reported": "a reader reported an error on a page that is no solution's (on `page`, its number); page",
    "page-error-resolved": "it was dealt with; page",
    "facts-confirmed": "the owner confirmed the facts; version, verified_on, review_due",
    "facts-due": "the day to confirm the facts has come (by the site, once for each day); review_due",
    "evidence-lowered": "nobody confirmed the facts for too long (by the site); version, before, after",
    "solution-reused": "a transfer ended well, the level is the highest; version, before, after, twinning, by whom",
    "report-addresses-erased": "addresses readers left with a report were erased (by the site, on `site`); number",
}


class Step(StrEnum):
    """A decision that is waited for."""

    APPROVAL = "approval"
    VALIDATION = "validation"
    READINESS = "readiness"


class State(StrEnum):
    """What became of a review."""

    OPEN = "open"
    PASSED = "passed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Deed(StrEnum):
    """What can be done with a solution under review."""

    SUBMIT = "submit"
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    RETURN = "return"
    APPROVE = "approve"
    VALIDATE = "validate"
    MAKE_READY = "make-ready"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"
    RESTORE = "restore"
    COMMENT = "comment"
    REPORT = "report"
    CONFIRM = "confirm"


STEPS = tuple(Step)
#: The badge each step gives, and how far a badge stands.
BADGE_OF: Mapping[Step, str] = {Step.APPROVAL: "visibile", Step.VALIDATION: "validata", Step.READINESS: "pronta"}
RANK: Mapping[str, int] = {"": 0, "in-completamento": 0, "visibile": 1, "validata": 2, "pronta": 3}
DECISION_OF = {Step.APPROVAL: Deed.APPROVE, Step.VALIDATION: Deed.VALIDATE, Step.READINESS: Deed.MAKE_READY}
DECIDED_AS = {
    Step.APPROVAL: "solution-approved",
    Step.VALIDATION: "solution-validated",
    Step.READINESS: "solution-made-ready",
}
ROLE_OF = {Step.APPROVAL: Role.REFERENT, Step.VALIDATION: Role.EXPERT, Step.READINESS: Role.EXPERT}
ACTION_OF = {
    Step.APPROVAL: Action.APPROVE_SOLUTION,
    Step.VALIDATION: Action.VALIDATE_SOLUTION,
    Step.READINESS: Action.VALIDATE_SOLUTION,
}
#: The policy's action behind each thing that can be done while nothing, or something, waits.
POLICY_OF = {
    Deed.SUBMIT: Action.EDIT_SOLUTION,
    Deed.WITHDRAW: Action.EDIT_SOLUTION,
    Deed.CONFIRM: Action.EDIT_SOLUTION,
    Deed.ASSIGN: Action.ASSIGN_REVIEW,
    Deed.ARCHIVE: Action.APPROVE_SOLUTION,
    Deed.RESTORE: Action.APPROVE_SOLUTION,
    Deed.COMMENT: Action.COMMENT,
    Deed.REPORT: Action.REPORT_ERROR,
}


#: What brings to an end what was begun: done for a body that is no longer there too.
ENDING = frozenset({Deed.RELEASE, Deed.WITHDRAW, Deed.ARCHIVE, Deed.REPORT})


@dataclass(frozen=True)
class Situation:
    """How a solution stands: badge in force, step waited for, and whether a newer text may be submitted (`changed`)."""

    badge: str = ""
    step: Step | None = None
    archived: bool = False
    changed: bool = False
    claimed: bool = False

    @property
    def in_force(self) -> bool:
        return bool(self.badge)


@dataclass(frozen=True)
class NextActor:
    """Who is waited for: a role for bodies or themes."""

    role: Role
    scopes: tuple[str, ...]


def step_after(step: Step) -> Step | None:
    """The step that follows another; None after the last."""
    return next(iter(STEPS[STEPS.index(step) + 1 :]), None)


def first_step(badge: str, changed: bool) -> Step | None:
    """Where a version begins: a new text with the city, the one in force at the step beyond its badge."""
    return Step.APPROVAL if changed else next(iter(STEPS[RANK[badge] :]), None)


def comes_into_force(step: Step, badge: str) -> bool:
    """Whether passing a step puts the version in force: it must have climbed as high as the one it replaces."""
    return RANK[BADGE_OF[step]] >= RANK[badge]


def possible(situation: Situation) -> frozenset[Deed]:
    """What can be done in a situation, by whoever may."""
    if situation.archived:
        return frozenset({Deed.RESTORE, Deed.COMMENT})
    # A draft too, which nobody could put aside once a version of it was kept: it would be on every desk for ever.
    deeds = {Deed.COMMENT, Deed.ARCHIVE}
    if situation.in_force:
        deeds |= {Deed.CONFIRM, Deed.REPORT}
    if situation.step:
        mine = Deed.RELEASE if situation.claimed else Deed.CLAIM
        deeds |= {DECISION_OF[situation.step], Deed.RETURN, Deed.WITHDRAW, Deed.ASSIGN, mine}
    # A newer text takes the place of a wish for a higher badge, never of another new text that waits already.
    if situation.changed or (situation.step is None and first_step(situation.badge, False)):
        deeds.add(Deed.SUBMIT)
    return frozenset(deeds)


def action_for(deed: Deed, step: Step | None) -> Action:
    """The policy's action behind a deed; what reviewers do follows the step."""
    return POLICY_OF.get(deed) or ACTION_OF[step or Step.APPROVAL]


def next_actor(situation: Situation, bodies: Iterable[str], themes: Iterable[str]) -> NextActor | None:
    """Whose turn it is; None where nobody is waited for."""
    if situation.archived:
        return None
    if situation.step is None:
        waiting = first_step(situation.badge, situation.changed) is not None
        return NextActor(Role.OFFICIAL, tuple(bodies)) if waiting else None
    role = ROLE_OF[situation.step]
    return NextActor(role, tuple(bodies) if role is Role.REFERENT else tuple(themes))


def path(situation: Situation) -> tuple[tuple[str, str], ...]:
    """The way of the version at hand: each mark with `done`, `current` or `ahead`."""
    marks = ("bozza", "inviata", *BADGE_OF.values())
    climbed = STEPS.index(situation.step) if situation.step else RANK[situation.badge]
    if situation.step is None and situation.changed:
        climbed = 0
    submitted = situation.step is not None or climbed > 0
    # What was not sent is a draft, whatever was sent and came back before.
    done = climbed + 2 if submitted else 0
    states = ["done" if number < done else "ahead" for number in range(len(marks))]
    if done < len(marks):
        states[done] = "current"
    return tuple(zip(marks, states, strict=True))


def missing(step: Step, document: Document, has_files: bool) -> tuple[Problem, ...]:
    """What forbids asking for a step, or passing it."""
    level = Level.SUBMITTED if step is Step.APPROVAL else Level.VALIDATED
    found = problems(document, level)
    return found if step is not Step.READINESS else (*found, *_not_ready(document, has_files))


def _not_ready(document: Document, has_files: bool) -> tuple[Problem, ...]:
    resources, contact = _mapping(document, "resources"), _mapping(document, "contact")
    figures = [known(resources.get(name)) for name in ("one_off_cost", "yearly_cost", "months")]
    wanted = {
        "kit": bool(document.listed("kit")) or has_files,
        "resources": any(figure is not None for figure in figures),
        "preconditions": bool(document.listed("preconditions")),
        "contact": known(contact.get("mailbox")) is not None,
    }
    return tuple(Problem(name, "needed_to_be_ready") for name, there in wanted.items() if not there)


def _mapping(document: Document, name: str) -> Mapping[str, Any]:
    value = document.known(name)
    return value if isinstance(value, Mapping) else {}


def is_changed(latest: Document, in_force: Document | None, waited: Document | None, *, files: bool = False) -> bool:
    """Whether the latest text, or the ``files`` of its kit that changed, may be submitted as a new version.

    A new text takes the place of a wish for a higher badge; another new text that waits already is taken back first.
    """
    if waited is not None and (in_force is None or not same_text(waited, in_force)):
        return False
    return in_force is None or files or not same_text(latest, in_force)


def same_text(one: Document, other: Document) -> bool:
    """Whether two documents say the same, whatever the site keeps in them."""
    return _own_part(one) == _own_part(other)


def _own_part(document: Document) -> tuple[Any, ...]:
    front = {name: value for name, value in document.front.items() if name not in SITE_FIELDS}
    return front, document.sections, document.footnotes


def with_fields(document: Document, **front: Any) -> Document:
    return replace(document, front={**document.front, **front})


def confirmed(document: Document, today: date) -> Document:
    """The document with its facts confirmed today."""
    due = ageing.next_confirmation(today)
    return with_fields(document, verified_on=today.isoformat(), review_due=due.isoformat())


def judged(thing: Thing, *writers: int | None) -> Thing:
    """What the policy looks at when a version is judged: those who wrote or submitted it are among its people."""
    return replace(thing, people=thing.people | {writer for writer in writers if writer})
