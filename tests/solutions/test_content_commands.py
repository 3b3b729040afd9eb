# SPDX-License-Identifier: AGPL-3.0-or-later
"""`flask content check|import|export`: folder and database say the same, and what is wrong is named."""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.config import ROOT, Settings
from app.db import Database
from app.document.serialise import serialise
from app.solutions import demonstration, queries
from app.solutions import folder as library
from app.solutions.models import Solution
from app.solutions.service import save
from app.writing.models import Attachment
from app.writing.service import begin, freeze
from tests.makers import NOW, make_document
from tests.stores import Stores

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


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def make_attachment(session: Session, solution: Solution, name: str, **more: Any) -> None:
    code = name.rpartition(".")[2]
    told = {"mime": "application/octet-stream", "size": 1, "title": name, "document_kind": "atto", "added_at": NOW}
    session.add(Attachment(solution_id=solution.id, digest=name, name=name, code=code, **told, **more))


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["content", *map(str, arguments)])


def test_a_right_folder_is_imported_and_the_second_time_nothing_changes(app: Flask, folder: Path) -> None:
    first, second = run(app, "import", folder), run(app, "import", folder)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "2 nuove, 0 aggiornate, 0 invariate" in first.output
    assert "0 nuove, 0 aggiornate, 2 invariate" in second.output


def test_a_file_whose_ending_is_in_capitals_is_imported_too(app: Flask, folder: Path) -> None:
    (folder / "solutions" / "due.md").rename(folder / "solutions" / "due.MD")
    assert "2 nuove" in run(app, "import", folder).output


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


def test_a_variant_names_a_source_that_is_in_the_folder_or_in_the_library(
    app: Flask, folder: Path, database: Database
) -> None:
    texts = {"Problema affrontato": "A.", "Soluzione adottata": "B.", "Cosa è stato cambiato e perché": "C."}
    write(folder, "bozza", serialise(make_document(badge=None)))
    for slug, source in (("a", "uno"), ("b", "inesistente"), ("c", "c"), ("d", "bozza")):
        write(folder, slug, serialise(make_document(based_on=source, sections=texts)))
    checked, imported = run(app, "check", folder), run(app, "import", folder)
    for result in (checked, imported):
        assert result.exit_code == 1
        assert "a.md:" not in result.output
        assert "based_on: «inesistente» non è una soluzione pubblicata" in result.output
        assert "c.md:" in result.output
        assert "la variante di sé stessa" in result.output
        assert "based_on: «bozza» non è una soluzione pubblicata" in result.output
    assert "7 documenti controllati, 3 con errori" in checked.output
    for slug in ("uno", "due", "b", "c", "d"):
        (folder / "solutions" / f"{slug}.md").unlink()
    assert run(app, "check", folder).exit_code == 0
    assert run(app, "import", folder).exit_code == 0


def told(app: Flask, folder: Path, path: Path) -> list[tuple[int, str]]:
    """What one check says of a file: the line and the field of each mistake, in the order it is told."""
    lines = run(app, "check", folder).output.split("\n")
    said = [line.removeprefix(f"{path}:").split(": ") for line in lines if line.startswith(f"{path}:")]
    return [(int(line), field) for line, field, *_rest in said]


def test_one_check_names_every_mistake_of_a_document(app: Flask, folder: Path) -> None:
    text = serialise(make_document(themes=["suap", "tema-che-non-c-e"], partners=["ente-che-non-c-e"]))
    text = text.replace("status: concluso", "status: finito").replace("## Soluzione adottata", "## Soluzioni")
    text += "\n\n[^b]:1. [^c]: x[^a][^a][^b]:[^a]:[^a]: [^b][^a]\n[^a]: [^b]\n"
    path = write(folder, "sbagliata", text)
    said = run(app, "check", folder).output
    for mistake in (
        "status: il valore deve essere",
        "Soluzioni: il titolo «Soluzioni» non è tra quelli previsti",
        "city: «ente-che-non-c-e» non è nel registro",
        "themes: «tema-che-non-c-e» non è tra i temi",
        "document: il testo ha una nota dentro un’altra",
    ):
        assert mistake in said, mistake
    lines = [line for line, _field in told(app, folder, path)]
    assert lines == sorted(lines)


