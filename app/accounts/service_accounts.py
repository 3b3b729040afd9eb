# SPDX-License-Identifier: AGPL-3.0-or-later
"""Service accounts: programmes that read, or write drafts, with a token of their own that administrators make."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.access import Actor, Role
from app.accounts import queries, rules
from app.accounts.models import ServiceAccount
from app.cities import queries as cities
from app.document.dates import day_of
from app.errors import Invalid, NotFound
from app.journal.queries import wait_for_turn
from app.journal.service import record


def create(
    session: Session, actor: Actor, now: datetime, name: str, scopes: frozenset[str], days: int, body: str = ""
) -> tuple[ServiceAccount, str]:
    """A new service account and its token, which is not kept; one that writes is for a body. Raises ``Invalid``."""
    # Of two who take the same name at once the second waits here, and is told.
    wait_for_turn(session)
    problems = _wrong(session, name, scopes, body, day_of(now))
    if problems:
        raise Invalid(problems)
    token = rules.new_service_token()
    made = ServiceAccount(
        name=name,
        token_digest=rules.digest(token),
        scopes=" ".join(scope for scope in rules.SCOPES if scope in scopes),
        body=body if rules.WRITE_DRAFTS in scopes else "",
        created_by=actor.id or None,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(made)
    session.flush()
    told = {"scopes": made.scopes}
    record(session, now, actor.id, "service-created", "service", str(made.id), body=made.body, data=told)
    return made, token


def _wrong(session: Session, name: str, scopes: frozenset[str], body: str, day: date) -> dict[str, str]:
    problems = {}
    if not name or queries.service_account_named(session, name) is not None:
        problems["name"] = "name_taken" if name else "required"
    if not scopes or not scopes <= frozenset(rules.SCOPES):
        problems["scopes"] = "choose_one"
    if rules.WRITE_DRAFTS in scopes and body not in {city.slug for city in cities.bodies_on(session, day)}:
        problems["body"] = "service_body"
    return problems


def revoke(session: Session, actor: Actor, number: int, now: datetime) -> None:
    """The token opens nothing any more. Raises ``NotFound``."""
    found = queries.service_account_by_number(session, number)
    if found is None or found.revoked_at is not None:
        raise NotFound(number)
    found.revoked_at = now
    record(session, now, actor.id, "service-revoked", "service", str(number))


def recognise(session: Session, token: str, now: datetime) -> ServiceAccount | None:
    """Whose a token is; None for one that was revoked, has expired or never was. Reads only."""
    found = queries.service_account(session, rules.digest(token)) if token else None
    return found if found is not None and found.revoked_at is None and found.expires_at > now else None


def is_noted(account: ServiceAccount, now: datetime) -> bool:
    """Whether it is known already that the programme was here lately."""
    return account.used_at is not None and now - account.used_at <= rules.SEEN_EVERY


def note_used(session: Session, token: str, now: datetime) -> None:
    found = recognise(session, token, now)
    if found is not None:
        found.used_at = now


def actor_of(account: ServiceAccount) -> Actor:
    """What a programme may do; below zero, so that no number of a person is ever meant."""
    return Actor(-account.id, frozenset({(Role.SERVICE, account.body)}), frozenset(account.scopes.split()))


@dataclass
class Watchers:
    """Programmes that watch over the site, as this process last knew them, by the digest of their tokens: while the
    database is away nobody else can say who they are."""

    _known: dict[str, tuple[Actor, datetime]] = field(default_factory=dict)

    def keep(self, digest: str, actor: Actor | None, expires_at: datetime, now: datetime) -> None:
        """The database just said whose token this is; None for nobody's, which is forgotten."""
        self._known.pop(digest, None)
        if actor is not None and rules.READ_METRICS in actor.scopes:
            watching = replace(actor, scopes=frozenset({rules.READ_METRICS}))
            self._known[digest] = watching, min(expires_at, now + rules.WATCHER_KNOWN)

    def recall(self, digest: str, now: datetime) -> Actor | None:
        """Who it was a while ago, with the right to watch and no other; None for nobody's."""
        actor, until = self._known.get(digest, (None, now))
        return actor if until > now else None
