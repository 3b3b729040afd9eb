# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts confirmed, levels that fall, the archive, reports of readers and their addresses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.access import Actor, Role
from app.accounts import queries as people
from app.accounts.service import Throttled
from app.errors import Conflict, Invalid, NotFound
from app.journal.service import record
from app.notices import desk
from app.review import queries, remarks, service, upkeep
from app.review.models import Comment
from app.search.models import SearchChange
from app.solutions import queries as library
from app.writing import giving_up
from app.writing import service as writing
from tests.makers import close_body, csrf, sign_in
from tests.review.office import LATER, SLUG, Office

WRONG = "Il numero dei comuni non è 50 ma 55."
YEARS = timedelta(days=366)


@pytest.fixture
def live(office: Office) -> Office:
    """The solution of the office, visible in the library."""
    office.submit()
    office.approve()
    return office


def all_comments(office: Office) -> list[Comment]:
    with office.database.reading() as session:
        return list(queries.comments(session, office.solution()))


def test_confirming_the_facts_changes_dates_only_and_is_in_force_at_once(live: Office) -> None:
    before = live.solution()
    with live.database.work() as session:
        upkeep.confirm_facts(session, before, live.official, LATER + YEARS)
    after = live.solution()
    assert (after.front["verified_on"], after.front["review_due"]) == ("2027-11-26", "2028-11-26")
    changed = {name for name in after.front if after.front[name] != before.front.get(name)}
    assert changed == {"verified_on", "review_due"}
    assert (after.badge, after.revision_number) == (before.badge, before.revision_number + 1)
    assert live.rows()[-1] == "facts-confirmed"


def test_facts_are_confirmed_once_a_day(live: Office) -> None:
    with pytest.raises(Conflict), live.database.work() as session:
        upkeep.confirm_facts(session, live.solution(), live.official, LATER)


def test_the_owner_is_told_once_that_the_facts_are_due_and_again_a_year_later(live: Office) -> None:
    number, told = live.solution().id, []
    for when in (LATER, LATER + YEARS, LATER + YEARS + timedelta(days=1)):
        with live.database.work() as session:
            told.append(upkeep.tell_due(session, number, when))
    with live.database.work() as session:
        upkeep.confirm_facts(session, live.solution(), live.official, LATER + YEARS + timedelta(days=2))
    for when in (LATER + YEARS + timedelta(days=3), LATER + 3 * YEARS):
        with live.database.work() as session:
            told.append(upkeep.tell_due(session, number, when))
    assert told == [False, True, False, False, True]
    with live.database.reading() as session:
        assert number in queries.due(session, (LATER + 3 * YEARS).date())


def test_a_body_that_is_no_longer_there_is_not_asked_to_confirm(live: Office) -> None:
    with live.database.work() as session:
        close_body(session, "bologna")
    with live.database.work() as session:
        assert not upkeep.tell_due(session, live.solution().id, LATER + YEARS)


def test_a_draft_has_no_facts_to_confirm(office: Office) -> None:
    with pytest.raises(Conflict), office.database.work() as session:
        upkeep.confirm_facts(session, office.solution(), office.official, LATER)
    assert office.rows() == []


def test_a_draft_that_came_back_is_put_aside_and_leaves_the_desk_until_it_is_brought_back(office: Office) -> None:
    office.submit()
    with office.database.work() as session:
        service.return_(session, office.judgement(office.referent), "Non è una pratica")
        upkeep.archive(session, office.solution(), office.referent, LATER, "Vi rinunciamo")
    actor = Actor(office.official, frozenset({(Role.OFFICIAL, "bologna")}))
    for brought_back in (False, True):
        with office.database.work() as session:
            if brought_back:
                upkeep.restore(session, office.solution(), office.referent, LATER)
            returned = desk.returned_to(session, actor)
            assert bool(returned) is bool(desk.drafts(session, actor, returned)) is brought_back
    assert (office.solution().badge, office.solution().published) == ("", False)


