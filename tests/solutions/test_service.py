# SPDX-License-Identifier: AGPL-3.0-or-later
"""Importing documents: revisions, derived columns, conflicts, refusals."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.db import Database
from app.document.model import Document
from app.pages import queries as page_queries
from app.search.listing import part
from app.search.models import RegisterState
from app.solutions import act_queries, queries
from app.solutions.service import Outcome, begin, import_document, save
from tests.makers import NOW, make_document, make_person, make_solution
from tests.races import at_once, working

SLUG = "sportello-unico-bologna"
LATER = NOW + timedelta(days=1)
VARIANT = {
    "Problema affrontato": "Regole diverse.",
    "Soluzione adottata": "Due sportelli.",
    "Cosa è stato cambiato e perché": "Due, per la distanza.",
}


def imported(database: Database, document: Document, slug: str = SLUG) -> Outcome:
    with database.work() as session:
        return import_document(session, slug, document, NOW).outcome


def test_a_new_document_becomes_a_solution_with_its_first_revision(registered: Database) -> None:
    assert imported(registered, make_document()) is Outcome.ADDED
    with registered.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        assert (solution.title, solution.revision_number, solution.published) == (
            "Sportello unico metropolitano",
            1,
            True,
        )
        assert queries.current_revision(session, solution).origin == "import"


def test_importing_the_same_document_again_changes_nothing(registered: Database) -> None:
    imported(registered, make_document())
    assert imported(registered, make_document()) is Outcome.UNCHANGED
    with registered.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        assert len(queries.revisions(session, solution)) == 1


def test_a_changed_document_makes_a_new_revision_and_keeps_the_old_one_as_it_was(registered: Database) -> None:
    imported(registered, make_document(title="Prima"))
    assert imported(registered, make_document(title="Dopo")) is Outcome.CHANGED
    with registered.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        assert solution.title == "Dopo"
        newest, oldest = queries.every_revision(session, solution)
        assert "title: Prima" in oldest.text
        assert "title: Dopo" in newest.text


def test_a_document_edited_on_the_site_is_a_conflict_and_is_left_alone(registered: Database) -> None:
    imported(registered, make_document(title="Dal file"))
    with registered.work() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        save(session, solution, make_document(title="Dal sito"), LATER)
    assert imported(registered, make_document(title="Altro file")) is Outcome.CONFLICT
    with registered.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        assert solution.title == "Dal sito"


def test_an_unchanged_file_does_not_undo_what_was_edited_on_the_site(registered: Database) -> None:
    imported(registered, make_document(title="Dal file"))
    with registered.work() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        save(session, solution, make_document(title="Dal sito"), LATER)
    assert imported(registered, make_document(title="Dal file")) is Outcome.UNCHANGED


def test_a_site_edit_that_came_back_through_the_folder_is_no_conflict_any_more(registered: Database) -> None:
    imported(registered, make_document(title="Dal file"))
    with registered.work() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        save(session, solution, make_document(title="Dal sito"), LATER)
    assert imported(registered, make_document(title="Dal sito")) is Outcome.UNCHANGED
    assert imported(registered, make_document(title="Nuovo file")) is Outcome.CHANGED


@pytest.mark.parametrize(
    ("front", "field", "key"),
    [
        ({"city": "atlantide"}, "city", "unknown_city"),
        ({"reused_by": [{"city": "atlantide"}]}, "city", "unknown_city"),
        ({"themes": ["magia"]}, "themes", "unknown_theme"),
        ({"title": "x" * 101}, "title", "too_long"),
        ({"office": None}, "office", "missing"),
        ({"based_on": "inesistente", "sections": VARIANT}, "based_on", "unknown_source"),
        ({"based_on": "solo-bozza", "sections": VARIANT}, "based_on", "unknown_source"),
        ({"based_on": SLUG, "sections": VARIANT}, "based_on", "own_source"),
    ],
)
def test_a_wrong_document_is_refused_and_nothing_of_it_is_saved(
    registered: Database, front: dict[str, object], field: str, key: str
) -> None:
    with registered.work() as session:
        make_solution(session, "solo-bozza", badge=None)
        result = import_document(session, SLUG, make_document(**front), NOW)
    assert result.outcome is Outcome.REFUSED
    assert (field, key) in {(problem.field, problem.key) for problem in result.problems}
    with registered.reading() as session:
        assert queries.by_slug(session, SLUG) is None


def test_a_variant_of_what_is_published_or_comes_in_with_it_is_imported(registered: Database) -> None:
    variant = make_document(based_on="fonte", sections=VARIANT)
    with registered.work() as session:
        assert import_document(session, "prima", variant, NOW, {"fonte"}).outcome is Outcome.ADDED
    with registered.work() as session:
        make_solution(session, "fonte", visibility="members")
    assert imported(registered, variant) is Outcome.ADDED


def test_a_document_too_complex_to_render_is_refused(registered: Database) -> None:
    bomb = make_document(sections={"Problema affrontato": "[" * 500, "Soluzione adottata": "testo"})
    assert imported(registered, bomb) is Outcome.REFUSED
    with registered.reading() as session:
        assert queries.by_slug(session, SLUG) is None


def test_acts_are_listed_once_with_the_places_that_cite_them(registered: Database) -> None:
    document = make_document(
        legal_basis=["L. 7 aprile 2014, n. 56, art. 1, comma 44"],
        sections={
            "Problema affrontato": "La legge 56/2014 non basta.",
            "Soluzione adottata": "Vedi l'art. 4 del d.P.R. n. 160 del 2010.",
        },
    )
    imported(registered, document)
    with registered.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        assert [(tie.act.slug, tie.in_legal_basis, tie.places) for tie in solution.acts] == [
            ("legge-56-2014", True, ["legal_basis", "Problema affrontato"]),
            ("dpr-160-2010", False, ["Soluzione adottata"]),
        ]


def dated_act(database: Database) -> str:
    with database.reading() as session:
        return act_queries.acts_by_slug(session, ["legge-935-2012"])["legge-935-2012"].urn


def test_only_what_is_approved_says_the_day_of_an_act_that_others_cite(registered: Database) -> None:
    def citing(text: str, badge: str | None = "visibile") -> Document:
        sections = {"Problema affrontato": text, "Soluzione adottata": "Una soluzione."}
        return make_document(sections=sections, badge=badge)

    imported(registered, citing("Vedi la L. 4 aprile 2012, n. 935."))
    with registered.work() as session:
        author = make_person(session).id
        begin(session, "bozza", citing("Vedi la L. 8 aprile 2012, n. 935.", badge=None), NOW, author)
    assert dated_act(registered) == "urn:nir:stato:legge:2012-04-04;935"
    imported(registered, citing("Vedi la L. 8 aprile 2012, n. 935."))
    assert dated_act(registered) == "urn:nir:stato:legge:2012-04-08;935"


def test_of_two_sheets_that_disagree_about_the_day_of_an_act_only_what_one_newly_says_changes_it(
    registered: Database,
) -> None:
    def cited(slug: str, day: int, title: str) -> str:
        texts = {"Problema affrontato": f"La L. {day} aprile 2012, n. 935.", "Soluzione adottata": "Uno sportello."}
        imported(registered, make_document(sections=texts, title=title), slug)
        return dated_act(registered).partition("2012-04-")[2]

    def kept_pages() -> int:
        with registered.reading() as session:
            return session.scalars(select(RegisterState.changes)).one()

    assert [cited("uno", 4, "Prima"), cited("due", 8, "Prima")] == ["04;935", "08;935"]
    before = kept_pages()
    assert [cited("uno", 4, "Dopo"), cited("due", 8, "Dopo")] == ["08;935", "08;935"]
    assert kept_pages() == before
    assert [cited("uno", 9, "Dopo"), cited("due", 8, "Ancora")] == ["09;935", "09;935"]


def test_a_regional_law_cited_without_its_region_is_the_one_the_legal_basis_names(registered: Database) -> None:
    document = make_document(
        legal_basis=["L.R. Emilia-Romagna 21 dicembre 2017, n. 24"],
        sections={"Problema affrontato": "La L.R. 24/2017 lo consente.", "Soluzione adottata": "Un fondo."},
    )
    imported(registered, document)
    with registered.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        assert [tie.act.slug for tie in solution.acts] == ["lr-emilia-romagna-24-2017"]


def test_a_reuse_stands_on_the_pages_of_both_sides(registered: Database) -> None:
    front = {"reused_by": [{"city": "venezia", "period": {"start": "2018-05"}, "lead": True, "note": "Capofila"}]}
    imported(registered, make_document(**front))
    with registered.reading() as session:
        solution = queries.by_slug(session, SLUG)
        assert solution is not None
        reuse = solution.reuses[0]
        assert (reuse.city.slug, reuse.lead, reuse.start, reuse.note) == ("venezia", True, "2018-05", "Capofila")
        theirs = queries.of_city(session, reuse.city, part(1, 1, 1))
        assert [(group, found.slug, tie.note) for group, found, tie in theirs] == [("reuser", SLUG, "Capofila")]


@pytest.mark.parametrize("front", [{"badge": None}, {"visibility": "members"}])
def test_a_draft_or_a_members_only_document_is_not_published(registered: Database, front: dict[str, object]) -> None:
    with registered.work() as session:
        make_solution(session, SLUG, **front)
    with registered.reading() as session:
        assert list(queries.published(session)) == []
        assert page_queries.totals(session)["solutions"] == 0


def test_a_unit_of_work_that_fails_leaves_nothing_behind(registered: Database) -> None:
    class Accident(Exception):
        pass

    with pytest.raises(Accident), registered.work() as session:
        make_solution(session, SLUG)
        raise Accident
    with registered.reading() as session:
        assert queries.by_slug(session, SLUG) is None


def test_a_document_comes_in_beside_decisions_on_the_same_one(registered: Database) -> None:
    with registered.work() as session:
        solution = make_solution(session)
        number, slug = solution.id, solution.slug

    def decided(session: Session) -> None:
        held = queries.locked(session, number)
        save(session, held, queries.current_revision(session, held).document(), NOW)

    def brought(session: Session) -> None:
        import_document(session, slug, make_document(summary="Un riassunto nuovo, dalla cartella."), NOW)

    assert at_once(*[working(registered, act) for act in (brought, decided, decided)]) == ["done"] * 3
    with registered.reading() as session:
        held = queries.by_slug(session, slug)
        assert held is not None
        numbers = sorted(revision.number for revision in queries.every_revision(session, held))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_changed_document_writes_each_row_once_and_keeps_ties_that_stay(registered: Database) -> None:
    imported(registered, make_document())
    said: list[str] = []

    def note(*told: object) -> None:
        said.append(str(told[2]))

    def ties() -> list[tuple[int, str]]:
        with registered.reading() as session:
            solution = queries.by_slug(session, SLUG)
            assert solution is not None
            return [(tie.id, tie.city.slug) for tie in solution.bodies]

    before = ties()
    event.listen(registered.engine, "before_cursor_execute", note)
    try:
        assert imported(registered, make_document(summary="Un riassunto nuovo.")) is Outcome.CHANGED
    finally:
        event.remove(registered.engine, "before_cursor_execute", note)
    assert [line.split()[0] for line in said if "solution" in line].count("UPDATE") == 1
    assert ties() == before
    assert len(said) <= 13
