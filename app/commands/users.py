# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask users`: accounts from the terminal, for the first administrator and for emergencies."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click
from flask import current_app
from sqlalchemy.orm import Session

from app.access import NOBODY, OF_THEME, Role
from app.accounts import erasure, invitations, passwords, queries, roles, rules, second_factors, service
from app.accounts.models import Person
from app.cities import queries as city_queries
from app.commands.group import WithTables
from app.config import Settings, site_address
from app.db import Database
from app.document.dates import today
from app.errors import Refused
from app.solutions import queries as solution_queries
from app.text.typed import readable

users = WithTables("users", help="People with an account.")
ROLE = click.Choice([role.value for role in Role if role is not Role.SERVICE])
#: What a refusal means on a terminal, and what to do.
WORDS = {
    "password_short": "servono almeno 12 caratteri: una frase di tre o quattro parole va bene",
    "password_long": "al massimo 128 caratteri",
    "password_common": "è troppo facile da indovinare: tre o quattro parole che non c’entrano l’una con l’altra",
    "last_administrator": "è l’ultimo amministratore: prima darne il ruolo a un’altra persona (flask users invite)",
    "scope_not_needed": "il ruolo {role} vale per tutti gli enti e tutti i temi: togliere --scope «{scope}»",
    "unknown_body": "il ruolo {role} vale per un ente attivo del registro, come bologna: --scope «{scope}» non va bene",
    "unknown_theme": "il ruolo {role} vale per un tema, come suap: --scope «{scope}» non va bene",
}
LONGEST_NAME = 120


def store() -> Database:
    found: Database = current_app.extensions["database"]
    return found


def now() -> datetime:
    return datetime.now(UTC)


def address(path: str) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return f"{site_address(settings)}{path}"


def _mailbox(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    email = rules.tidy_email(typed)
    if not rules.is_mailbox(email):
        raise click.BadParameter(f"«{typed}» non è un indirizzo di posta completo")
    return email


def _name(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    name = " ".join(readable(typed).split())
    if not 2 <= len(name) <= LONGEST_NAME:
        raise click.BadParameter(f"servono nome e cognome, da 2 a {LONGEST_NAME} caratteri")
    return name


def _found(session: Session, email: str) -> Person:
    person = queries.by_email(session, email)
    if person is None:
        raise click.ClickException(f"nessuna utenza con l’indirizzo {email}")
    return person


def _scope(session: Session, role: Role, scope: str) -> str:
    bodies = frozenset(city.slug for city in city_queries.bodies_on(session, today()))
    themes = frozenset(theme.slug for theme in solution_queries.themes(session))
    problem = rules.scope_problem(role, scope, bodies, themes)
    if problem:
        raise click.ClickException(WORDS[problem].format(role=role.value, scope=scope))
    return scope


def _typed_password(person_words: tuple[str, str], from_stdin: bool) -> str:
    """A good password, from the terminal without being shown or from standard input: never an argument."""
    if from_stdin:
        typed = sys.stdin.readline()
    else:
        typed = click.prompt("Password", hide_input=True, confirmation_prompt="Di nuovo")
    # As the log-in page reads it.
    typed = readable(typed).rstrip("\n")
    problem = rules.password_problem(typed, person_words)
    if problem:
        raise click.ClickException(f"password non accettata: {WORDS[problem]}")
    return typed


@users.command("create")
@click.argument("email", callback=_mailbox)
@click.option("--name", required=True, callback=_name, help="Name and surname.")
@click.option("--role", type=ROLE, help="A role; without it the person only reads and follows.")
@click.option("--scope", default="", help="Body or theme of the role.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(email: str, name: str, role: str | None, scope: str, password_stdin: bool) -> None:
    """Create an account with a password."""
    kept = passwords.kept(_typed_password((name, email), password_stdin))
    with store().work() as session:
        if queries.by_email(session, email) is not None:
            raise click.ClickException(f"c’è già un’utenza con l’indirizzo {email}")
        person = roles.new_person(session, now(), email, name, "it")
        person.password_hash = kept
        if role:
            roles.give_role(session, None, person, Role(role), _scope(session, Role(role), scope), now())
    click.echo(f"Creata: {email}" + (f" ({role})" if role else ""))


@users.command("invite")
@click.argument("email", callback=_mailbox)
@click.option("--role", type=ROLE, required=True)
@click.option("--scope", default="", help="Body or theme of the role.")
@click.option("--language", type=click.Choice(["it", "en"]), default="it")
def invite(email: str, role: str, scope: str, language: str) -> None:
    """Send an invitation; its link is shown too, for where no mail goes out."""
    with store().work() as session:
        scope = _scope(session, Role(role), scope)
        theme = dict(solution_queries.theme_names(session, language)).get(scope, "") if Role(role) in OF_THEME else ""
        _made, token = invitations.invite(session, NOBODY, now(), email, Role(role), scope, language, theme)
    click.echo(f"Invito per {email}, valido 14 giorni: {address(f'/invito/{token}')}")


@users.command("list")
def listed() -> None:
    """Accounts that were not erased, with their roles."""
    with store().reading() as session:
        for person in queries.people(session):
            held = ", ".join(f"{item.role}:{item.scope}".rstrip(":") for item in person.assignments) or "-"
            state = "disattivata" if person.disabled_at else "attiva"
            factor = "secondo fattore" if person.totp_secret or person.passkeys else "-"
            click.echo(f"{person.id}\t{person.email}\t{person.name}\t{held}\t{state}\t{factor}")


@users.command("disable")
@click.argument("email", callback=_mailbox)
def disable(email: str) -> None:
    """Keep a person out; every log-in ends."""
    with store().work() as session:
        _carefully(lambda: roles.disable(session, NOBODY, _found(session, email), now()))
    click.echo(f"Disattivata: {email}")


@users.command("enable")
@click.argument("email", callback=_mailbox)
def enable(email: str) -> None:
    """Let a person in again."""
    with store().work() as session:
        roles.enable(session, NOBODY, _found(session, email), now())
    click.echo(f"Riattivata: {email}")


@users.command("erase")
@click.argument("email", callback=_mailbox)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Erase a person for good: name, address, ways in."""
    if not yes:
        click.confirm(f"Cancellare per sempre {email}?", abort=True)
    removals = current_app.extensions.get("erasures", ())
    with store().work() as session:
        _carefully(lambda: erasure.erase(session, NOBODY, _found(session, email), now(), removals))
    click.echo("Cancellata.")


@users.command("reset-link")
@click.argument("email", callback=_mailbox)
@click.option("--without-second-factor", is_flag=True, help="Remove the second factor too, for one who lost it.")
def reset_link(email: str, without_second_factor: bool) -> None:
    """A link to choose a new password, for where no mail goes out; hand it over in person."""
    with store().work() as session:
        person = _found(session, email)
        token = service.send_link(session, person, now(), "reset")
        if without_second_factor:
            second_factors.remove_all(session, person.id, now())
    click.echo(f"Vale un’ora, una volta sola: {address(f'/nuova-password/{token}')}")


def _carefully(act: Callable[[], None]) -> None:
    """What the site refuses is told in a line."""
    try:
        act()
    except Refused as refusal:
        raise click.ClickException(f"rifiutato: {WORDS.get(str(refusal), refusal)}") from refusal
