# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask demo`: what a newcomer needs to try the site; refused where the switch is off."""

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from app.accounts import demonstration
from app.accounts import queries as people
from app.config import Settings
from app.db import Database
from app.needs import demonstration as needs
from app.solutions import demonstration as solutions
from app.solutions import queries
from app.twinnings import demonstration as twinnings


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Create the demonstration accounts, requests and twinnings. Needs TWINMETRO_DEMONSTRATION=true."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.demonstration:
        raise click.ClickException("le utenze dimostrative si creano solo con TWINMETRO_DEMONSTRATION=true")
    database: Database = current_app.extensions["database"]
    with database.work() as session:
        created = demonstration.make(session, [theme.slug for theme in queries.themes(session)], datetime.now(UTC))
        session.flush()
        made = {
            item.mailbox: people.by_email(session, f"{item.mailbox}@{demonstration.DOMAIN}")
            for item in demonstration.wanted([])
        }
        known = {mailbox: person.id for mailbox, person in made.items() if person is not None}
        now, parts = datetime.now(UTC), current_app.extensions
        documented = solutions.make(session, now)
        posted = needs.make(session, known, now, parts["begin_twinning"], parts["engine"])
        begun = twinnings.make(session, known, now) if posted else 0
    click.echo(f"Utenze dimostrative: {created} create.")
    click.echo(f"Soluzioni dimostrative: {documented} create.")
    click.echo(f"Richieste dimostrative: {posted} create.")
    click.echo(f"Gemellaggi dimostrativi: {begun} creati.")
