# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what on what: every role, every action of the site and its rule, on one screen.

An action has two questions. ``might``: may this person do it to anything at all? The gate asks it before a page
runs. ``may``: to this very thing? The page asks it with ``gate.require(action, thing)`` as soon as it knows the thing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from app.errors import Forbidden, NotFound, SignInNeeded


class Role(StrEnum):
    """What a person is, for a scope: a body of the register, a theme, or (empty) the whole site."""

    OFFICIAL = "official"
    REFERENT = "referent"
    EXPERT = "expert"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"


#: Roles whose scope is a body, roles whose scope is a theme; the others hold for the whole site.
OF_BODY = frozenset({Role.OFFICIAL, Role.REFERENT})
OF_THEME = frozenset({Role.EXPERT})


@dataclass(frozen=True)
class Actor:
    """Who asks: a person with roles, a service account with scopes, or nobody (``id`` 0)."""

    id: int = 0
    roles: frozenset[tuple[Role, str]] = frozenset()
    scopes: frozenset[str] = frozenset()

    @property
    def known(self) -> bool:
        return self.id != 0

    def is_a(self, *roles: Role) -> bool:
        """Whether the person has one of the roles, for whatever scope."""
        return any(role in roles for role, _ in self.roles)

    def of(self, role: Role) -> frozenset[str]:
        """The scopes for which the person has the role."""
        return frozenset(scope for held, scope in self.roles if held is role)

    @property
    def bodies(self) -> frozenset[str]:
        """Bodies the person works for."""
        return self.of(Role.OFFICIAL) | self.of(Role.REFERENT)

    def without(self, bodies: frozenset[str]) -> "Actor":
        """The same person, or programme, without what it may do for some bodies."""
        held = frozenset((role, scope) for role, scope in self.roles if role in OF_THEME or scope not in bodies)
        return replace(self, roles=held)

    @property
    def member(self) -> bool:
        """Whether this is one of the network: a person with an account, or a programme with the scope for it."""
        return self.known and (not self.is_a(Role.SERVICE) or "read-members" in self.scopes)

    @property
    def national(self) -> bool:
        return self.is_a(Role.COORDINATOR, Role.ADMINISTRATOR)


NOBODY = Actor()


@dataclass(frozen=True)
class Thing:
    """What rules look at in the object of an action.

    ``bodies`` own it, ``people`` wrote it or are named in it, ``parties`` are bodies that take part without owning it.
    """

    published: bool = False
    visibility: str = "public"
    bodies: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    parties: frozenset[str] = frozenset()


class Action(StrEnum):
    """Everything a person may ask of the site."""

    READ_PUBLIC = "read-public"
    SEARCH = "search"
    PROBE = "probe"
    SIGN_IN = "sign-in"
    READ_SOLUTION = "read-solution"
    REPORT_ERROR = "report-error"
    CLOSE_REPORT = "close-report"
    USE_PROFILE = "use-profile"
    USE_DESK = "use-desk"
    FOLLOW = "follow"
    INVITE = "invite"
    ASSIGN_ROLES = "assign-roles"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_SERVICES = "manage-services"
    WRITE_SOLUTION = "write-solution"
    READ_DRAFT = "read-draft"
    EDIT_SOLUTION = "edit-solution"
    SEND_DRAFT = "send-draft"
    READ_QUEUES = "read-queues"
    COMMENT = "comment"
    APPROVE_SOLUTION = "approve-solution"
    VALIDATE_SOLUTION = "validate-solution"
    ASSIGN_REVIEW = "assign-review"
    READ_JOURNAL = "read-journal"
    POST_NEED = "post-need"
    READ_NEED = "read-need"
    EDIT_NEED = "edit-need"
    JOIN_NEED = "join-need"
    OFFER = "offer"
    READ_PROPOSAL = "read-proposal"
    ANSWER_PROPOSAL = "answer-proposal"
    STATE_CAPACITY = "state-capacity"
    RUN_ROUND = "run-round"
    READ_TWINNING = "read-twinning"
    WORK_ON_TWINNING = "work-on-twinning"
    SPEAK_IN_TWINNING = "speak-in-twinning"
    END_TWINNING = "end-twinning"
    STAFF_TWINNING = "staff-twinning"
    READ_UNMET = "read-unmet"
    REGISTER_BODY = "register-body"
    OPERATE = "operate"
    READ_METRICS = "read-metrics"


Might = Callable[[Actor], bool]
May = Callable[[Actor, Thing], bool]


@dataclass(frozen=True)
class Permission:
    """The rule of an action.

    ``hidden``: a refusal does not tell that the thing exists. ``sensitive``: the person says again who they are.
    """

    might: Might
    may: May
    hidden: bool = False
    sensitive: bool = False


def anyone(_actor: Actor, _thing: Thing | None = None) -> bool:
    return True


def anyone_signed_in(actor: Actor, _thing: Thing | None = None) -> bool:
    return actor.known and not actor.is_a(Role.SERVICE)


