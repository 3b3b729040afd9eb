# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask content check|import|export`: folder and database say the same, and what is wrong is named."""

import shutil
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.config import ROOT
from app.db import Database
from app.document.parse import parse
from app.document.serialise import serialise
from app.solutions import queries
from app.solutions.service import save
from tests.makers import NOW, make_document

CONTENT = ROOT / "content"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder with the shipped registers and two solutions."""
    content = tmp_path / "content"
    (content / "solutions").mkdir(parents=True)
    (content / "pages").mkdir()
    for name in ("cities.yml", "themes.yml"):
        shutil.copy(CONTENT / name, content / name)
    for slug in ("uno", "due"):
        write(content, slug, serialise(make_document(title=f"Soluzione {slug}")))
    return content


def write(content: Path, slug: str, text: str) -> Path:
    path = content / "solutions" / f"{slug}.md"
    path.write_text(text, encoding="utf-8")
    return path


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["content", *map(str, arguments)])


def test_a_right_folder_is_imported_and_the_second_time_nothing_changes(app: Flask, folder: Path) -> None:
    first, second = run(app, "import", folder), run(app, "import", folder)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "2 nuove, 0 aggiornate, 0 invariate" in first.output
    assert "0 nuove, 0 aggiornate, 2 invariate" in second.output


def test_a_wrong_document_is_refused_with_file_line_field_and_example_and_the_rest_is_imported(
    app: Flask, folder: Path, database: Database
) -> None:
    text = serialise(make_document()).replace("status: concluso", "status: finito")
    path = write(folder, "sbagliata", text)
    line = text.split("\n").index("status: finito") + 1
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert f"{path}:{line}: status:" in result.output
    assert "Esempio: concluso" in result.output
    assert "2 nuove" in result.output
    assert "1 rifiutate" in result.output
    with database.reading() as session:
        assert queries.by_slug(session, "sbagliata") is None


def test_check_finds_the_same_without_touching_the_database(app: Flask, folder: Path, database: Database) -> None:
    write(folder, "rotta", "---\ntitle: [aperta\n---\n")
    result = run(app, "check", folder)
    assert result.exit_code == 1
    assert "rotta.md" in result.output
    assert "3 documenti controllati, 1 con errori" in result.output
    with database.reading() as session:
        assert queries.every_current(session) == []


@pytest.mark.parametrize("content", [b"\xff\xfe not utf-8", b"", b"no front matter", b"---\n" + b"a: b\n" * 10])
def test_a_file_that_is_no_document_is_named_and_refused(app: Flask, folder: Path, content: bytes) -> None:
    (folder / "solutions" / "strana.md").write_bytes(content)
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert "strana.md:" in result.output
    assert "2 nuove" in result.output


def test_a_changed_file_makes_a_revision(app: Flask, folder: Path, database: Database) -> None:
    run(app, "import", folder)
    write(folder, "uno", serialise(make_document(title="Titolo nuovo")))
    result = run(app, "import", folder)
    assert "0 nuove, 1 aggiornate, 1 invariate" in result.output
    with database.reading() as session:
        solution = queries.by_slug(session, "uno")
        assert solution is not None
        assert [revision.number for revision in queries.revisions(session, solution)] == [2, 1]


def test_an_edit_made_on_the_site_is_reported_as_a_conflict_and_kept(
    app: Flask, folder: Path, database: Database
) -> None:
    run(app, "import", folder)
    with database.work() as session:
        solution = queries.by_slug(session, "uno")
        assert solution is not None
        save(session, solution, make_document(title="Dal sito"), NOW)
    write(folder, "uno", serialise(make_document(title="Dal file")))
    result = run(app, "import", folder)
    assert result.exit_code == 0
    assert "1 in conflitto" in result.output
    assert "modificata sul sito" in result.output
    with database.reading() as session:
        kept = queries.by_slug(session, "uno")
        assert kept is not None
        assert kept.title == "Dal sito"


def test_what_is_exported_is_what_was_imported(app: Flask, folder: Path, tmp_path: Path) -> None:
    run(app, "import", folder)
    target = tmp_path / "esportata"
    first, second = run(app, "export", target), run(app, "export", target)
    assert "2 file scritti" in first.output
    assert "0 file scritti" in second.output
    for path in sorted((folder / "solutions").glob("*.md")):
        assert (target / "solutions" / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_the_shipped_library_is_right_and_survives_the_way_through_the_database(
    library_app: Flask, tmp_path: Path
) -> None:
    assert run(library_app, "check").exit_code == 0
    assert run(library_app, "export", tmp_path).exit_code == 0
    shipped = sorted((CONTENT / "solutions").glob("*.md"))
    assert len(shipped) >= 36
    for path in shipped:
        exported = (tmp_path / "solutions" / path.name).read_text(encoding="utf-8")
        assert parse(exported).document == parse(path.read_text(encoding="utf-8")).document


def test_what_is_derived_can_be_made_anew_from_the_documents(app: Flask, folder: Path, database: Database) -> None:
    run(app, "import", folder)
    with database.work() as session:
        solution = queries.by_slug(session, "uno")
        assert solution is not None
        queries.current_revision(session, solution).sections = []
        solution.title, solution.acts = "perduto", []
    assert run(app, "render").exit_code == 0
    with database.reading() as session:
        solution = queries.by_slug(session, "uno")
        assert solution is not None
        assert solution.title == "Soluzione uno"
        assert [tie.act.slug for tie in solution.acts] == ["dpr-160-2010"]
        revision = queries.current_revision(session, solution)
        assert revision.sections[0]["gist"] == "Le imprese trovano regole diverse in ogni comune."
        assert revision.number == 1
