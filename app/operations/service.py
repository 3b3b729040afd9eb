# SPDX-License-Identifier: AGPL-3.0-or-later
"""Noting how chores went, trying a failed letter again, registering and correcting a body."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cities import service as registers
from app.cities.models import City
from app.cities.rules import NewBody
from app.journal.queries import wait_for_turn
from app.journal.service import record
from app.operations import queries
from app.operations.models import ChoreRun
from app.outbox import service as outbox
from app.outbox.models import Letter
from app.search.changes import note
from app.solutions import queries as library

MAX_ERROR = 500


def note_run(session: Session, name: str, now: datetime, done: int, error: str = "") -> None:
    """The chore has just run; with an error where it did not go well."""
    run = queries.chore_run(session, name)
    if run is None:
        run = ChoreRun(name=name, last_run_at=now, done=0, last_error="")
        session.add(run)
    run.last_run_at, run.done, run.last_error = now, done, error[:MAX_ERROR]
    if not error:
        run.last_ok_at = now


def retry_letter(session: Session, number: int, actor_id: int, now: datetime) -> Letter:
    """Try a failed letter again. Raises ``NotFound``, ``Conflict`` for one that did not fail."""
    letter = outbox.retry(session, number, now)
    record(session, now, actor_id, "letter-retried", "letter", str(number), data={"kind": letter.kind})
    return letter


def retry_letters(session: Session, actor_id: int, now: datetime) -> int:
    """Try every letter that was not taken again, as when the mail server is well again. Answers how many."""
    number = outbox.retry_all(session, now)
    if number:
        record(session, now, actor_id, "letters-retried", "site", "letters", data={"number": number})
    return number


def register_body(session: Session, typed: NewBody, actor_id: int, now: datetime) -> City:
    """A body that may give and take solutions from now on. Raises ``Invalid``."""
    # Of two who register the same body at once the second waits here, and is told.
    wait_for_turn(session)
    city = registers.register_body(session, typed)
    record(session, now, actor_id, "body-registered", "body", city.slug, body=city.slug, data={"kind": city.kind})
    return city


def correct_body(session: Session, slug: str, typed: NewBody, actor_id: int, now: datetime) -> None:
    """Correct a body the coordination registered, or say until when it is there. Raises ``Invalid``, ``NotFound``."""
    city = queries.body_registered_here(session, slug)
    changed = registers.correct_body(session, city, typed)
    if changed:
        # Their pages and their lines in the search name it.
        note(session, [("solution", solution) for solution in library.slugs_of_city(session, city)])
    said = {"valid_to": typed.valid_to or None} if "valid_to" in changed else {}
    if said:
        action = "body-closed" if typed.valid_to else "body-reopened"
        record(session, now, actor_id, action, "body", slug, body=slug, data=said)
    if corrected := [name for name in changed if name != "valid_to"]:
        record(session, now, actor_id, "body-corrected", "body", slug, body=slug, data={"fields": corrected})
