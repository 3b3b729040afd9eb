# SPDX-License-Identifier: AGPL-3.0-or-later
"""What commands say of what they were asked for and cannot do."""

from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.background import Chore
from app.config import Settings


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["worker", "--once", "--chore", "lettere"], "«lettere» non c’è. Quelli che ci sono: mail"),
        (["search", "unmet", "--days", "99999999999"], "is not in the range"),
        (["db", "upgrade", "0999"], "Error: Can't locate revision"),
        (["db", "downgrade", "0999"], "Error: Can't locate revision"),
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_refused_in_a_line(app: Flask, arguments: list[str], told: str) -> None:
    app.extensions["chores"] = (Chore("mail", 1, lambda _app: 0),)
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    assert told in result.output


@pytest.mark.parametrize(
    "arguments",
    [["content", "import"], ["content", "export"], ["search", "check"], ["audit", "verify"], ["users", "list"]],
    ids=" ".join,
)
def test_without_tables_a_command_says_what_to_do(tmp_path: Path, arguments: list[str]) -> None:
    bare = create_app(Settings(data=str(tmp_path), log_level="ERROR"))
    result = bare.test_cli_runner().invoke(args=arguments)
    bare.extensions["database"].close()
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "il rimedio è flask db upgrade" in result.output
