# SPDX-License-Identifier: AGPL-3.0-or-later
"""Log in, be recognised, log out, change the password: one function per button."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import passwords, queries, rules
from app.accounts.models import Attempt, Link, Person, SignIn
from app.errors import Invalid, LinkGone, NotFound
from app.journal.queries import wait_for_turn
from app.journal.service import record
from app.outbox.service import post


class Throttled(Exception):
    """Too many failures: wait these seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def account_subject(email: str) -> str:
    return rules.digest(f"account:{email}")


def address_subject(address: str) -> str:
    return rules.digest(f"address:{rules.network_of(address)}")


def refuse_too_many(session: Session, now: datetime, email: str, address: str) -> None:
    """Raise ``Throttled`` when the account, or the network address, failed too often a short while ago.

    Who comes at the same moment waits, and finds what is noted in this transaction.
    """
    queries.hold_name(session, email)
    since = now - rules.WINDOW
    waits = [
        rules.wait_seconds(queries.failures(session, account_subject(email), since), rules.MOST_FOR_ACCOUNT, now),
        rules.wait_seconds(queries.failures(session, address_subject(address), since), rules.MOST_FOR_ADDRESS, now),
    ]
    if max(waits):
        raise Throttled(max(waits))


def note_attempt(session: Session, now: datetime, email: str, address: str) -> list[int]:
    """Count an attempt of the account and of the network address; answers the numbers of the two."""
    made = [Attempt(subject=subject, at=now) for subject in (account_subject(email), address_subject(address))]
    session.add_all(made)
    session.flush()
    return [attempt.id for attempt in made]


def codes_of(person: Person) -> str:
    """What wrong codes of a second factor are counted as, apart from wrong passwords: anybody can send those, and would
    keep its owner out."""
    return f"codes {person.id}"


def note_failure(session: Session, now: datetime, email: str, address: str, proof: str = "") -> None:
    """Somebody said who they are and could not prove it; ``proof`` is what is counted where it was no password."""
    note_attempt(session, now, proof or email, address)
    record_failure(session, now, email)


def record_failure(session: Session, now: datetime, email: str) -> None:
    known = queries.by_email(session, email)
    record(session, now, None, "sign-in-failed", "person", str(known.id) if known else "unknown")


def spend(session: Session, what: str, now: datetime) -> bool:
    """Whether this is used for the first time: what a cookie carries could be sent twice."""
    wait_for_turn(session)
    subject = rules.digest(f"spent:{what}")
    if queries.attempts_on(session, subject):
        return False
    session.add(Attempt(subject=subject, at=now))
    session.flush()
    return True


def check_password(session: Session, email: str, password: str) -> Person | None:
    """The active person with this address and password, else None; takes as long either way."""
    person = queries.by_email(session, email)
    right = passwords.matches(person.password_hash if person else "", password)
    return person if person is not None and right and person.active else None


def begin_sign_in(session: Session, person: Person, now: datetime, how: str, browser: str) -> str:
    """A new log-in; answers the token for the cookie. Earlier failures of the account are forgotten."""
    token = rules.new_token()
    session.add(
        SignIn(
            person_id=person.id,
            token_digest=rules.digest(token),
            how=how,
            browser=browser[:200],
            began_at=now,
            seen_at=now,
            confirmed_at=now,
        )
    )
    for known in (person.email, codes_of(person)):
        _forget_failures(session, known)
    record(session, now, person.id, "signed-in", "person", str(person.id), data={"how": how})
    return token


def forget_attempt(session: Session, noted: list[int]) -> None:
    """What was counted before it was tried was no failure."""
    for attempt in queries.attempts(session, noted):
        session.delete(attempt)


def _forget_failures(session: Session, known: str) -> None:
    for attempt in queries.attempts_on(session, account_subject(known)):
        session.delete(attempt)


def tell_new_browser(session: Session, person: Person, browser: str, now: datetime) -> None:
    """A letter about the first log-in from a browser, besides the very first one of the person."""
    known = queries.browsers(session, person.id)
    if known and browser not in known:
        data = {"at": now.isoformat(timespec="minutes"), "browser": browser}
        once = f"new-sign-in {person.id} {rules.digest(browser)[:16]}"
        post(session, now, "new-sign-in", person.email, person.language, data, once=once)


def still_signed_in(sign_in: SignIn, now: datetime) -> bool:
    return (
        sign_in.ended_at is None
        and sign_in.person.active
        and now - sign_in.seen_at < rules.IDLE_ENDS
        and now - sign_in.began_at < rules.SIGN_IN_ENDS
    )


def note_seen(session: Session, token: str, now: datetime) -> None:
    found = queries.sign_in(session, rules.digest(token))
    if found is not None and now > found.seen_at:
        found.seen_at = now


