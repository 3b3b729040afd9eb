# SPDX-License-Identifier: AGPL-3.0-or-later
"""Working copies on both databases: editions, two saves at the same instant, versions, decisions made meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from app.access import Role
from app.db import Database
from app.document.model import Document
from app.document.parse import parse
from app.document.schema import SECTION_TITLES
from app.errors import Invalid
from app.journal.queries import of_thing
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.service import make_live, propose
from app.writing import giving_up, queries, service
from app.writing.service import KEPT_EDITIONS, Saved, Seen
from app.writing.state import State
from tests.conftest import BOTH
from tests.makers import NOW, make_document, make_person, make_solution
from tests.stores import Stores

SLUG = "sportello-unico-bologna"
LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=BOTH)
def stores(request: pytest.FixtureRequest) -> Stores:
    found: Stores = request.getfixturevalue(f"{request.param}_stores")
    return found


@pytest.fixture
def office(registered: Database) -> Database:
    with registered.work() as session:
        make_solution(session, SLUG)
        make_person(session, (Role.OFFICIAL, "bologna"))
        make_person(session, (Role.OFFICIAL, "bologna"))
    return registered


def typed(database: Database, author_id: int, seen: Seen | None = None, **fields: str) -> Saved:
    """Save the form with some fields typed over, as it was seen."""
    with database.work() as session:
        solution = found(session)
        opened = service.opened(session, solution)
        state = replace(opened.state, fields={**opened.state.fields, **fields})
        return service.save(session, solution, state, seen or opened.seen, author_id, LATER)


def found(session: object) -> Solution:
    solution = library.by_slug(session, SLUG)  # type: ignore[arg-type]
    assert solution is not None
    return solution


def test_each_save_makes_an_edition_and_an_unchanged_one_makes_none(office: Database) -> None:
    assert typed(office, 1, summary="Uno.").opened.edition == 1
    assert typed(office, 1, summary="Uno.").opened.edition == 1
    assert typed(office, 2, summary="Due.").opened.edition == 2
    with office.reading() as session:
        opened = service.opened(session, found(session))
    assert (opened.state.fields["summary"], opened.saved_by) == ("Due.", 2)


def test_of_two_first_saves_at_once_both_are_kept_or_one_is_refused(office: Database) -> None:
    seen = Seen(0, 1)

    def save(author_id: int) -> Saved:
        return typed(office, author_id, seen, summary=f"Di {author_id}.")

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(save, (1, 2)))
    assert sorted(outcome.refused for outcome in outcomes) == [False, True]
    with office.reading() as session:
        winner = next(outcome for outcome in outcomes if not outcome.refused)
        assert service.opened(session, found(session)).state == winner.opened.state


def test_only_recent_editions_are_kept(office: Database) -> None:
    for number in range(KEPT_EDITIONS + 5):
        typed(office, 1, summary=f"Sintesi {number}.")
    with office.reading() as session:
        solution = found(session)
        kept = queries.editions_up_to(session, solution, 1000)
        assert [edition.number for edition in kept] == list(range(6, KEPT_EDITIONS + 6))
        assert queries.edition(session, solution, 0) is not None


def test_over_an_edition_that_is_no_longer_kept_every_difference_is_asked(office: Database) -> None:
    typed(office, 1, summary="Uno.")
    outcome = typed(office, 2, Seen(-1, -1), summary="Due.")
    assert [conflict.part for conflict in outcome.merged.conflicts] == ["summary"]


def test_a_version_is_made_once_of_what_was_typed(office: Database) -> None:
    typed(office, 1, summary="Nuova sintesi.")
    with office.work() as session:
        first = service.freeze(session, found(session), 1, LATER, "aggiornata")
        second = service.freeze(session, found(session), 1, LATER)
        assert (first.number, second.number, first.live_at) == (2, 2, None)
        document = parse(first.text).document
        assert document is not None
        assert document.front["summary"] == "Nuova sintesi."
        assert document.front["badge"] == "visibile"


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("stores", ["postgres"], indirect=True)
def test_a_version_made_just_as_a_decision_falls_comes_after_it(office: Database) -> None:
    typed(office, 1, summary="Nuova sintesi.")
    with office.work() as session:
        read_before = found(session)
        with office.work() as deciding:
            make_live(deciding, found(deciding), make_document(evidence_level=2), LATER, None)
        version = service.freeze(session, read_before, 1, LATER)
        assert version.number == 3
        assert "Nuova sintesi." in version.text


def test_a_form_opened_and_saved_as_it_was_makes_no_version_whatever_the_order_of_its_parts(office: Database) -> None:
    steps = [{"when": "2021-05", "months": 3, "name": "Convenzione"}]
    with office.work() as session:
        make_live(session, found(session), make_document(steps=steps), NOW, 1)
    with office.work() as session:
        solution = found(session)
        state = service.opened(session, solution).state
        assert not service.unsaved(session, solution)
        service.save(session, solution, replace(state, footnotes="[^1]: Fonte."), Seen(0, 2), 1, LATER)
        service.save(session, solution, state, Seen(1, 2), 1, LATER)
        assert not service.unsaved(session, solution)
        assert service.freeze(session, solution, 1, LATER).number == 2


def test_a_document_with_wrong_shapes_is_no_version(office: Database) -> None:
    typed(office, 1, title="x" * 130)
    with pytest.raises(Invalid) as refused, office.work() as session:
        service.freeze(session, found(session), 1, LATER)
    assert refused.value.problems == {"title": "too_long"}


def test_what_would_be_a_version_that_cannot_be_read_again_is_none(office: Database) -> None:
    with office.work() as session:
        solution = found(session)
        state = service.opened(session, solution).state
        long = replace(state, sections=dict.fromkeys(SECTION_TITLES[:5], "a" * 39_900))
        service.save(session, solution, long, Seen(0, 1), 1, LATER)
        service.try_rendering(session, solution)
    with pytest.raises(Invalid) as refused, office.work() as session:
        service.freeze(session, found(session), 1, LATER)
    assert refused.value.problems == {"document": "document_too_long"}


def test_a_decision_made_meanwhile_enters_the_draft_and_what_was_typed_stays(office: Database) -> None:
    typed(office, 1, summary="Scritta nella bozza.")
    with office.work() as session:
        solution = found(session)
        make_live(session, solution, make_document(evidence_level=3, office="Ufficio nuovo"), LATER, 2)
    with office.reading() as session:
        opened = service.opened(session, found(session))
        assert opened.state.fields["summary"] == "Scritta nella bozza."
        assert (opened.state.fields["evidence_level"], opened.state.fields["office"]) == ("3", "Ufficio nuovo")


def test_beginning_and_giving_up_a_draft_are_told_in_the_journal(office: Database) -> None:
    with office.work() as session:
        solution = service.begin(session, "Ufficio concorsi", "bologna", None, NOW, 1)
        assert giving_up.discard(session, solution, 1, LATER, service.opened(session, solution).edition)
    with office.reading() as session:
        rows = of_thing(session, "solution", "ufficio-concorsi")
        assert [(row.action, row.body, row.actor_id) for row in rows] == [
            ("draft-discarded", "bologna", 1),
            ("draft-created", "bologna", 1),
        ]


def test_saving_by_itself_is_not_told_in_the_journal(office: Database) -> None:
    typed(office, 1, summary="Una.")
    with office.reading() as session:
        assert not of_thing(session, "solution", SLUG)


def test_what_would_be_a_book_is_refused_at_once(office: Database) -> None:
    with pytest.raises(Invalid), office.work() as session:
        solution = found(session)
        service.save(session, solution, State(footnotes="x" * 500_000), Seen(0, 1), 1, LATER)


def test_nobody_hands_a_solution_over_to_an_office_they_do_not_work_for(office: Database) -> None:
    typed(office, 1, city="torino")
    with pytest.raises(Invalid) as refused, office.work() as session:
        service.freeze(session, found(session), 1, LATER)
    assert refused.value.problems == {"city": "not_own_body"}


def test_what_is_taken_out_on_a_page_opened_before_a_version_was_made_stays_out(office: Database) -> None:
    typed(office, 1, participation="Con un questionario.")
    with office.reading() as session:
        open_page = service.opened(session, found(session))
    with office.work() as session:
        service.freeze(session, found(session), 2, LATER)
    without = {name: said for name, said in open_page.state.fields.items() if name != "participation"}
    with office.work() as session:
        mine = replace(open_page.state, fields=without)
        assert not service.save(session, found(session), mine, open_page.seen, 1, LATER).refused
    with office.reading() as session:
        assert "participation" not in service.opened(session, found(session)).state.fields


@pytest.mark.parametrize("live", [True, False], ids=["in force", "that climbs on"])
def test_what_was_kept_as_a_version_while_another_is_judged_stays_in_the_draft(office: Database, live: bool) -> None:
    with office.work() as session:
        solution = service.begin(session, "Ufficio concorsi", "bologna", None, NOW, 1)
        sent = service.freeze(session, solution, 1, LATER)
        opened = service.opened(session, solution)
        after = replace(opened.state, fields={**opened.state.fields, "summary": "Scritta dopo l’invio."})
        service.save(session, solution, after, opened.seen, 1, LATER)
        assert service.freeze(session, solution, 1, LATER).number == sent.number + 1
        judged = sent.document()
        decided = replace(judged, front={**judged.front, "evidence_level": 2})
        (make_live if live else propose)(session, solution, decided, LATER, 1)
    with office.reading() as session:
        kept = library.by_slug(session, "ufficio-concorsi")
        assert kept is not None
        fields = service.opened(session, kept).state.fields
        assert (fields["summary"], fields["evidence_level"]) == ("Scritta dopo l’invio.", "2")


def test_facts_confirmed_over_a_version_that_waits_take_no_word_of_it_back(office: Database) -> None:
    typed(office, 1, summary="Il testo nuovo che aspetta.")
    with office.work() as session:
        service.freeze(session, found(session), 1, LATER)
    with office.work() as session:
        solution = found(session)
        in_force = parse(library.current_revision(session, solution).text).document
        assert in_force is not None
        confirmed = Document({**in_force.front, "verified_on": "2026-11-22"}, in_force.sections, in_force.footnotes)
        make_live(session, solution, confirmed, LATER, None)
    with office.reading() as session:
        assert service.opened(session, found(session)).state.fields["summary"] == "Il testo nuovo che aspetta."
