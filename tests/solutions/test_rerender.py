# SPDX-License-Identifier: AGPL-3.0-or-later
"""What follows from stored documents can be made anew; revisions stay; registers follow their files."""

from copy import deepcopy
from typing import Any

import pytest

from app.db import Database
from app.document.render import TooComplex
from app.errors import NotFound
from app.solutions import act_queries, queries
from app.solutions.models import SolutionRevision
from app.solutions.service import import_themes, rerender
from tests.makers import THEMES, make_solution

SLUG = "sportello-unico-bologna"


def rendered_again(database: Database, number: int, **stored: Any) -> SolutionRevision:
    """The revision rendered anew, after its stored columns were set as given."""
    with database.work() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        revision = queries.revision(session, solution, number)
        for name, value in stored.items():
            setattr(revision, name, value)
        rerender(session, revision, solution)
        return revision


@pytest.fixture
def two_versions(registered: Database) -> Database:
    for title in ("Prima", "Dopo"):
        with registered.work() as session:
            make_solution(session, SLUG, title=title)
    return registered


def test_lost_html_is_made_again_from_the_text(two_versions: Database) -> None:
    before = as_stored(two_versions)
    rendered_again(two_versions, 2, sections=[], plain="", footnotes="x")
    assert as_stored(two_versions) == before


def as_stored(database: Database) -> tuple[Any, ...]:
    """The current revision as the database has it."""
    with database.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        found = queries.current_revision(session, solution)
        return found.text, found.digest, found.sections, found.plain, found.footnotes


def test_an_old_revision_made_again_does_not_bring_back_its_words(two_versions: Database) -> None:
    assert rendered_again(two_versions, 1, plain="").plain
    with two_versions.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        assert (solution.title, solution.revision_number) == ("Dopo", 2)


def test_a_stored_text_that_cannot_be_read_any_more_is_named_by_its_number(two_versions: Database) -> None:
    with pytest.raises(NotFound, match="1"):
        rendered_again(two_versions, 1, text="senza intestazione")


def test_a_stored_text_that_is_too_complex_today_changes_nothing(two_versions: Database) -> None:
    with pytest.raises(TooComplex):
        rendered_again(two_versions, 2, text=f"---\ntitle: a\n---\n\n## Problema affrontato\n\n{'[' * 500}\n")
    with two_versions.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        assert solution.title == "Dopo"


def test_an_act_keeps_its_full_date_when_another_document_cites_it_briefly(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, legal_basis=["L. 7 aprile 2014, n. 56"])
    with registered.work() as session:
        make_solution(session, "altra-soluzione-torino", city="torino", summary="Vedi la l. 56/2014.")
    with registered.reading() as session:
        act = act_queries.acts_by_slug(session, ["legge-56-2014"])["legge-56-2014"]
        assert act.urn == "urn:nir:stato:legge:2014-04-07;56"


def test_an_act_cited_briefly_first_gets_its_full_date_from_the_next_document(registered: Database) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, summary="Vedi la l. 56/2014.")
    with registered.work() as session:
        make_solution(session, "altra-soluzione-torino", city="torino", legal_basis=["L. 7 aprile 2014, n. 56"])
    with registered.reading() as session:
        act = act_queries.acts_by_slug(session, ["legge-56-2014"])["legge-56-2014"]
        assert act.urn == "urn:nir:stato:legge:2014-04-07;56"


def test_themes_imported_twice_change_nothing_and_follow_their_file(registered: Database) -> None:
    data = deepcopy(THEMES)
    with registered.work() as session:
        assert import_themes(session, data) == {"added": 0, "changed": 0, "unchanged": 3}
    data["themes"][1]["parent"] = ""
    data["themes"].append({"slug": "personale", "name": "Personale"})
    with registered.work() as session:
        assert import_themes(session, data) == {"added": 1, "changed": 1, "unchanged": 2}
    with registered.reading() as session:
        found = {theme.slug: theme for theme in queries.themes(session)}
    assert (found["suap"].parent_slug, found["personale"].name_en) == ("", "")