def confirm_identity(session: Session, token: str, now: datetime) -> None:
    """The person has just said again who they are."""
    found = queries.sign_in(session, rules.digest(token))
    if found is not None:
        found.confirmed_at = now


def end_sign_in(session: Session, person_id: int, number: int, now: datetime) -> None:
    """End one log-in of a person, unless it has ended meanwhile. Raises ``NotFound`` for one that is not theirs."""
    found = next((item for item in queries.all_sign_ins(session, person_id) if item.id == number), None)
    if found is None:
        raise NotFound(number)
    if found.ended_at is None:
        found.ended_at = now
        record(session, now, person_id, "signed-out", "person", str(person_id))


def end_all_sign_ins(session: Session, person_id: int, now: datetime, besides: str = "") -> None:
    """End every log-in of a person, besides the one with this token."""
    kept = rules.digest(besides) if besides else ""
    for found in queries.open_sign_ins(session, person_id):
        if found.token_digest != kept:
            found.ended_at = now


def ask_reset(session: Session, email: str, now: datetime) -> None:
    """Send a link to choose a new password where an active account has this address; else nothing happens."""
    person = queries.by_email(session, email)
    if person is None or not person.active:
        return
    for old in queries.open_links(session, person.id, "reset"):
        old.used_at = now
    token = send_link(session, person, now, "reset")
    data = {"link": f"/nuova-password/{token}", "minutes": int(rules.RESET_LASTS.total_seconds() // 60)}
    post(session, now, "reset", person.email, person.language, data, expires_at=now + rules.RESET_LASTS)


def send_link(session: Session, person: Person, now: datetime, purpose: str, target: str = "") -> str:
    """A new link for a purpose; answers its token."""
    token = rules.new_token()
    session.add(
        Link(
            person_id=person.id,
            purpose=purpose,
            target=target,
            token_digest=rules.digest(token),
            created_at=now,
            expires_at=now + rules.RESET_LASTS,
        )
    )
    return token


def open_link(session: Session, token: str, purpose: str, now: datetime) -> tuple[Link, Person]:
    """The link with its person. Raises ``LinkGone`` where it was used or has expired."""
    found = queries.link(session, rules.digest(token), purpose)
    person = queries.person(session, found.person_id) if found else None
    if found is None or found.used_at or found.expires_at <= now or person is None or not person.active:
        raise LinkGone(purpose)
    return found, person


def held_link(session: Session, token: str, purpose: str, now: datetime) -> tuple[Link, Person]:
    """The link with its person, held to be used once. Raises ``LinkGone``."""
    found, person = open_link(session, token, purpose, now)
    queries.hold(session, found)
    if found.used_at:
        raise LinkGone(purpose)
    return found, person


def end_all_links(session: Session, person_id: int, now: datetime) -> None:
    """No link that was sent to a person opens anything any more."""
    for link in queries.all_links(session, person_id):
        link.used_at = link.used_at or now


def reset_password(session: Session, token: str, password: str, now: datetime) -> Person:
    """Set the password by a link; every log-in ends. Raises ``LinkGone``, ``Invalid``.

    Earlier failures were at another password, and are forgotten; wrong codes are not, for those go on being guessed at.
    """
    found, person = held_link(session, token, "reset", now)
    set_password(session, person, password, now)
    found.used_at = now
    _forget_failures(session, person.email)
    return person


def set_password(session: Session, person: Person, password: str, now: datetime, keeping: str = "") -> None:
    """Set a new password and end every log-in besides the one with the token ``keeping``, and every link that was sent:
    whoever asked for one may be who is kept out. Raises ``Invalid``."""
    problem = rules.password_problem(password, (person.name, person.email))
    if problem:
        raise Invalid({"password": problem})
    person.password_hash = passwords.kept(password)
    end_all_sign_ins(session, person.id, now, keeping)
    end_all_links(session, person.id, now)
    record(session, now, person.id, "password-changed", "person", str(person.id))
    post(session, now, "password-changed", person.email, person.language, {})


def change_profile(person: Person, name: str, language: str) -> None:
    person.name, person.language = name.strip()[:120], language


def forget_old(session: Session, now: datetime) -> int:
    """Forget attempts, log-ins, links and invitations of long ago. Answers how many."""
    old = (
        *queries.old_attempts(session, now - rules.ATTEMPTS_KEPT),
        *queries.sign_ins_ended(session, now - rules.SIGN_INS_KEPT, now - rules.SIGN_INS_KEPT - rules.SIGN_IN_ENDS),
        *queries.links_expired(session, now - rules.LINKS_KEPT),
        *queries.invitations_expired(session, now - rules.INVITATIONS_KEPT),
    )
    for row in old:
        session.delete(row)
    return len(old)
