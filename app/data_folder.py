# SPDX-License-Identifier: AGPL-3.0-or-later
"""The data folder of an installation, and the key kept in it where none is configured."""

import os
import secrets
from pathlib import Path

from app.config import PREFIX, Settings
from app.errors import Misconfigured


def prepare_data_folder(settings: Settings) -> None:
    """Create the data folder where it is not there. Raises ``Misconfigured`` where it cannot be written."""
    try:
        # It holds people: a new one is for its owner alone, whatever the umask.
        settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"{PREFIX}DATA: {settings.data_folder} cannot be created ({error.strerror})") from error
    if not os.access(settings.data_folder, os.W_OK):
        raise Misconfigured(f"{PREFIX}DATA: {settings.data_folder} cannot be written")


def signing_key(settings: Settings) -> str:
    """The configured key, or a random one made once and kept in the data folder.

    It has its name only once it is whole: neither a process that starts at the same time nor the next start after a
    full disk reads half of one.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_folder / "secret_key"
    if not path.exists() or not path.stat().st_size:
        _make_key(path)
    return path.read_text(encoding="ascii").strip()


def _make_key(path: Path) -> None:
    part = path.with_name(f".part-{path.name}-{os.getpid()}")
    try:
        with open(part, "w", opener=_private, encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        if path.exists() and not path.stat().st_size:
            os.replace(part, path)
        else:
            _name(part, path)
    except OSError as error:
        raise Misconfigured(f"{PREFIX}DATA: {path} cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    """Give a file its name unless another has it, which then stays."""
    try:
        os.link(part, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without hard links.
        os.replace(part, path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