def test_a_field_that_cannot_be_read_hides_no_mistake_of_the_others(app: Flask, folder: Path) -> None:
    text = serialise(make_document(badge="visibile")).replace("status: concluso", "status: finito")
    lines = text.replace("office: ", 'office: "aperto ').replace("themes:", "themes: [").split("\n")
    path = write(folder, "rotta", "\n".join(lines).replace("## Problema affrontato", "## Problema"))
    found = told(app, folder, path)
    named = sorted(field for _line, field in found)
    assert named == ["Problema", "Problema affrontato", "front matter", "front matter", "status"]
    assert (lines.index("status: finito") + 1, "status") in found


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (lambda text: text.replace("---\n", "", 1), ["document", "Nota"]),
        (lambda text: text.replace("---\n\n## ", "\n\n## ", 1), ["document", "status", "Nota"]),
        (lambda text: text.replace("title: ", "title: \x01", 1), ["document", "status", "Nota"]),
        (lambda text: text.replace("title: ", "city: torino\ntitle: ", 1), ["front matter", "status", "Nota"]),
    ],
    ids=["not opened", "not closed", "a control character", "a field twice"],
)
def test_a_document_that_is_not_built_right_is_checked_all_the_same(
    app: Flask, folder: Path, wrong: Callable[[str], str], fields: list[str]
) -> None:
    text = serialise(make_document()).replace("status: concluso", "status: finito") + "\n\n## Nota\n\nAltro.\n"
    path = write(folder, "rotta", wrong(text))
    assert sorted(field for _line, field in told(app, folder, path)) == sorted(fields)


@pytest.mark.parametrize("content", [b"\xff\xfe not utf-8", b"", b"no front matter", b"---\n" + b"a: b\n" * 10])
def test_a_file_that_is_no_document_is_named_and_refused(app: Flask, folder: Path, content: bytes) -> None:
    (folder / "solutions" / "strana.md").write_bytes(content)
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert "strana.md:" in result.output
    assert "2 nuove" in result.output


