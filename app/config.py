# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every setting: its environment variable, its default, its meaning."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from app.errors import Misconfigured

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "TWINMETRO_"
#: Listening on every address of the machine: the names it is called by cannot be known.
OPEN_ADDRESSES = frozenset({"0.0.0.0", "::", "[::]"})  # noqa: S104 - compared, not bound
TRUE_WORDS = frozenset({"1", "true", "yes", "on", "sì", "si"})


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
    controller: str = ""
    source_url: str = ""
    accessibility_url: str = ""
    log_level: str = "INFO"

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
    def hosts(self) -> list[str]:
        """The configured host names the site answers to."""
        return [name.strip() for name in self.trusted_hosts.split(",") if name.strip()]


MEANINGS = {
    "environment": "`development` or `production`; production refuses an unsafe start",
    "data": "folder for database, index and generated files",
    "database_url": "SQLAlchemy address, as `postgresql+psycopg://user@host/name`; empty: SQLite in the data folder",
    "content": "folder of the library that is imported at start",
    "secret_key": "signs cookies; empty means a random key kept in the data folder (development only)",
    "base_url": "public address of the site, for canonical links and feeds; required in production",
    "trusted_hosts": "host names the site answers to, with commas; required in production, else those of the machine",
    "behind_proxy": "`true` when one reverse proxy sets X-Forwarded-For, -Proto and -Host",
    "semantic": "`true` to add the sentence encoder of requirements-semantic.txt to the ranking",
    "feedback": "mailbox or address that receives accessibility and content reports",
    "controller": "body that runs the installation, named in the privacy notice",
    "source_url": "public address of the source code, linked from the information page",
    "accessibility_url": "address of the accessibility statement where it is published elsewhere",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
}


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises ``Misconfigured`` for an unsafe or unknown value."""
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for field in fields(Settings):
        raw = environ.get(PREFIX + field.name.upper())
        if raw is not None and raw.strip():
            values[field.name] = raw.strip().lower() in TRUE_WORDS if field.type in (bool, "bool") else raw.strip()
    settings = Settings(**values)  # type: ignore[arg-type]
    _refuse_unsafe(settings)
    return settings


def _refuse_unsafe(settings: Settings) -> None:
    if settings.environment not in {"development", "production"}:
        raise Misconfigured(f"{PREFIX}ENVIRONMENT is '{settings.environment}': use development or production")
    if not settings.production:
        return
    if len(settings.secret_key) < 32:
        raise Misconfigured(f"{PREFIX}SECRET_KEY needs at least 32 characters in production")
    if not settings.base_url.startswith("https://"):
        raise Misconfigured(f"{PREFIX}BASE_URL needs the public https:// address in production")
    if not settings.hosts:
        raise Misconfigured(f"{PREFIX}TRUSTED_HOSTS needs the host names of the site in production")


def answered_hosts(settings: Settings, listening: str) -> list[str] | None:
    """Host names the site answers to: those configured, else those of the machine; None (any) on an open address."""
    if settings.hosts:
        return settings.hosts
    return None if listening in OPEN_ADDRESSES else ["localhost", "127.0.0.1", "[::1]", *filter(None, [listening])]


def prepare_data_folder(settings: Settings) -> None:
    """Create the data folder. Raises ``Misconfigured`` where it cannot be written."""
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"{PREFIX}DATA: {settings.data_folder} cannot be created ({error.strerror})") from error
    if not os.access(settings.data_folder, os.W_OK):
        raise Misconfigured(f"{PREFIX}DATA: {settings.data_folder} cannot be written")


def signing_key(settings: Settings) -> str:
    """The configured key, or a random one made once and kept in the data folder."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_folder / "secret_key"
    try:
        with open(path, "x", opener=_private, encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def database_address(settings: Settings) -> str:
    """SQLAlchemy address of the database."""
    return settings.database_url or f"sqlite:///{settings.data_folder / 'twinmetro.sqlite3'}"
