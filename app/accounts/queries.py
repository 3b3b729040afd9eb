# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every SELECT on people, roles, log-ins and what lets somebody in."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, Select, func, or_, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from app.access import OF_BODY, Role
from app.accounts.models import (
    Assignment,
    Attempt,
    ExternalIdentity,
    Invitation,
    Link,
    Passkey,
    Person,
    RecoveryCode,
    ServiceAccount,
    SignIn,
)
from app.cities.models import City
from app.db import demonstrating
from app.journal.models import JournalEntry

#: Any constant: among what PostgreSQL holds, names of accounts.
NAMES = 740_019


def _people() -> Select[Person]:
    return select(Person).options(selectinload(Person.assignments), selectinload(Person.passkeys))


def person(session: Session, number: int) -> Person | None:
    """One person with roles and passkeys, erased ones too."""
    return session.scalars(_people().where(Person.id == number)).one_or_none()


def active(session: Session, numbers: Iterable[int]) -> dict[int, Person]:
    """Of some people those who come in, by number, with what they may do; without passkeys, in one statement."""
    wanted = set(numbers)
    people = select(Person).options(joinedload(Person.assignments)).where(Person.id.in_(wanted))
    return {found.id: found for found in session.scalars(people).unique() if found.active} if wanted else {}


def locked(session: Session, number: int) -> Person | None:
    """One person, held until the transaction ends: a code is used once, whoever else sends it meanwhile."""
    wanted = _people().where(Person.id == number).with_for_update(of=Person)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def by_email(session: Session, email: str) -> Person | None:
    return session.scalars(_people().where(Person.email == email)).one_or_none()


def people(session: Session, bodies: frozenset[str] | None = None) -> Sequence[Person]:
    """People who were not erased, by name; those with a role for one of the bodies where bodies are given."""
    wanted = _people().where(Person.erased_at.is_(None)).order_by(Person.name, Person.id)
    if bodies is not None:
        wanted = wanted.where(Person.assignments.any(Assignment.scope.in_(bodies)))
    return session.scalars(wanted).all()


def people_among(
    session: Session, bodies: frozenset[str] | None, body: str, state: str
) -> Sequence[Row[int, str, str]]:
    """Number, name and mailbox of people in a state and with a role for a body, each empty for any; where bodies are
    given, of those with a role for one of them. One row each, whatever their roles."""
    of_body = Assignment.role.in_([role.value for role in OF_BODY])
    wanted = select(Person.id, Person.name, Person.email).where(Person.erased_at.is_(None))
    if bodies is not None:
        wanted = wanted.where(Person.assignments.any(Assignment.scope.in_(bodies)))
    if body:
        wanted = wanted.where(Person.assignments.any(of_body & (Assignment.scope == body)))
    if state == "senza-ruolo":
        wanted = wanted.where(~Person.assignments.any())
    elif state:
        wanted = wanted.where(Person.disabled_at.is_(None) if state == "attive" else Person.disabled_at.is_not(None))
    return session.execute(wanted).all()


def people_by_number(session: Session, numbers: Sequence[int]) -> list[Person]:
    """Some people with their roles, in this order; without passkeys."""
    wanted = select(Person).options(selectinload(Person.assignments)).where(Person.id.in_(numbers))
    found = {person.id: person for person in session.scalars(wanted)}
    return [found[number] for number in numbers if number in found]


def bodies_with_people(session: Session, bodies: frozenset[str] | None) -> frozenset[str]:
    """Bodies for which somebody has a role who was not erased; among those given."""
    wanted = select(Assignment.scope).join(Person, Person.id == Assignment.person_id).distinct()
    wanted = wanted.where(Assignment.role.in_([role.value for role in OF_BODY]), Person.erased_at.is_(None))
    return frozenset(scope for scope in session.scalars(wanted) if bodies is None or scope in bodies)


def with_role(session: Session, role: Role, scopes: Iterable[str]) -> Sequence[Person]:
    """Active people who have a role for any of the scopes, with what they may do; without passkeys."""
    ties = Assignment.role == role.value, Assignment.scope.in_(list(scopes))
    wanted = select(Person).options(joinedload(Person.assignments)).where(Person.assignments.any(ties[0] & ties[1]))
    return [found for found in session.scalars(wanted.order_by(Person.id)).unique() if found.active]


