# SPDX-License-Identifier: AGPL-3.0-or-later
"""The site served as in production, on a free port, for browser tests, pictures and benchmarks."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

from app.config import ROOT

START_SECONDS = 60
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def chromium_path() -> str | None:
    """The browser of the machine, or None to let Playwright use its own."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or next((place for place in PLACES if Path(place).exists()), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class WebServer:
    """Starts gunicorn on a data folder, waits until it is ready, ends it."""

    config = "gunicorn.conf.py"

    def __init__(self, folder: Path, database_url: str = "", app: str = "wsgi:app", **environment: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.app = app
        self.environment = {
            **os.environ,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "TWINMETRO_DATA": str(folder),
            "TWINMETRO_DATABASE_URL": database_url,
            "TWINMETRO_FEEDBACK": "twinmetro@ente.example",
            "TWINMETRO_LOG_LEVEL": "ERROR",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "WebServer":
        command = [sys.executable, "-m", "gunicorn", "--config", self.config, self.app]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        self.wait()
        return self

    def wait(self) -> None:
        """Until it answers. Raises where it ends, or takes too long."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with status {self.process.returncode}")
            if self._answers():
                return
            time.sleep(0.1)
        raise RuntimeError("the server did not become ready")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