def test_a_change_that_came_back_is_given_up_and_leaves_the_desk(live: Office, client: FlaskClient) -> None:
    live.validate()
    with live.database.work() as session:
        solution = library.by_slug(session, SLUG)
        assert solution is not None
        shown = writing.opened(session, solution)
        typed = replace(shown.state, fields={**shown.state.fields, "title": "Un altro titolo"})
        writing.save(session, solution, typed, shown.seen, live.official, LATER)
    live.submit()
    with live.database.work() as session:
        service.return_(session, live.judgement(live.referent), "Non serve")
    with live.database.reading() as session:
        official = people.person(session, live.official)
        assert official is not None
    sign_in(client, official)
    for dropped in (False, True):
        desk_page, review_page = client.get("/scrivania").text, client.get(f"/soluzioni/{SLUG}/revisione").text
        assert ("Non serve" in desk_page) is ("Restituita il" in review_page) is not dropped
        assert ("modifica di una soluzione pubblicata" in desk_page) is not dropped
        sent = {"csrf_token": csrf(client), "edition": "2"}
        assert client.post(f"/soluzioni/{SLUG}/scarta", data=sent).status_code == (409 if dropped else 303)
    with live.database.reading() as session:
        assert giving_up.words_of_others(session, live.solution(), live.referent) == [], "nothing more is lost"
    assert "Un altro titolo" not in client.get(f"/soluzioni/{SLUG}/modifica").text
    assert "Un altro titolo" in client.get(f"/soluzioni/{SLUG}/versioni/4").text


def test_the_form_says_until_when_readers_see_the_version_in_force(live: Office, client: FlaskClient) -> None:
    with live.database.reading() as session:
        official = people.person(session, live.official)
        assert official is not None
    sign_in(client, official)
    for until in ("finché la nuova non è approvata.", "finché la nuova non è arrivata allo stesso passo."):
        assert until in client.get(f"/soluzioni/{SLUG}/modifica").text
        if live.solution().badge == "visibile":
            live.validate()


def test_a_wish_for_a_higher_badge_that_came_back_stays_on_the_desk(live: Office) -> None:
    with live.database.work() as session:
        service.return_(session, live.judgement(live.expert), "Mancano i numeri")
    actor = Actor(live.official, frozenset({(Role.OFFICIAL, "bologna")}))
    with live.database.reading() as session:
        assert [review.reason for review in desk.returned_to(session, actor)] == ["Mancano i numeri"]


def test_the_level_falls_when_nobody_confirms_and_never_twice_for_the_same_time(
    live: Office, client: FlaskClient
) -> None:
    live.validate(evidence=3)
    late = LATER + timedelta(days=600)
    for expected in (True, False):
        with live.database.work() as session:
            assert upkeep.lower_evidence(session, live.solution().id, late) is expected
    assert live.solution().evidence_level == 2
    with live.database.work() as session:
        assert upkeep.lower_evidence(session, live.solution().id, late + YEARS)
    assert (live.solution().evidence_level, live.rows().count("evidence-lowered")) == (1, 2)
    versions = client.get(f"/soluzioni/{live.solution().slug}/versioni").text
    assert "confermato i fatti: il livello di evidenza è sceso a 1." in versions


def test_the_list_of_versions_says_why_the_level_fell_however_much_was_done_since(
    live: Office, client: FlaskClient
) -> None:
    live.validate(evidence=3)
    with live.database.work() as session:
        assert upkeep.lower_evidence(session, live.solution().id, LATER + timedelta(days=600))
        for number in range(201):
            record(session, LATER, None, "comment-added", "solution", SLUG, data={"comment": number})
    assert "il livello di evidenza è sceso a 2." in client.get(f"/soluzioni/{SLUG}/versioni").text


def test_only_solutions_whose_facts_are_long_due_are_looked_at(live: Office) -> None:
    live.validate(evidence=3)
    with live.database.reading() as session:
        assert list(queries.to_lower(session, LATER.date())) == []
        assert list(queries.to_lower(session, (LATER + YEARS).date() + timedelta(days=2))) == [live.solution().id]