@pytest.mark.parametrize("command", ["check", "import"])
def test_a_name_longer_than_an_address_may_be_is_named_and_refused(app: Flask, folder: Path, command: str) -> None:
    write(folder, "a" * 120, serialise(make_document()))
    path = write(folder, "a" * 121, serialise(make_document()))
    result = run(app, command, folder)
    assert result.exit_code == 1
    assert f"{path}:1: file name: il testo supera il limite di 120 caratteri" in result.output
    assert f"/{'a' * 120}.md:" not in result.output


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
    assert "2 file scritti; registri e pagine: 3" in first.output
    assert "0 file scritti; registri e pagine: 0" in second.output
    for path in sorted((folder / "solutions").glob("*.md")):
        assert (target / "solutions" / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_a_file_that_was_there_stays_for_whom_it_was_and_behind_its_link(
    app: Flask, folder: Path, tmp_path: Path
) -> None:
    run(app, "import", folder)
    solutions = folder / "solutions"
    kept = (solutions / "uno.md").read_bytes()
    (solutions / "uno.md").write_text("altro", encoding="utf-8")
    (solutions / "uno.md").chmod(0o644)
    (tmp_path / "altrove.md").write_text("altro", encoding="utf-8")
    (solutions / "due.md").unlink()
    (solutions / "due.md").symlink_to(tmp_path / "altrove.md")
    assert run(app, "export", folder).exit_code == 0
    assert ((solutions / "uno.md").read_bytes(), (solutions / "uno.md").stat().st_mode & 0o777) == (kept, 0o644)
    assert (solutions / "due.md").is_symlink()
    assert "Soluzione due" in (tmp_path / "altrove.md").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_leaves_nothing_beside_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_from: str, _to: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    library.write(tmp_path, "uno", "prima")
    before = tree(tmp_path)
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        library.write(tmp_path, "uno", "dopo")
    assert tree(tmp_path) == before


def test_the_shipped_library_is_right_and_survives_the_way_through_the_database(
    library_app: Flask, tmp_path: Path
) -> None:
    assert run(library_app, "check").exit_code == 0
    assert run(library_app, "export", tmp_path).exit_code == 0
    shipped = sorted((CONTENT / "solutions").glob("*.md"))
    assert len(shipped) >= 36
    for path in shipped:
        exported = (tmp_path / "solutions" / path.name).read_text(encoding="utf-8")
        assert exported == path.read_text(encoding="utf-8"), path.name


def test_an_export_that_cannot_be_written_says_so_in_one_line(app: Flask, folder: Path, tmp_path: Path) -> None:
    run(app, "import", folder)
    (tmp_path / "file").write_text("non una cartella", encoding="utf-8")
    result = run(app, "export", tmp_path / "file" / "sotto")
    assert result.exit_code == 1
    assert "esportazione interrotta" in result.output
    assert "Traceback" not in result.output


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


#: A file of the library, what is broken in it, and the words that name the place.
BROKEN: dict[str, tuple[str, str | bytes, str]] = {
    "city without a name": ("cities.yml", "cities:\n  - {slug: nuova}\n", "nuova (cities, 1), name: il campo manca"),
    "cities as text": ("cities.yml", "cities: bari\n", "cities: serve un elenco (trovato «bari»)"),
    "register with a tab": ("cities.yml", "cities:\n\t- slug: bari\n", "cities.yml:2: file: il file non si legge"),
    "theme without a slug": ("themes.yml", "themes:\n  - name: SUAP\n", "themes, 1, slug: il campo manca"),
    "theme that is a word": ("themes.yml", "themes: [suap]\n", "themes, 1: servono voci"),
    "theme with a lost parent": (
        "themes.yml",
        "themes:\n  - {slug: suap, name: SUAP, parent: perduto}\n  - {slug: altro, name: Altro}\n",
        "suap (themes, 1), parent: «perduto» non è tra i temi. Esempio: altro",
    ),
    "empty themes": ("themes.yml", "", "themes.yml:1: file: servono voci"),
    "date that is none": ("themes.yml", "themes: 2015-13-45\n", "themes: serve un elenco"),
    "tag that is not kept": ("cities.yml", "cities: !!int ''\n", "cities.yml:1: file: il file non si legge"),
    "truth that is none": ("themes.yml", "themes: !!bool forse\n", "themes.yml:1: file: il file non si legge"),
    "day that is none": ("themes.yml", "themes: !!timestamp oggi\n", "themes.yml:1: file: il file non si legge"),
    "latin letters": ("cities.yml", "# città".encode("latin-1"), "cities.yml:1: file: il file non è in UTF-8"),
    "control character": ("cities.yml", "cities:\n - {slug: a, name: \x00}\n", "cities.yml:2: file: il file non si"),
    "vocabulary": (
        "vocabulary.yml",
        "terms:\n  - {term: suap, acronyms: SUAP}\n",
        "suap (terms, 1), acronyms: serve un",
    ),
    "page without a date": ("pages/aiuto.it.md", "---\ntitle: Aiuto\n---\na", "updated_on: il campo manca. Esempio:"),
    "page without a head": ("pages/aiuto.it.md", "ciao", "aiuto.it.md:1: file: mancano, in cima al file"),
    "page in latin letters": ("pages/aiuto.it.md", "città".encode("latin-1"), "il file non è in UTF-8"),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("command", ["import", "check"])
def test_a_broken_register_or_page_is_named_with_file_place_and_example(
    app: Flask, folder: Path, command: str, broken: str
) -> None:
    name, text, sentence = BROKEN[broken]
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    result = run(app, command, folder)
    assert result.exit_code == 1
    assert sentence in result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output


def test_one_wrong_entry_leaves_the_rest_of_its_register_and_all_other_files(
    app: Flask, folder: Path, database: Database
) -> None:
    path = folder / "themes.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("slug: europa", "slug: Europa"), encoding="utf-8")
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert f"{path}:" in result.output
    assert "Europa (themes, " in result.output
    assert "2 nuove" in result.output
    with database.reading() as session:
        slugs = {theme.slug for theme in queries.themes(session)}
    assert "suap" in slugs
    assert not slugs & {"europa", "Europa"}


@pytest.mark.parametrize("text", ["terms: [", "terms: suap", "altro: 1", "", "terms: [suap]"])
def test_a_broken_vocabulary_lets_the_command_start_that_names_it_and_the_site_search(
    settings: Settings, folder: Path, text: str
) -> None:
    (folder / "vocabulary.yml").write_text(text, encoding="utf-8")
    made = create_app(replace(settings, content=str(folder)))
    result = run(made, "import")
    made.extensions["indexer"].rebuild()
    assert made.extensions["engine"].search("sportello").hits
    made.extensions["database"].close()
    assert result.exit_code == 1
    assert "vocabulary.yml:" in result.output
    assert "2 nuove" in result.output


def test_a_register_that_cannot_be_read_changes_nothing_of_its_own(
    app: Flask, folder: Path, database: Database
) -> None:
    run(app, "import", folder)
    (folder / "themes.yml").write_text("themes: [", encoding="utf-8")
    (folder / "cities.yml").unlink()
    result = run(app, "import", folder)
    assert result.exit_code == 1
    assert "cities.yml:1: file: il file non si può leggere" in result.output
    assert "2 invariate" in result.output
    with database.reading() as session:
        assert queries.themes(session)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("city: bologna", "city: atlantide", "city: «atlantide» non è nel registro"),
        ("- suap\n", "- suapp\n", "themes: «suapp» non è tra i temi"),
    ],
)
def test_check_refuses_what_import_would_refuse(app: Flask, folder: Path, old: str, new: str, sentence: str) -> None:
    text = serialise(make_document())
    assert old in text
    write(folder, "uno", text.replace(old, new))
    for command in ("check", "import"):
        result = run(app, command, folder)
        assert result.exit_code == 1
        assert sentence in result.output


