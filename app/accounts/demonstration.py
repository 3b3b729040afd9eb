# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accounts made up for trying the site, one per role; never in production."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.access import Role
from app.accounts import passwords, queries
from app.accounts.models import Assignment, Person

#: Known to everybody, shown on the log-in page.
PASSWORD = "prova twin metro"  # noqa: S105
DOMAIN = "dimostrazione.example"


@dataclass(frozen=True)
class Made:
    """One demonstration account."""

    mailbox: str
    name: str
    roles: tuple[tuple[Role, str], ...] = ()


def wanted(themes: list[str]) -> tuple[Made, ...]:
    """At least one account per role, for three cities so that they can meet. The expert has every theme."""
    return (
        Made("funzionario.bologna", "Prova: funzionario di Bologna", ((Role.OFFICIAL, "bologna"),)),
        Made("referente.bologna", "Prova: referente di Bologna", ((Role.REFERENT, "bologna"),)),
        Made("funzionario.torino", "Prova: funzionario di Torino", ((Role.OFFICIAL, "torino"),)),
        Made("referente.torino", "Prova: referente di Torino", ((Role.REFERENT, "torino"),)),
        Made("referente.bari", "Prova: referente di Bari", ((Role.REFERENT, "bari"),)),
        Made("esperto", "Prova: esperto tematico", tuple((Role.EXPERT, slug) for slug in themes)),
        Made("coordinamento", "Prova: coordinamento nazionale", ((Role.COORDINATOR, ""),)),
        Made("amministratore", "Prova: amministratore", ((Role.ADMINISTRATOR, ""),)),
        Made("lettore", "Prova: utente senza ruoli"),
    )


def make(session: Session, themes: list[str], now: datetime) -> int:
    """Create the accounts that are not there. Answers how many were created."""
    created = 0
    for made in wanted(themes):
        email = f"{made.mailbox}@{DOMAIN}"
        if queries.by_email(session, email) is not None:
            continue
        assignments = [Assignment(role=role.value, scope=scope) for role, scope in made.roles]
        session.add(
            Person(
                email=email,
                name=made.name,
                password_hash=passwords.kept(PASSWORD),
                demonstration=True,
                created_at=now,
                confirmed_at=now,
                assignments=assignments,
            )
        )
        created += 1
    return created
