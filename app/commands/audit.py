# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask audit`: prove that the journal is whole, and write it out."""

import json
from datetime import UTC

import click
from flask import current_app

from app.commands.group import WithTables
from app.db import Database
from app.journal.queries import all_in_order, last, total
from app.journal.rules import START
from app.journal.service import broken

audit = WithTables("audit", help="The journal: who did what.")


def store() -> Database:
    found: Database = current_app.extensions["database"]
    return found


@audit.command("verify")
def verify() -> None:
    """Check that each row of the journal follows from the one before; fail with the first that does not."""
    with store().reading() as session:
        first = broken(session)
        rows, end = total(session), last(session)
    if first is not None:
        raise click.ClickException(f"la riga {first} non segue da quella prima: è stata cambiata, o ne manca una prima")
    click.echo(f"{rows} righe, catena integra. Ultima: {end.digest if end else START}")


@audit.command("export")
def export() -> None:
    """Write the journal as lines of JSON, the oldest row first."""
    with store().reading() as session:
        for row in all_in_order(session):
            said = {
                "id": row.id,
                "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor_id": row.actor_id,
                "action": row.action,
                "kind": row.kind,
                "key": row.key,
                "body": row.body,
                "data": row.data,
                "previous": row.previous,
                "digest": row.digest,
            }
            click.echo(json.dumps(said, ensure_ascii=False, sort_keys=True))
