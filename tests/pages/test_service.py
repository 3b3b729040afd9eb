# SPDX-License-Identifier: AGPL-3.0-or-later
"""Importing the written pages: rendered once, safe, repeatable; a file that is wrong is named."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.config import ROOT
from app.db import Database
from app.pages import folder, queries
from app.pages.models import WrittenPage
from app.pages.search import document, documents
from app.pages.service import PageText, import_pages
from app.pages.views import WRITTEN
from app.web.languages import LANGUAGES

HELP = PageText("aiuto", "it", "Aiuto", "Come si usa", "2026-11-20", "## Cercare\n\nUna *parola*.\n\n## Più città\n\nb")


def imported(database: Database, *texts: PageText) -> dict[str, int]:
    with database.work() as session:
        return import_pages(session, texts)


def page(database: Database, name: str = "aiuto", language: str = "it") -> WrittenPage:
    with database.reading() as session:
        found = queries.page(session, name, language)
    assert found is not None
    return found


def test_a_page_is_rendered_when_it_is_imported(database: Database) -> None:
    assert imported(database, HELP) == {"added": 1, "changed": 0, "unchanged": 0}
    found = page(database)
    assert (found.title, found.summary, found.updated_on) == ("Aiuto", "Come si usa", "2026-11-20")
    assert "<p>Una <em>parola</em>.</p>" in found.html
    assert found.plain == "Cercare\nUna parola.\nPiù città\nb"
    assert found.headings == [["sez-cercare", "Cercare"], ["sez-più-città", "Più città"]]


def test_html_typed_into_a_page_is_shown_as_typed(database: Database) -> None:
    imported(database, replace(HELP, text="## <b>A</b>\n\n<script>alert(1)</script>"))
    found = page(database)
    assert "<script" not in found.html
    assert found.headings == [["sez-a", "<b>A</b>"]]


def test_the_same_texts_imported_again_change_nothing(database: Database) -> None:
    imported(database, HELP)
    assert imported(database, HELP) == {"added": 0, "changed": 0, "unchanged": 1}


@pytest.mark.parametrize("change", ["title", "summary", "updated_on", "text"])
def test_a_page_follows_every_change_of_its_file(database: Database, change: str) -> None:
    imported(database, HELP)
    new = replace(HELP, **{change: "2026-11-21"})
    assert imported(database, new) == {"added": 0, "changed": 1, "unchanged": 0}
    assert page(database).digest == new.digest


def test_a_page_that_another_renderer_made_is_made_anew(database: Database) -> None:
    imported(database, HELP)
    with database.work() as session:
        for found in queries.pages(session):
            found.html = "<p>prima</p>"
    assert imported(database, HELP) == {"added": 0, "changed": 1, "unchanged": 0}
    assert "<em>parola</em>" in page(database).html


def test_the_two_languages_of_a_page_are_two_texts(database: Database) -> None:
    english = replace(HELP, language="en", title="Help")
    assert imported(database, HELP, english)["added"] == 2
    assert (page(database).title, page(database, language="en").title) == ("Aiuto", "Help")


def test_a_page_is_one_thing_to_find_with_its_italian_text_and_its_english_name(database: Database) -> None:
    imported(database, HELP, replace(HELP, language="en", title="Help", summary="How to use it"))
    with database.reading() as session:
        assert [found.title for found in documents(session)] == ["Aiuto"]
        found = document(session, "aiuto")
        assert found is not None
        assert (found.url, found.text.split("\n")[0]) == ("/aiuto", "Cercare")
        assert (found.title_en, found.summary_en) == ("Help", "How to use it")
        assert found.keywords == "Help\nHow to use it\nCercare\nPiù città"
        assert document(session, "altro") is None


def test_a_paragraph_with_a_quoted_example_is_searched_without_it_and_stands_in_no_snippet(database: Database) -> None:
    imported(database, replace(HELP, text="Prima.\n\nAnche `S.U.A.P.` vale.\n\n- una\n- come `gare`\n\nDopo."))
    with database.reading() as session:
        found = document(session, "aiuto")
    assert found is not None
    assert (found.text, found.keywords) == ("Prima.\nuna\nDopo.", "Anche vale.\ncome")


def test_a_page_in_italian_alone_is_found_too(database: Database) -> None:
    imported(database, HELP)
    with database.reading() as session:
        found = document(session, "aiuto")
        assert found is not None
        assert (found.title_en, found.summary_en, found.keywords) == ("", "", "")


def test_every_written_page_of_the_site_ships_in_every_language() -> None:
    found = {(text.name, text.language) for text in folder.texts(ROOT / "content")}
    assert found == {(name, language) for name in WRITTEN for language in LANGUAGES}


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\n---\nb",
        "---\nupdated_on: 2026-11-20\n---\nb",
        "---\njust words\n---\nb",
        "---\n---\nb",
        "---\ntitle: [a\n---\nb",
        "---\ntitle: A\n",
        "senza intestazione",
        "",
    ],
    ids=repr,
)
def test_a_file_whose_front_matter_is_wrong_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "aiuto.it.md").write_text(text, encoding="utf-8")
    (found,) = folder.files(tmp_path)
    assert found.page is None
    assert all(problem.line and problem.key for problem in found.problems)
    assert found.problems
    assert list(folder.texts(tmp_path)) == []


def test_a_field_of_the_head_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "aiuto.it.md"
    path.write_text("---\ntitle: A\nupdated_on: ieri\n---\nb", encoding="utf-8")
    (problem,) = folder.read(path).problems
    assert (problem.field, problem.key, problem.line, problem.detail) == ("updated_on", "not_a_date", 3, "ieri")


@pytest.mark.parametrize("name", ["aiuto.md", "Aiuto.it.md", "aiuto.fr.md"])
def test_a_file_whose_name_is_no_page_and_language_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("---\ntitle: A\nupdated_on: 2026-11-20\n---\nb", encoding="utf-8")
    assert [problem.key for problem in folder.read(path).problems] == ["not_a_page_name"]


@pytest.mark.parametrize("mark", ["\ufeff---\n", "--- \n", "---\r\n"])
def test_what_editors_add_to_the_head_of_a_file_changes_nothing(tmp_path: Path, mark: str) -> None:
    path, text = tmp_path / "aiuto.it.md", "title: Aiuto\nupdated_on: '2026-11-23'\n---  \nCiao.\n"
    path.write_text(f"---\n{text}", encoding="utf-8")
    wanted = folder.read(path).page
    path.write_text(f"{mark}{text}", encoding="utf-8", newline="")
    assert wanted is not None
    assert folder.read(path).page == wanted


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "aiuto.it.md"
    path.write_bytes("---\ntitle: Città\nupdated_on: 2026-11-20\n---\n".encode("latin-1"))
    assert [problem.key for problem in folder.read(path).problems] == ["not_utf8"]


def test_a_page_too_deep_to_render_is_named(tmp_path: Path) -> None:
    path = tmp_path / "aiuto.it.md"
    path.write_text("---\ntitle: A\nupdated_on: 2026-11-20\n---\n" + "> " * 3000 + "a", encoding="utf-8")
    assert folder.read(path).problems[0].field == "document"


def test_a_file_may_leave_out_its_summary(tmp_path: Path) -> None:
    path = tmp_path / "aiuto.it.md"
    path.write_text("---\ntitle: A\nupdated_on: 2026-11-20\n---\n\nTesto --- con righe\n---\nfine\n", encoding="utf-8")
    wanted = PageText("aiuto", "it", "A", "", "2026-11-20", "Testo --- con righe\n---\nfine")
    assert folder.read(path).page == wanted