def test_an_export_names_the_files_it_leaves_behind_and_holds_nothing_made_up(
    app: Flask, folder: Path, database: Database, tmp_path: Path
) -> None:
    sections = {"Problema affrontato": "Ecco. ![La pianta](kit/pianta.png)", "Soluzione adottata": "Uno sportello."}
    write(folder, "uno", serialise(make_document(sections=sections)))
    assert run(app, "import", folder).exit_code == 0
    with database.work() as session:
        assert demonstration.make(session, NOW) == 2
        uno = queries.by_slug(session, "uno")
        assert uno is not None
        make_attachment(session, uno, "pianta.png")
        make_attachment(session, uno, "schema.odt", removed_at=NOW)
    target = tmp_path / "esportata"
    result = run(app, "export", target)
    assert result.exit_code == 0
    assert "uno: non sono nella cartella pianta.png\n" in result.output
    assert "che la cartella non contiene: 1 (1 file)" in result.output
    assert "`flask backup create`" in result.output
    assert "Soluzioni dimostrative lasciate fuori: 2." in result.output
    assert {path.stem for path in (target / "solutions").glob("*.md")} == {"uno", "due"}
    assert run(app, "check", target).exit_code == 0


def test_an_export_names_the_solutions_of_which_it_lacks_what_was_typed(
    app: Flask, folder: Path, database: Database, tmp_path: Path
) -> None:
    run(app, "import", folder)
    with database.work() as session:
        begin(session, "Una bozza", "bologna", make_document(title="Una bozza"), NOW, 1)
        kept = begin(session, "Un’altra", "bologna", make_document(title="Un’altra"), NOW, 1)
        freeze(session, kept, 1, NOW)
    result = run(app, "export", tmp_path / "esportata")
    assert result.exit_code == 0
    assert "nessuna versione tiene ancora, e che la cartella non contiene: 1 (una-bozza)." in result.output


def test_an_archived_solution_does_not_come_back_by_the_folder(
    app: Flask, folder: Path, database: Database, tmp_path: Path
) -> None:
    run(app, "import", folder)
    with database.work() as session:
        due = queries.by_slug(session, "due")
        assert due is not None
        due.archived_at = NOW
    result = run(app, "export", tmp_path / "esportata")
    assert "Soluzioni archiviate lasciate fuori: 1 (due)." in result.output
    assert [path.stem for path in (tmp_path / "esportata" / "solutions").iterdir()] == ["uno"]


@pytest.mark.parametrize("command", ["check", "import"])
def test_a_folder_that_is_not_there_is_refused(app: Flask, tmp_path: Path, command: str) -> None:
    result = run(app, command, tmp_path / "nessuna")
    assert result.exit_code == 1
    assert "nessuna: la cartella non c'è" in result.output


