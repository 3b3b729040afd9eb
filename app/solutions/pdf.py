# SPDX-License-Identifier: AGPL-3.0-or-later
"""The printable document: made by a process of its own, kept by content, refused clearly where it cannot be made."""

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from app.errors import Unavailable

SECONDS = 60
#: How a page to be printed names a picture: by its digest in the folder of uploaded files.
PICTURES = "/immagini-del-kit/"
#: Exit status of `app.solutions.pdf_process` where the system libraries of WeasyPrint are missing.
LIBRARIES_MISSING = 3
ROOT = Path(__file__).resolve().parents[2]
_one_at_a_time = threading.Lock()


def with_pictures(page: str, digests: Mapping[str, str]) -> str:
    """The page with its pictures by their content: another picture makes another PDF."""
    for address, digest in digests.items():
        page = page.replace(f'src="{address}"', f'src="{PICTURES}{digest}"')
    return page


def document(page: str, folder: Path, files: Path) -> bytes:
    """The page as PDF, with pictures out of the folder of uploaded files. Raises ``Unavailable`` with the reason."""
    path = folder / f"{hashlib.sha256(page.encode('utf-8')).hexdigest()}.pdf"
    if path.exists():
        return path.read_bytes()
    with _one_at_a_time:
        content = path.read_bytes() if path.exists() else _make(page, files)
    _keep(path, content)
    return content


def _make(page: str, files: Path) -> bytes:
    command = [sys.executable, "-m", "app.solutions.pdf_process", str(files.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no words of a user in the command
            command, input=page.encode("utf-8"), capture_output=True, timeout=SECONDS, cwd=ROOT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable("pdf_too_slow") from error
    if done.returncode == LIBRARIES_MISSING:
        raise Unavailable("pdf_libraries_missing")
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF"):
        raise Unavailable("pdf_failed")
    return done.stdout


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)