def _offices(session: Session, erased: Sequence[int]) -> dict[int, str]:
    """Names of the bodies for which erased people worked last, as the journal tells."""
    if not erased:
        return {}
    given = JournalEntry.kind == "person", JournalEntry.action == "role-given", JournalEntry.body != ""
    wanted = select(JournalEntry.key, City.name).join(City, City.slug == JournalEntry.body)
    wanted = wanted.where(*given, JournalEntry.key.in_([str(number) for number in erased]))
    return {int(key): name for key, name in session.execute(wanted.order_by(JournalEntry.id))}


def staffed(session: Session, bodies: Iterable[str]) -> frozenset[str]:
    """Of some bodies, those with an official or a referent who comes in."""
    ties = Assignment.role.in_((Role.OFFICIAL.value, Role.REFERENT.value)), Assignment.scope.in_(list(bodies))
    wanted = select(Assignment).options(joinedload(Assignment.person)).where(*ties)
    return frozenset(tie.scope for tie in session.scalars(wanted) if tie.person.active)


def names(session: Session, numbers: Iterable[int | None]) -> dict[int, str]:
    """Names by number; those below zero are programmes. What an erased person did stands under their office's name.

    Somebody erased who worked for no body has an empty name.
    """
    wanted = {number for number in numbers if number}
    programmes = {-number for number in wanted if number < 0}
    found: dict[int, str] = {}
    if wanted:
        people = select(Person.id, Person.name).where(Person.id.in_(wanted))
        found = {row[0]: row[1] for row in session.execute(people)}
        found |= _offices(session, [number for number, name in found.items() if not name])
    if programmes:
        named = select(ServiceAccount.id, ServiceAccount.name).where(ServiceAccount.id.in_(programmes))
        found |= {-row[0]: row[1] for row in session.execute(named)}
    return found


def sign_in(session: Session, token_digest: str) -> SignIn | None:
    """A log-in with its person and roles, ended ones too."""
    loaded = joinedload(SignIn.person).joinedload(Person.assignments)
    wanted = select(SignIn).options(loaded).where(SignIn.token_digest == token_digest)
    return session.scalars(wanted).unique().one_or_none()