def anyone_of_a_body(actor: Actor) -> bool:
    return bool(actor.bodies)


def those_of_its_bodies(actor: Actor, thing: Thing) -> bool:
    return bool(actor.bodies & thing.bodies)


def its_bodies_or_national(actor: Actor, thing: Thing) -> bool:
    """Who works for a body that owns it, and the national coordination: to take part in it is not enough."""
    return actor.national or those_of_its_bodies(actor, thing)


def its_referents(actor: Actor, thing: Thing) -> bool:
    return bool(actor.of(Role.REFERENT) & thing.bodies)


def its_experts(actor: Actor, thing: Thing) -> bool:
    """Experts of one of its themes; nobody judges what they wrote or what their own office did."""
    involved = actor.id in thing.people or bool(actor.bodies & thing.bodies)
    return bool(actor.of(Role.EXPERT) & thing.themes) and not involved


def national_people(actor: Actor, _thing: Thing | None = None) -> bool:
    return actor.national


def administrators(actor: Actor, _thing: Thing | None = None) -> bool:
    return actor.is_a(Role.ADMINISTRATOR)


def its_referents_or_national(actor: Actor, thing: Thing) -> bool:
    return actor.national or its_referents(actor, thing)


def its_readers(actor: Actor, thing: Thing) -> bool:
    """Published: everybody, or members, or the parties of a transfer. Not published: those who may read the draft."""
    if thing.published and thing.visibility == "public":
        return True
    if thing.published and thing.visibility == "members" and actor.member:
        return True
    return bool(actor.bodies & thing.parties) or its_workers(actor, thing)


def readers_of_a_request(actor: Actor, thing: Thing) -> bool:
    """On the board: as of other things. A draft, or one that was taken back: its body, and those that had joined it."""
    return its_readers(actor, thing) if thing.published else bool(actor.bodies & (thing.bodies | thing.parties))


def its_workers(actor: Actor, thing: Thing) -> bool:
    """Its body, its authors, the experts of its themes, the national coordination."""
    expert = bool(actor.of(Role.EXPERT) & thing.themes)
    return actor.national or expert or those_of_its_bodies(actor, thing) or (actor.known and actor.id in thing.people)


def its_authors(actor: Actor, thing: Thing) -> bool:
    """Who works for its body; a draft without a body yet belongs to the one who began it."""
    return those_of_its_bodies(actor, thing) or (not thing.bodies and actor.known and actor.id in thing.people)


def programmes_that_write(actor: Actor) -> bool:
    """Service accounts with the scope for it, for the body they were made for."""
    return "write-drafts" in actor.scopes and bool(actor.of(Role.SERVICE) - {""})


def programmes_of_its_bodies(actor: Actor, thing: Thing) -> bool:
    return programmes_that_write(actor) and bool(actor.of(Role.SERVICE) & thing.bodies)


def watchers(actor: Actor, _thing: Thing | None = None) -> bool:
    """Administrators, and programmes with the scope for it: the figures tell how a site is used, and where it ails."""
    return actor.is_a(Role.ADMINISTRATOR) or "read-metrics" in actor.scopes


def its_parties(actor: Actor, thing: Thing) -> bool:
    """Who works for a body that owns it or takes part in it, and the national coordination."""
    return actor.national or bool(actor.bodies & (thing.bodies | thing.parties))


def its_referents_or_coordinators(actor: Actor, thing: Thing) -> bool:
    return actor.is_a(Role.COORDINATOR) or its_referents(actor, thing)


def anyone_of_a_body_or_national(actor: Actor) -> bool:
    return bool(actor.bodies) or actor.national


def referents_or_coordinators(actor: Actor) -> bool:
    return actor.is_a(Role.REFERENT, Role.COORDINATOR)


def coordinators(actor: Actor, _thing: Thing | None = None) -> bool:
    return actor.is_a(Role.COORDINATOR)


def referents_or_national(actor: Actor) -> bool:
    return actor.national or actor.is_a(Role.REFERENT)


def reviewers(actor: Actor, _thing: Thing | None = None) -> bool:
    return actor.national or actor.is_a(Role.REFERENT, Role.EXPERT)


def those_it_reaches(actor: Actor, thing: Thing) -> bool:
    """Referents of its body, experts of its theme, and the national coordination, which sees to the rest."""
    return its_referents_or_national(actor, thing) or bool(actor.of(Role.EXPERT) & thing.themes)


#: What everybody reads, as far as its thing lets them: a reader can report an error on these pages.
READING = frozenset({Action.READ_PUBLIC, Action.SEARCH, Action.READ_SOLUTION, Action.READ_NEED, Action.READ_TWINNING})