def test_the_shipped_folder_and_the_database_tell_the_same_both_ways(
    library_app: Flask, app: Flask, tmp_path: Path
) -> None:
    first, second = tmp_path / "prima", tmp_path / "seconda"
    assert run(library_app, "export", first).exit_code == 0
    assert run(app, "import", first).exit_code == 0
    assert run(app, "export", second).exit_code == 0
    assert tree(first) == tree(second)
    assert tree(first).keys() == tree(CONTENT).keys()
    shipped = tree(CONTENT)
    beside = [name for name in shipped if not name.startswith("solutions/")]
    assert {name: tree(first)[name] for name in beside} == {name: shipped[name] for name in beside}


def test_registers_of_another_folder_are_written_from_the_database_and_stay_the_same(
    settings: Settings, stores: Stores, folder: Path, tmp_path: Path
) -> None:
    """Bodies and themes that only the database knows: exported, imported into an empty one, exported again."""
    path = folder / "cities.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("capital: Torino", "capital: Turin"), encoding="utf-8")
    path = folder / "themes.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("name: Semplificazione", "name: Snellire"), encoding="utf-8"
    )
    exported = [tmp_path / "prima", tmp_path / "seconda"]
    for source, target in zip([folder, exported[0]], exported, strict=True):
        made = create_app(replace(settings, database_url=stores.new()))
        assert run(made, "import", source).exit_code == 0
        assert run(made, "export", target).exit_code == 0
        assert "0 nuovi, 0 aggiornati" in run(made, "import", target).output
        made.extensions["database"].close()
    assert tree(exported[0]) == tree(exported[1])
    assert b"capital: Turin" in tree(exported[0])["cities.yml"]
    assert b"name: Snellire" in tree(exported[0])["themes.yml"]
    assert b"functions:" in tree(exported[0])["themes.yml"]


def test_a_page_whose_text_the_folder_no_longer_has_is_named(app: Flask, folder: Path, tmp_path: Path) -> None:
    page = "---\ntitle: Altro\nupdated_on: '2026-11-20'\n---\nTesto\n"
    (folder / "pages" / "altro.it.md").write_text(page, encoding="utf-8")
    assert run(app, "import", folder).exit_code == 0
    result = run(app, "export", tmp_path / "esportata")
    assert result.exit_code == 1
    assert "altro.it: il testo della pagina non è in" in result.output


def test_pages_another_renderer_made_are_made_anew_with_the_next_import(
    app: Flask, folder: Path, database: Database
) -> None:
    settings: Settings = app.config["SETTINGS"]
    assert "rigenerate" not in run(app, "import", folder).output
    spoil(database)
    assert "rigenerate" not in run(app, "import", folder).output
    (settings.data_folder / "renderer").write_text("un altro", encoding="utf-8")
    assert "2 soluzioni rigenerate" in run(app, "import", folder).output
    assert "Le imprese trovano" in stored(database)
    assert "rigenerate" not in run(app, "import", folder).output


def test_a_text_that_can_no_longer_be_rendered_is_named_and_the_others_are_made_anew(
    app: Flask, folder: Path, database: Database
) -> None:
    run(app, "import", folder)
    spoil(database)
    with database.work() as session:
        solution = queries.by_slug(session, "due")
        assert solution is not None
        queries.current_revision(session, solution).text = "senza intestazione"
    result = run(app, "render")
    assert (result.exit_code, "due, versione 1: " in result.output) == (0, True)
    assert "1 soluzioni rigenerate" in result.output
    assert "Le imprese trovano" in stored(database)


def test_a_version_that_can_no_longer_be_rendered_does_not_hold_up_the_one_in_force(
    app: Flask, folder: Path, database: Database
) -> None:
    run(app, "import", folder)
    write(folder, "uno", serialise(make_document(title="Soluzione uno, di nuovo")))
    run(app, "import", folder)
    spoil(database)
    with database.work() as session:
        solution = queries.by_slug(session, "uno")
        assert solution is not None
        queries.revision(session, solution, 1).text = "senza intestazione"
    result = run(app, "render")
    assert (result.exit_code, "uno, versione 1: " in result.output, "versione 2" in result.output) == (0, True, False)
    assert "Le imprese trovano" in stored(database)


def spoil(database: Database) -> None:
    with database.work() as session:
        solution = queries.by_slug(session, "uno")
        assert solution is not None
        queries.current_revision(session, solution).plain = "x"


def stored(database: Database) -> str:
    with database.reading() as session:
        solution = queries.by_slug(session, "uno")
        assert solution is not None
        return queries.current_revision(session, solution).plain