def open_sign_ins(session: Session, person_id: int) -> Sequence[SignIn]:
    """Log-ins of a person that were not ended, the last seen first."""
    wanted = select(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    return session.scalars(wanted.order_by(SignIn.seen_at.desc())).all()


def all_sign_ins(session: Session, person_id: int) -> Sequence[SignIn]:
    """Every log-in of a person that is still kept, the newest first."""
    wanted = select(SignIn).where(SignIn.person_id == person_id).order_by(SignIn.id.desc())
    return session.scalars(wanted).all()


def browsers(session: Session, person_id: int) -> frozenset[str]:
    """Browsers a person came in with."""
    return frozenset(session.scalars(select(SignIn.browser).where(SignIn.person_id == person_id).distinct()))


def failures(session: Session, subject: str, since: datetime) -> Sequence[datetime]:
    return session.scalars(select(Attempt.at).where(Attempt.subject == subject, Attempt.at > since)).all()


def old_attempts(session: Session, before: datetime) -> Sequence[Attempt]:
    return session.scalars(select(Attempt).where(Attempt.at < before).limit(1_000)).all()


def attempts(session: Session, numbers: Iterable[int]) -> Sequence[Attempt]:
    return session.scalars(select(Attempt).where(Attempt.id.in_(numbers))).all()


def attempts_on(session: Session, subject: str) -> Sequence[Attempt]:
    return session.scalars(select(Attempt).where(Attempt.subject == subject)).all()


def invitation(session: Session, token_digest: str) -> Invitation | None:
    return session.scalars(select(Invitation).where(Invitation.token_digest == token_digest)).one_or_none()


def hold(session: Session, row: Invitation | Link) -> None:
    """Hold what is used once until the transaction ends, as it is now. Only where it is then written."""
    session.refresh(row, with_for_update=True)


def hold_name(session: Session, name: str) -> None:
    """One at a time acts on what has a name, a mailbox for one, and perhaps no row yet. SQLite has one writer at a time
    already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:names, hashtext(:name))"), {"names": NAMES, "name": name})


def invitation_by_number(session: Session, number: int) -> Invitation | None:
    return session.get(Invitation, number)


def invitations_to(session: Session, email: str) -> Sequence[Invitation]:
    return session.scalars(select(Invitation).where(Invitation.email == email).order_by(Invitation.id)).all()


def waiting_invitations(session: Session, now: datetime, bodies: frozenset[str] | None = None) -> Sequence[Invitation]:
    """Invitations still open, the newest first; those of some bodies where bodies are given."""
    wanted = select(Invitation).where(
        Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > now
    )
    if bodies is not None:
        wanted = wanted.where(Invitation.scope.in_(bodies))
    return session.scalars(wanted.order_by(Invitation.id.desc())).all()


def link(session: Session, token_digest: str, purpose: str) -> Link | None:
    return session.scalars(select(Link).where(Link.token_digest == token_digest, Link.purpose == purpose)).one_or_none()


def open_links(session: Session, person_id: int, purpose: str) -> Sequence[Link]:
    wanted = select(Link).where(Link.person_id == person_id, Link.purpose == purpose, Link.used_at.is_(None))
    return session.scalars(wanted).all()


def all_links(session: Session, person_id: int) -> Sequence[Link]:
    return session.scalars(select(Link).where(Link.person_id == person_id)).all()


def sign_ins_ended(session: Session, before: datetime, seen: datetime) -> Sequence[SignIn]:
    """Log-ins ended before an instant, and those nobody used for so long that they ended by themselves."""
    old = or_(SignIn.ended_at < before, SignIn.seen_at < seen)
    return session.scalars(select(SignIn).where(old).limit(1_000)).all()


def links_expired(session: Session, before: datetime) -> Sequence[Link]:
    return session.scalars(select(Link).where(Link.expires_at < before).limit(1_000)).all()


def invitations_expired(session: Session, before: datetime) -> Sequence[Invitation]:
    return session.scalars(select(Invitation).where(Invitation.expires_at < before).limit(1_000)).all()


def recovery_codes(session: Session, person_id: int) -> Sequence[RecoveryCode]:
    """Codes not used yet."""
    wanted = select(RecoveryCode).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return session.scalars(wanted).all()


def all_recovery_codes(session: Session, person_id: int) -> Sequence[RecoveryCode]:
    return session.scalars(select(RecoveryCode).where(RecoveryCode.person_id == person_id)).all()


def passkeys(session: Session, person_id: int) -> Sequence[Passkey]:
    return session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)).all()


def passkey(session: Session, credential_id: str) -> Passkey | None:
    return session.scalars(select(Passkey).where(Passkey.credential_id == credential_id)).one_or_none()


def external_identity(session: Session, issuer: str, subject: str) -> ExternalIdentity | None:
    wanted = select(ExternalIdentity).where(ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject)
    return session.scalars(wanted).one_or_none()


def external_identities(session: Session, person_id: int) -> Sequence[ExternalIdentity]:
    return session.scalars(select(ExternalIdentity).where(ExternalIdentity.person_id == person_id)).all()


def ways_to_prove(session: Session, person: Person) -> frozenset[str]:
    """How a person can say again who they are."""
    ways = {
        "password": bool(person.password_hash),
        "totp": bool(person.totp_secret),
        "passkey": bool(passkeys(session, person.id)),
        "sso": bool(external_identities(session, person.id)),
    }
    return frozenset(way for way, there in ways.items() if there)


def service_account(session: Session, token_digest: str) -> ServiceAccount | None:
    return session.scalars(select(ServiceAccount).where(ServiceAccount.token_digest == token_digest)).one_or_none()


def service_account_by_number(session: Session, number: int) -> ServiceAccount | None:
    return session.get(ServiceAccount, number)


def service_account_named(session: Session, name: str) -> ServiceAccount | None:
    return session.scalars(select(ServiceAccount).where(ServiceAccount.name == name)).one_or_none()


def service_accounts(session: Session) -> Sequence[ServiceAccount]:
    return session.scalars(select(ServiceAccount).order_by(ServiceAccount.name)).all()


def demonstration_people(session: Session) -> Sequence[Person]:
    wanted = _people().where(Person.demonstration, Person.erased_at.is_(None))
    return session.scalars(wanted.order_by(Person.id)).all()


def administrators_left(session: Session, without: int) -> int:
    """How many active administrators there are besides one person, all of them held until the transaction ends: of two
    who take each other away one comes first, and the other is counted after it."""
    every = select(Person.id).where(Person.assignments.any(Assignment.role == Role.ADMINISTRATOR.value))
    session.scalars(every.order_by(Person.id).with_for_update(of=Person)).all()
    wanted = (
        select(func.count())
        .select_from(Person)
        .where(
            Person.id != without,
            Person.disabled_at.is_(None),
            Person.erased_at.is_(None),
            Person.demonstration.in_([False, demonstrating(session)]),
            Person.assignments.any(Assignment.role == Role.ADMINISTRATOR.value),
        )
    )
    return session.scalar(wanted) or 0
