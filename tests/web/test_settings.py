# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings with wrong values: the start is refused, with the name of the variable and what to write."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.config import ROOT, Settings, answered_hosts, listening, read_settings
from app.data_folder import prepare_data_folder, signing_key
from app.errors import Misconfigured


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("TWINMETRO_REQUIRE_SECOND_FACTOR", "ture", "use true or false"),
        ("TWINMETRO_BEHIND_PROXY", "enabled", "use true or false"),
        ("TWINMETRO_LOG_LEVEL", "verbose", "use one of DEBUG, INFO"),
        ("TWINMETRO_SMTP_PORT", "0", "from 1 to 65535"),
        ("TWINMETRO_SMTP_PORT", "99999", "from 1 to 65535"),
        ("TWINMETRO_ANSWER_DAYS", "0", "from 1 to 3650"),
        ("TWINMETRO_ANSWER_DAYS", "99999999999", "from 1 to 3650"),
        ("TWINMETRO_ANSWER_DAYS", "\u0663", "from 1 to 3650"),
        ("TWINMETRO_OVERDUE_DAYS", "-1", "from 0 to 3650"),
        ("TWINMETRO_BASE_URL", "twinmetro.example", "a whole address"),
        ("TWINMETRO_BASE_URL", "https://", "a whole address"),
        ("TWINMETRO_BASE_URL", "https://twin metro.example", "a whole address"),
        ("TWINMETRO_SOURCE_URL", "javascript:alert(1)", "a whole address"),
        ("TWINMETRO_OIDC_ISSUER", "provider", "a whole address"),
        ("TWINMETRO_FEEDBACK", "javascript:alert(1)", "or a mailbox"),
        ("TWINMETRO_SECURITY_CONTACT", "javascript:alert(1)", "or a mailbox"),
        ("TWINMETRO_SECURITY_CONTACT", "mailto:nessuno", "or a mailbox"),
        ("TWINMETRO_TRUSTED_HOSTS", "https://twinmetro.example", "names alone"),
        ("TWINMETRO_TRUSTED_HOSTS", "twinmetro.example,*.example", "names alone"),
        ("TWINMETRO_DATABASE_URL", "postgres://u:secret@localhost/x", "postgresql"),
        ("TWINMETRO_DATABASE_URL", "mysql://u:secret@localhost/x", "postgresql"),
        ("TWINMETRO_DATABASE_URL", "postgresql+psycopg://u:secret@localhost:port/x", "postgresql"),
        ("TWINMETRO_DATABASE_URL", "postgresql+psycopg://u:secret@localhost:0/x", "postgresql"),
        ("TWINMETRO_DATABASE_URL", "postgresql+psycopg://u:secret@localhost:/x", "postgresql"),
        ("TWINMETRO_DATABASE_URL", "postgresql+psycopg://u:secret@localhost:99999/x", "postgresql"),
        ("TWINMETRO_DATABASE_URL", "sqlite://", "postgresql"),
        ("PORT", "ottomila", "from 1 to 65535"),
        ("WEB_CONCURRENCY", "0", "from 1 to"),
        ("WEB_THREADS", "0", "from 1 to"),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_write(name: str, value: str, remedy: str) -> None:
    with pytest.raises(Misconfigured, match=name) as refused:
        read_settings({"TWINMETRO_OIDC_CLIENT": "twinmetro", name: value})
    assert remedy in str(refused.value)
    assert "secret" not in str(refused.value)


def test_right_values_are_taken_however_they_are_written() -> None:
    taken = read_settings(
        {
            "TWINMETRO_BEHIND_PROXY": "True",
            "TWINMETRO_REQUIRE_SECOND_FACTOR": "no",
            "TWINMETRO_LOG_LEVEL": "warning",
            "TWINMETRO_BASE_URL": "https://twinmetro.example:8443/",
            "TWINMETRO_TRUSTED_HOSTS": ".twinmetro.example, localhost",
            "TWINMETRO_FEEDBACK": "aiuto@ente.example",
            "TWINMETRO_DATABASE_URL": "postgresql+psycopg://u:p%40s@/name?host=/run/postgresql",
            "PORT": "",
            "WEB_CONCURRENCY": "",
        }
    )
    assert taken.behind_proxy
    assert not taken.require_second_factor


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # Words that the log knows besides the four that are told.
        *(("TWINMETRO_LOG_LEVEL", level) for level in ("critical", "WARN", "FATAL", "NOTSET")),
        # What security.txt names as it stands.
        ("TWINMETRO_SECURITY_CONTACT", "mailto:sicurezza@ente.example?subject=Twin%20Metro"),
        ("TWINMETRO_SECURITY_CONTACT", "tel:+39-051-000000"),
        # Passwords that SQLAlchemy reads as they are typed, and addresses that leave more or less to libpq.
        *(("TWINMETRO_DATABASE_URL", f"postgresql+psycopg://u:{key}@db:5432/x") for key in ("p#s", "p/s?", "[p", "")),
        ("TWINMETRO_DATABASE_URL", "postgresql+psycopg://u@[fd00::7]:5432/x"),
        ("TWINMETRO_DATABASE_URL", "postgresql+psycopg:///x?service=twinmetro"),
        ("TWINMETRO_DATABASE_URL", "postgresql://u@db/x"),
        ("TWINMETRO_DATABASE_URL", "sqlite+pysqlite:////var/lib/twinmetro.sqlite3"),
        # At once, and never.
        ("TWINMETRO_OVERDUE_DAYS", "0"),
        ("TWINMETRO_OVERDUE_DAYS", "3650"),
        ("WEB_CONCURRENCY", " 4"),
    ],
)
def test_what_worked_before_values_were_looked_at_still_does(name: str, value: str) -> None:
    read_settings({name: value})
    if name == "TWINMETRO_DATABASE_URL":
        make_url(value)


def test_an_empty_variable_of_the_server_is_one_that_is_not_there() -> None:
    assert listening({"HOST": "", "PORT": ""}) == "127.0.0.1:8000"


def test_an_address_of_version_six_stands_in_brackets() -> None:
    assert listening({"HOST": "::1", "PORT": "8001"}) == "[::1]:8001"
    assert "[fd00::7]" in (answered_hosts(Settings(), "fd00::7") or [])


def test_a_command_says_in_one_line_which_setting_is_wrong() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "users", "list"],
        cwd=ROOT,
        env={**os.environ, "TWINMETRO_SMTP_PORT": "posta"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == "Error: TWINMETRO_SMTP_PORT is 'posta': use a number from 1 to 65535\n"


def test_a_new_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    """Its database holds accounts and addresses."""
    folder = tmp_path / "data"
    before = os.umask(0)
    try:
        prepare_data_folder(Settings(data=str(folder)))
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_key_that_a_full_disk_cut_off_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    made = signing_key(Settings(data=str(tmp_path)))
    assert len(made) == 64
    assert signing_key(Settings(data=str(tmp_path))) == made
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_key_is_never_seen_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process that starts now would read, at the moment the first one has written nothing yet."""
    seen: list[bool] = []

    def key(_size: int) -> str:
        seen.append((tmp_path / "secret_key").exists())
        return "k"

    monkeypatch.setattr("app.data_folder.secrets.token_hex", key)
    assert signing_key(Settings(data=str(tmp_path))) == "k"
    assert seen == [False]


def test_a_key_is_made_where_files_have_one_name_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_names: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr("app.data_folder.os.link", refuse)
    made = signing_key(Settings(data=str(tmp_path)))
    assert signing_key(Settings(data=str(tmp_path))) == made
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
