# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the web server needs of the machine it runs on."""

from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.stores import SqliteStores
from tests.webserver import WebServer

pytestmark = pytest.mark.browser


def test_the_site_starts_for_a_user_without_a_home_and_makes_none(
    sqlite_stores: SqliteStores, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """As users of services often are; what cannot be made there was an error at each start of a process."""
    (tmp_path / "no-folder").write_text("", encoding="ascii")
    home = str(tmp_path / "no-folder/home")
    with WebServer(tmp_path / "data", sqlite_stores.new(), HOME=home, XDG_RUNTIME_DIR="") as server:
        for page in ("/", "/soluzioni", "/citta"):
            with urlopen(server.address + page) as answer:
                assert answer.status == 200
    assert "ERROR" not in capfd.readouterr().err
