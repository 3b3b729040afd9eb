# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passkeys: registered, asked for, checked, named and removed; the protocol itself is of the library `webauthn`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.accounts import queries, rules
from app.accounts.models import Passkey, Person
from app.accounts.second_factors import new_recovery_codes, tell_added, tell_removed
from app.accounts.service import note_failure, refuse_too_many, spend
from app.errors import Conflict, Invalid, NotFound
from app.later import later

if TYPE_CHECKING:
    import webauthn
    from webauthn import helpers
    from webauthn.helpers import exceptions, structs
else:
    webauthn, helpers = later("webauthn"), later("webauthn.helpers")
    exceptions, structs = later("webauthn.helpers.exceptions"), later("webauthn.helpers.structs")

LONGEST_ANSWER = 20_000
#: What the library raises, beside its own errors, for an answer that is wrong or that is none at all.
WRONG = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Site:
    """The site as authenticators know it: its host name, and the address pages have."""

    host: str
    origin: str


def registration_options(person: Person, held: Sequence[Passkey], site: Site) -> tuple[str, str]:
    """What the browser is asked for a new passkey, as JSON, and the challenge in it."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Twin Metro",
        user_id=bytes.fromhex(rules.digest(f"passkeys of {person.id}"))[:32],
        user_name=person.email,
        user_display_name=person.name,
        exclude_credentials=_descriptors(held),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.options_to_json(options), helpers.bytes_to_base64url(options.challenge)


def _descriptors(held: Sequence[Passkey]) -> "list[structs.PublicKeyCredentialDescriptor]":
    return [structs.PublicKeyCredentialDescriptor(id=helpers.base64url_to_bytes(item.credential_id)) for item in held]


def keep(
    session: Session, person_id: int, site: Site, challenge: str, answer: str, name: str, now: datetime
) -> list[str]:
    """Keep a new passkey; answers recovery codes where the person had none. Raises ``Invalid``, ``Conflict``."""
    person = queries.locked(session, person_id)
    if person is None:
        raise NotFound(person_id)
    if len(person.passkeys) >= rules.MOST_PASSKEYS:
        raise Conflict("too_many_passkeys")
    try:
        if len(answer) > LONGEST_ANSWER or not spend(session, f"challenge:{challenge}", now):
            raise Invalid({"passkey": "passkey_wrong"})
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=helpers.base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, *WRONG) as wrong:
        raise Invalid({"passkey": "passkey_wrong"}) from wrong
    number = helpers.bytes_to_base64url(verified.credential_id)
    if queries.passkey(session, number) is not None:
        raise Conflict("passkey_known")
    made = Passkey(
        person_id=person.id,
        credential_id=number,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=tidy_name(name),
        created_at=now,
    )
    session.add(made)
    session.flush()
    tell_added(session, person, "passkey", now)
    return [] if queries.recovery_codes(session, person.id) else new_recovery_codes(session, person.id, now)


def tidy_name(name: str) -> str:
    return " ".join(name.split())[:80] or "passkey"


def question(site: Site, held: Sequence[Passkey] = ()) -> tuple[str, str]:
    """What the browser is asked to prove a passkey, as JSON, and the challenge in it; any of the site's where none."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=_descriptors(held) or None,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), helpers.bytes_to_base64url(options.challenge)


def who(
    session: Session, site: Site, challenge: str, answer: str, now: datetime, address: str, only: int = 0
) -> Person | None:
    """The active person who proved a passkey, None where nobody did; of the person ``only`` where one is given.

    Raises ``Throttled``; what fails is noted, and counts for this passkey: wrong passwords, which anybody can send,
    keep no owner of one out.
    """
    number = _credential_id(answer)
    found = queries.passkey(session, number) if number else None
    person = queries.locked(session, found.person_id) if found else None
    proof = f"passkey {number}"
    refuse_too_many(session, now, proof, address)
    right = (
        found is not None
        and person is not None
        and person.active
        and person.id == (only or person.id)
        and _proved(session, found, site, challenge, answer, now)
    )
    if not right:
        note_failure(session, now, person.email if person else proof, address, proof)
    return person if right else None


def _credential_id(answer: str) -> str:
    """Which passkey an answer speaks of, empty for what is no answer."""
    if len(answer) > LONGEST_ANSWER:
        return ""
    try:
        return helpers.bytes_to_base64url(helpers.parse_authentication_credential_json(answer).raw_id)
    except (exceptions.WebAuthnException, *WRONG):
        return ""


def _proved(session: Session, found: Passkey, site: Site, challenge: str, answer: str, now: datetime) -> bool:
    """Whether the answer fits the challenge, which is spent with it."""
    if not challenge or not spend(session, f"challenge:{challenge}", now):
        return False
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=helpers.base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, *WRONG):
        return False
    found.sign_count, found.used_at = verified.new_sign_count, now
    return True


def rename(session: Session, person_id: int, number: int, name: str) -> None:
    _own(session, person_id, number).name = tidy_name(name)


def remove(session: Session, person_id: int, number: int, now: datetime) -> None:
    found = _own(session, person_id, number)
    person = queries.locked(session, person_id)
    if person is None:
        raise NotFound(person_id)
    session.delete(found)
    tell_removed(session, person, "passkey", now)


def _own(session: Session, person_id: int, number: int) -> Passkey:
    """A passkey of the person. Raises ``NotFound`` for another's."""
    found = next((item for item in queries.passkeys(session, person_id) if item.id == number), None)
    if found is None:
        raise NotFound(number)
    return found