POLICY: dict[Action, Permission] = {
    Action.READ_PUBLIC: Permission(anyone, anyone),
    Action.SEARCH: Permission(anyone, anyone),
    Action.PROBE: Permission(anyone, anyone),
    Action.SIGN_IN: Permission(anyone, anyone),
    Action.READ_SOLUTION: Permission(anyone, its_readers, hidden=True),
    Action.REPORT_ERROR: Permission(anyone, its_readers, hidden=True),
    Action.CLOSE_REPORT: Permission(reviewers, those_it_reaches, hidden=True),
    Action.USE_PROFILE: Permission(anyone_signed_in, anyone_signed_in),
    Action.USE_DESK: Permission(anyone_signed_in, anyone_signed_in),
    Action.FOLLOW: Permission(anyone_signed_in, anyone_signed_in),
    Action.INVITE: Permission(referents_or_national, its_referents_or_national, sensitive=True),
    Action.ASSIGN_ROLES: Permission(national_people, national_people, sensitive=True),
    Action.MANAGE_PEOPLE: Permission(referents_or_national, its_referents_or_national),
    Action.MANAGE_SERVICES: Permission(administrators, administrators, sensitive=True),
    Action.WRITE_SOLUTION: Permission(anyone_of_a_body, those_of_its_bodies),
    Action.READ_DRAFT: Permission(anyone_signed_in, its_workers, hidden=True),
    Action.EDIT_SOLUTION: Permission(anyone_of_a_body, its_authors, hidden=True),
    Action.SEND_DRAFT: Permission(programmes_that_write, programmes_of_its_bodies, hidden=True),
    Action.READ_QUEUES: Permission(reviewers, reviewers),
    Action.COMMENT: Permission(anyone_signed_in, its_workers, hidden=True),
    Action.APPROVE_SOLUTION: Permission(lambda a: a.is_a(Role.REFERENT), its_referents, hidden=True),
    Action.VALIDATE_SOLUTION: Permission(lambda a: a.is_a(Role.EXPERT), its_experts, hidden=True),
    Action.ASSIGN_REVIEW: Permission(referents_or_national, its_referents_or_national, hidden=True),
    Action.READ_JOURNAL: Permission(anyone_of_a_body_or_national, its_bodies_or_national, hidden=True),
    Action.POST_NEED: Permission(anyone_of_a_body, those_of_its_bodies),
    Action.READ_NEED: Permission(anyone, readers_of_a_request, hidden=True),
    Action.EDIT_NEED: Permission(anyone_of_a_body, those_of_its_bodies, hidden=True),
    Action.JOIN_NEED: Permission(anyone_of_a_body, readers_of_a_request, hidden=True),
    Action.OFFER: Permission(anyone_of_a_body, readers_of_a_request, hidden=True),
    Action.READ_PROPOSAL: Permission(anyone_of_a_body_or_national, its_parties, hidden=True),
    Action.ANSWER_PROPOSAL: Permission(anyone_of_a_body, those_of_its_bodies, hidden=True),
    Action.STATE_CAPACITY: Permission(referents_or_coordinators, its_referents_or_coordinators),
    Action.RUN_ROUND: Permission(coordinators, coordinators),
    Action.READ_TWINNING: Permission(anyone, its_readers, hidden=True),
    Action.WORK_ON_TWINNING: Permission(anyone_of_a_body_or_national, its_parties, hidden=True),
    Action.SPEAK_IN_TWINNING: Permission(anyone_of_a_body, those_of_its_bodies, hidden=True),
    Action.END_TWINNING: Permission(referents_or_coordinators, its_referents_or_coordinators, hidden=True),
    Action.STAFF_TWINNING: Permission(anyone_of_a_body_or_national, its_bodies_or_national, hidden=True),
    Action.READ_UNMET: Permission(national_people, national_people),
    Action.REGISTER_BODY: Permission(national_people, national_people),
    Action.OPERATE: Permission(administrators, administrators),
    Action.READ_METRICS: Permission(watchers, watchers),
}

#: Actions whose refusal must not tell that the thing exists.
HIDDEN = frozenset(action for action, permission in POLICY.items() if permission.hidden)


def might(actor: Actor, action: Action) -> bool:
    """Whether the person may do this to anything at all."""
    return POLICY[action].might(actor)


def may(actor: Actor, action: Action, thing: Thing | None = None) -> bool:
    """Whether the person may do this, to this thing where one is given."""
    permission = POLICY[action]
    return permission.might(actor) and (thing is None or permission.may(actor, thing))


def may_begin(actor: Actor, action: Action, thing: Thing | None, gone: frozenset[str]) -> bool:
    """Whether the person may do this, and not only for bodies that are ``gone``: those begin nothing more.

    Who wrote for such a body wrote in its name, so having written opens nothing more.
    """
    left = thing
    if thing is not None and thing.bodies & gone:
        left = replace(thing, people=thing.people - {actor.id})
    return may(actor, action, thing) and may(actor.without(gone), action, left)


def require(actor: Actor, action: Action, thing: Thing | None = None) -> None:
    """Raise ``SignInNeeded``, ``Forbidden`` (``NotFound`` for an action in ``HIDDEN``) unless the policy allows it."""
    if may(actor, action, thing):
        return
    if action in HIDDEN and (actor.known or might(actor, action)):
        raise NotFound(action)
    raise Forbidden(action) if actor.known else SignInNeeded(action)
