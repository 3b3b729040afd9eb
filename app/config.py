# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every setting: its environment variable, its default, its meaning."""

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from urllib.parse import urlsplit

from app.errors import Misconfigured

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "TWINMETRO_"
#: Listening on every address of the machine: the names it is called by cannot be known.
OPEN_ADDRESSES = frozenset({"0.0.0.0", "::", "[::]"})  # noqa: S104 - compared, not bound
SMTP_SECURITIES = ("starttls", "tls", "none")
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
TRUE_WORDS = frozenset({"1", "true", "yes", "on", "sì", "si"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
#: The least and the most of each number: ten years stand for "never", no day at all for "at once".
BOUNDS = {"answer_days": (1, 3_650), "overdue_days": (0, 3_650), "smtp_port": (1, 65_535)}
#: Variables of the web server that are numbers, likewise.
SERVER_BOUNDS = {"PORT": (1, 65_535), "WEB_CONCURRENCY": (1, 1_000), "WEB_THREADS": (1, 1_000)}
#: As SQLAlchemy reads an address: a password holds whatever is no @, also what would end it in an address of the web.
DATABASE = re.compile(
    r"sqlite(\+pysqlite)?:///.+|postgresql(\+psycopg)?://([^:/]*(:[^@]*)?@)?(\[[^/?]+\]|[^/:?]+)?"
    r"(:(?P<port>[^/?]+))?(/[^?]*)?(\?.*)?"
)
#: Settings that pages turn into links: whole addresses, or, where the second says so, a mailbox.
LINKED = {
    "base_url": False,
    "source_url": False,
    "accessibility_url": False,
    "oidc_issuer": False,
    "feedback": True,
    "security_contact": True,
}
#: Contacts that security.txt names besides, and takes as they stand.
CONTACT = re.compile(r"mailto:[^\s@]+@[^\s@]+|tel:\+?[0-9().-]+")


@dataclass(frozen=True)
class Settings:
    """One installation's settings. Each field is read from ``TWINMETRO_<FIELD>``."""

    environment: str = "development"
    data: str = "data"
    database_url: str = ""
    content: str = "content"
    secret_key: str = ""
    base_url: str = ""
    trusted_hosts: str = ""
    behind_proxy: bool = False
    semantic: bool = False
    feedback: str = ""
    security_contact: str = ""
    controller: str = ""
    source_url: str = ""
    accessibility_url: str = ""
    log_level: str = "INFO"
    demonstration: bool = False
    answer_days: int = 10
    overdue_days: int = 14
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret: str = ""
    oidc_name: str = ""
    oidc_acr: str = ""
    oidc_email_claim: str = ""
    require_second_factor: bool = False
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    sender: str = ""

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def data_folder(self) -> Path:
        return Path(self.data).resolve()

    @property
    def content_folder(self) -> Path:
        return (ROOT / self.content).resolve()

    @property
    def index_folder(self) -> Path:
        return self.data_folder / "index"

    @property
    def mail_folder(self) -> Path:
        """Where letters are put as files while no mail server is configured."""
        return self.data_folder / "mail"

    @property
    def pdf_folder(self) -> Path:
        """Where the PDFs that were asked for are kept."""
        return self.data_folder / "pdf"

    @property
    def pages_file(self) -> Path:
        """Where rendered pages are kept for the next reader."""
        return self.data_folder / "pages.sqlite3"

    @property
    def shown(self) -> str:
        """Every setting that a page may depend on, none that is secret: kept pages are made anew when it changes."""
        secrets_left_out = replace(self, secret_key="", oidc_secret="", smtp_password="", database_url="")
        return repr(secrets_left_out)

    @property
    def unsaid(self) -> list[str]:
        """Variables of what the written pages owe their readers, which stand empty: whom to write to, who runs it, the
        source code."""
        owed = ("feedback", "controller", "source_url")
        return [f"{PREFIX}{name.upper()}" for name in owed if not getattr(self, name)]

    @property
    def hosts(self) -> list[str]:
        """The configured host names the site answers to."""
        return [name.strip() for name in self.trusted_hosts.split(",") if name.strip()]


MEANINGS = {
    "environment": "`development` or `production`; production refuses an unsafe start",
    "data": "folder for database, index and generated files",
    "database_url": "SQLAlchemy address, as `postgresql+psycopg://user@host/name`; empty: SQLite in the data folder",
    "content": "folder of the library that `flask content import` reads, and `make run` at each start",
    "secret_key": "signs cookies; empty means a random key kept in the data folder (development only)",
    "base_url": "public address of the site, for canonical links and feeds; required in production",
    "trusted_hosts": "host names the site answers to, with commas; required in production, else those of the machine",
    "behind_proxy": "`true` when one reverse proxy sets X-Forwarded-For, -Proto and -Host",
    "semantic": "`true` to add the sentence encoder of requirements-semantic.txt to the ranking",
    "feedback": "mailbox or address that receives accessibility and content reports",
    "security_contact": "mailbox or address for reports of weaknesses, in security.txt; empty: that of `feedback`",
    "controller": "body that runs the installation, named in the privacy notice",
    "source_url": "public address of the source code, linked from the information page",
    "accessibility_url": "address of the accessibility statement where it is published elsewhere",
    "demonstration": "`true` to show accounts made up for trying the site; `make run` sets it, production refuses",
    "answer_days": "days a city has to answer a request for one of its solutions; then the next city is asked",
    "overdue_days": "days a city has to close or extend a request whose day has passed; then the board says so",
    "oidc_issuer": "address of the OpenID Connect provider (the body's own, or a SPID/CIE gateway); empty: none",
    "oidc_client": "name of this site at the provider",
    "oidc_secret": "secret of this site at the provider",
    "oidc_name": "how the provider is called on the log-in page",
    "oidc_acr": "level of authentication asked of the provider, and checked; empty: any",
    "oidc_email_claim": "claim with a mailbox the provider vouches for, where it has no `email_verified`",
    "require_second_factor": "`true`: referents, experts, coordination and administrators must have a second factor",
    "smtp_host": "mail server that takes the letters; empty: files in `mail/` of the data; in production they wait",
    "smtp_port": "port of the mail server",
    "smtp_security": "`starttls`, `tls` from the first byte, or `none` (a server on the same machine)",
    "smtp_user": "user at the mail server; empty: none",
    "smtp_password": "password at the mail server",
    "sender": "mailbox that letters come from; empty: `noreply@` and the host of the public address",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
}


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises ``Misconfigured`` for an unsafe or unknown value."""
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for field in fields(Settings):
        raw = environ.get(PREFIX + field.name.upper())
        if raw is not None and raw.strip():
            values[field.name] = _value(field.name, field.type, raw.strip())
    for variable, bounds in SERVER_BOUNDS.items():
        if environ.get(variable):
            _number(variable, environ[variable].strip(), *bounds)
    settings = Settings(**values)  # type: ignore[arg-type]
    _refuse_unsafe(settings)
    return settings


def _value(name: str, kind: object, raw: str) -> object:
    if kind in (bool, "bool"):
        return _switch(PREFIX + name.upper(), raw.lower())
    if kind in (int, "int"):
        return _number(PREFIX + name.upper(), raw, *BOUNDS[name])
    return raw


def _switch(variable: str, raw: str) -> bool:
    """A mistyped word would leave off what somebody meant to switch on."""
    if raw not in TRUE_WORDS | FALSE_WORDS:
        raise Misconfigured(f"{variable} is '{raw}': use true or false")
    return raw in TRUE_WORDS


def _number(variable: str, raw: str, least: int, most: int) -> int:
    if not (raw.isascii() and raw.isdecimal() and least <= int(raw) <= most):
        raise Misconfigured(f"{variable} is '{raw}': use a number from {least} to {most}")
    return int(raw)


def _refuse_unsafe(settings: Settings) -> None:
    if settings.environment not in {"development", "production"}:
        raise Misconfigured(f"{PREFIX}ENVIRONMENT is '{settings.environment}': use development or production")
    if settings.log_level.upper() not in logging.getLevelNamesMapping():
        raise Misconfigured(f"{PREFIX}LOG_LEVEL is '{settings.log_level}': use one of {', '.join(LOG_LEVELS)}")
    _refuse_unknown_security(settings)
    _refuse_unsafe_provider(settings)
    _refuse_no_address(settings)
    _refuse_no_host(settings)
    _refuse_no_database(settings)
    if not settings.production:
        return
    if settings.demonstration:
        raise Misconfigured(f"{PREFIX}DEMONSTRATION cannot be on in production: its accounts are known to everybody")
    if os.environ.get("FLASK_DEBUG", "").lower() in TRUE_WORDS:
        raise Misconfigured("FLASK_DEBUG cannot be on in production: it lets anyone run code")
    if len(settings.secret_key) < 32:
        raise Misconfigured(f"{PREFIX}SECRET_KEY needs at least 32 characters in production")
    if not settings.base_url.startswith("https://"):
        raise Misconfigured(f"{PREFIX}BASE_URL needs the public https:// address in production")
    if not settings.hosts:
        raise Misconfigured(f"{PREFIX}TRUSTED_HOSTS needs the host names of the site in production")


def _refuse_unknown_security(settings: Settings) -> None:
    if settings.smtp_security not in SMTP_SECURITIES:
        names = ", ".join(SMTP_SECURITIES)
        raise Misconfigured(f"{PREFIX}SMTP_SECURITY is '{settings.smtp_security}': use one of {names}")
    if settings.sender and not MAILBOX.fullmatch(settings.sender):
        raise Misconfigured(f"{PREFIX}SENDER is '{settings.sender}': use a mailbox, as twinmetro@ente.it")


def _refuse_unsafe_provider(settings: Settings) -> None:
    if settings.oidc_issuer and not settings.oidc_client:
        raise Misconfigured(f"{PREFIX}OIDC_CLIENT needs the name of this site at the provider of {PREFIX}OIDC_ISSUER")
    if settings.production and settings.oidc_issuer and not settings.oidc_issuer.startswith("https://"):
        raise Misconfigured(f"{PREFIX}OIDC_ISSUER needs an https:// address in production")


def _refuse_no_address(settings: Settings) -> None:
    for name, mailbox_too in LINKED.items():
        typed = getattr(settings, name)
        if not typed or _is_address(typed) or (mailbox_too and MAILBOX.fullmatch(typed)):
            continue
        if name == "security_contact" and CONTACT.fullmatch(typed):
            continue
        use = "a whole address, as https://www.ente.it" + (", or a mailbox, as aiuto@ente.it" if mailbox_too else "")
        raise Misconfigured(f"{PREFIX}{name.upper()} is '{typed}': use {use}")


def _is_address(typed: str) -> bool:
    try:
        parts = urlsplit(typed)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and not re.search(r"\s", typed)
        )
    except ValueError:
        return False


def _refuse_no_host(settings: Settings) -> None:
    """A name that no request can carry would have every reader refused without a reason."""
    for name in settings.hosts:
        if re.search(r"[/*@\s]", name):
            use = "names alone, as twinmetro.ente.it (.ente.it with every name below it)"
            raise Misconfigured(f"{PREFIX}TRUSTED_HOSTS has '{name}': use {use}")


def _refuse_no_database(settings: Settings) -> None:
    """What was given is not repeated: a password may be in it."""
    if settings.database_url and not is_database(settings.database_url):
        use = "postgresql+psycopg://user@host/name, or sqlite:/// and a path"
        raise Misconfigured(f"{PREFIX}DATABASE_URL is no address of a database this site can use: use {use}")


def is_database(address: str) -> bool:
    """Whether this is the address of a database that the site can use."""
    read = DATABASE.fullmatch(address)
    return read is not None and _is_port(read["port"] or "5432")


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) <= SERVER_BOUNDS["PORT"][1]


def listening(environ: Mapping[str, str] | None = None) -> str:
    """Host and port the web server listens on; an empty variable is one that is not there."""
    environ = os.environ if environ is None else environ
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT") or "8000"
    return f"{_bracketed(host)}:{port}"


def _bracketed(host: str) -> str:
    """An address of version 6 as addresses of pages write it."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def site_address(settings: Settings) -> str:
    """Scheme and host of the site where no request tells them; without a configured one, that of the server."""
    return settings.base_url.rstrip("/") or f"http://{listening()}"


def answered_hosts(settings: Settings, listening: str) -> list[str] | None:
    """Host names the site answers to: those configured, else those of the machine; None (any) on an open address."""
    if settings.hosts:
        return settings.hosts
    return (
        None
        if listening in OPEN_ADDRESSES
        else ["localhost", "127.0.0.1", "[::1]", *filter(None, [_bracketed(listening)])]
    )


def database_address(settings: Settings) -> str:
    """SQLAlchemy address of the database."""
    return settings.database_url or f"sqlite:///{settings.data_folder / 'twinmetro.sqlite3'}"
