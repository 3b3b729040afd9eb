# SPDX-License-Identifier: AGPL-3.0-or-later
"""The second factor: codes of an app, codes for when the app is lost, and how a person who has one comes in."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Actor
from app.accounts import queries, rules
from app.accounts.models import Person, RecoveryCode
from app.accounts.service import codes_of, note_failure, refuse_too_many
from app.errors import Conflict, NotFound
from app.journal.service import record
from app.outbox.service import post


def has_one(session: Session, person: Person) -> bool:
    """Whether the person has a second factor."""
    return bool(person.totp_secret) or bool(queries.passkeys(session, person.id))


def urged(actor: Actor) -> bool:
    """Whether the roles of a person ask for a second factor."""
    return actor.is_a(*rules.STRONG_ROLES)


def use_code(session: Session, person_id: int, typed: str, now: datetime, address: str) -> str:
    """How the person proved it, `totp` or `recovery`; empty where the code is wrong. Raises ``Throttled``.

    A right code is spent with it; a wrong one is noted.
    """
    person = queries.locked(session, person_id)
    if person is None or not person.active:
        raise NotFound(person_id)
    refuse_too_many(session, now, codes_of(person), address)
    step = rules.totp_step(person.totp_secret, typed, now, person.totp_last)
    if step:
        person.totp_last = step
        return "totp"
    if _use_recovery_code(session, person, typed, now):
        return "recovery"
    note_failure(session, now, person.email, address, codes_of(person))
    return ""


def _use_recovery_code(session: Session, person: Person, typed: str, now: datetime) -> bool:
    code = rules.tidy_code(typed)
    unused = queries.recovery_codes(session, person.id)
    if len(code) < 11 or not unused:
        return False
    digest = rules.recovery_digest(person.id, code)
    for held in unused:
        if held.code_digest == digest:
            held.used_at = now
            record(session, now, person.id, "recovery-code-used", "person", str(person.id))
            post(session, now, "recovery-code-used", person.email, person.language, {"left": len(unused) - 1})
            return True
    return False


def keep_totp(session: Session, person_id: int, secret: str, typed: str, now: datetime) -> list[str] | None:
    """Keep the secret of an app once a code of it was right; None where it was not.

    Answers new recovery codes, none where the person has some already. Raises ``Conflict`` where an app is set up.
    """
    person = _locked(session, person_id)
    if person.totp_secret:
        raise Conflict("second_factor_there")
    step = rules.totp_step(secret, typed, now, 0)
    if not step:
        return None
    person.totp_secret, person.totp_last = secret, step
    tell_added(session, person, "totp", now)
    return [] if queries.recovery_codes(session, person.id) else new_recovery_codes(session, person.id, now)


def _locked(session: Session, person_id: int) -> Person:
    person = queries.locked(session, person_id)
    if person is None:
        raise NotFound(person_id)
    return person


def new_recovery_codes(session: Session, person_id: int, now: datetime) -> list[str]:
    """Ten new codes; the earlier ones are void. Raises ``Conflict`` for a person without a second factor."""
    person = _locked(session, person_id)
    if not has_one(session, person):
        raise Conflict("no_second_factor")
    _void_recovery_codes(session, person.id)
    codes = rules.recovery_codes()
    session.add_all(
        RecoveryCode(person_id=person.id, code_digest=rules.recovery_digest(person.id, code)) for code in codes
    )
    record(session, now, person.id, "recovery-codes-made", "person", str(person.id))
    return codes


def _void_recovery_codes(session: Session, person_id: int) -> None:
    for held in queries.all_recovery_codes(session, person_id):
        session.delete(held)


def remove_totp(session: Session, person_id: int, now: datetime) -> None:
    """Take the app away. Raises ``NotFound`` where there is none."""
    person = _locked(session, person_id)
    if not person.totp_secret:
        raise NotFound("totp")
    person.totp_secret = ""
    tell_removed(session, person, "totp", now)


def remove_all(session: Session, person_id: int, now: datetime) -> None:
    """Take every factor away from a person who lost them; nothing happens where there is none."""
    person = _locked(session, person_id)
    for held in [*person.passkeys]:
        person.passkeys.remove(held)
        tell_removed(session, person, "passkey", now)
    if person.totp_secret:
        remove_totp(session, person_id, now)


def tell_added(session: Session, person: Person, what: str, now: datetime) -> None:
    record(session, now, person.id, "second-factor-added", "person", str(person.id), data={"what": what})
    post(session, now, "second-factor-added", person.email, person.language, {"what": what})


def tell_removed(session: Session, person: Person, what: str, now: datetime) -> None:
    """Tell that a factor is gone; recovery codes go with the last one."""
    session.flush()
    if not has_one(session, person):
        _void_recovery_codes(session, person.id)
    record(session, now, person.id, "second-factor-removed", "person", str(person.id), data={"what": what})
    post(session, now, "second-factor-removed", person.email, person.language, {"what": what})