def test_an_archived_solution_leaves_the_library_and_comes_back(live: Office) -> None:
    with live.database.work() as session:
        upkeep.archive(session, live.solution(), live.referent, LATER, "Servizio cessato")
    archived = live.solution()
    assert (archived.published, archived.badge) == (False, "visibile")
    with live.database.reading() as session:
        assert list(library.published(session)) == []
        assert queries.open_review(session, archived) is None
        assert session.query(SearchChange).filter_by(kind="solution", slug=SLUG).count() > 0
    with live.database.work() as session:
        upkeep.restore(session, archived, live.referent, LATER)
    assert live.solution().published
    assert live.rows()[-2:] == ["solution-archived", "solution-restored"]
    with pytest.raises(Conflict), live.database.work() as session:
        upkeep.restore(session, archived, live.referent, LATER)


def test_nothing_is_archived_without_a_reason(live: Office) -> None:
    with pytest.raises(Invalid), live.database.work() as session:
        upkeep.archive(session, live.solution(), live.referent, LATER, "  ")
    assert live.solution().published


def test_an_archived_solution_is_neither_submitted_nor_reported(live: Office) -> None:
    with live.database.work() as session:
        upkeep.archive(session, live.solution(), live.referent, LATER, "Servizio cessato")
    with pytest.raises(Conflict):
        live.submit()
    with pytest.raises(Conflict), live.database.work() as session:
        remarks.report(session, live.solution(), LATER, WRONG, "", "192.0.2.1")


def test_a_report_reaches_the_office_and_its_address_is_forgotten_after_ninety_days(live: Office) -> None:
    with live.database.work() as session:
        remarks.report(session, live.solution(), LATER, WRONG, " Lettrice@Posta.example ", "192.0.2.1")
    assert [(found.kind, found.text, found.reader_email) for found in all_comments(live)] == [
        ("report", WRONG, "lettrice@posta.example")
    ]
    for days, erased in ((89, 0), (91, 1), (92, 0)):
        with live.database.work() as session:
            assert upkeep.erase_addresses(session, LATER + timedelta(days=days)) == erased
    assert [(found.text, found.reader_email) for found in all_comments(live)] == [(WRONG, "")]


@pytest.mark.parametrize(("text", "email"), [("troppo corto", ""), ("x" * 2_001, ""), (WRONG, "nessuno")])
def test_a_report_that_cannot_help_is_refused_and_leaves_nothing(live: Office, text: str, email: str) -> None:
    with pytest.raises(Invalid), live.database.work() as session:
        remarks.report(session, live.solution(), LATER, text, email, "192.0.2.1")
    assert all_comments(live) == []
    assert "error-reported" not in live.rows()


def test_one_network_address_cannot_flood_an_office(live: Office) -> None:
    for _ in range(remarks.MOST_REPORTS):
        with live.database.work() as session:
            remarks.report(session, live.solution(), LATER, WRONG, "", "192.0.2.1")
    with pytest.raises(Throttled), live.database.work() as session:
        remarks.report(session, live.solution(), LATER, WRONG, "", "192.0.2.1")
    with live.database.work() as session:
        remarks.report(session, live.solution(), LATER, WRONG, "", "192.0.2.2")


def test_a_remark_is_dealt_with_once(office: Office) -> None:
    with office.database.work() as session:
        made = remarks.comment(session, office.solution(), office.referent, LATER, "Problema affrontato", "Quanti?")
    for expected in (False, True):
        if expected:
            with pytest.raises(Conflict), office.database.work() as session:
                remarks.resolve(session, office.solution(), made.id, office.official, LATER)
        else:
            with office.database.work() as session:
                remarks.resolve(session, office.solution(), made.id, office.official, LATER)
    with pytest.raises(NotFound), office.database.work() as session:
        remarks.resolve(session, office.solution(), made.id + 1, office.official, LATER)
    assert office.rows() == ["comment-added", "comment-resolved"]
