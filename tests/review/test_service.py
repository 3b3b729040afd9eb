# SPDX-License-Identifier: AGPL-3.0-or-later
"""From submitted to ready: who decides what, what comes into force when, what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.access import Actor, Role
from app.accounts import queries as people
from app.accounts import roles
from app.db import Database
from app.errors import Conflict, Invalid
from app.review import kit, queries, queues, service, sheet, upkeep
from app.review.rules import State, Step
from app.solutions import queries as library
from app.writing import kit as files
from app.writing.models import Attachment
from tests.makers import NOW, make_draft, make_full_document, make_person
from tests.review.office import LATER, SLUG, Office


def test_a_full_draft_climbs_from_step_to_step_until_it_is_ready(office: Office) -> None:
    assert office.submit().step == Step.APPROVAL
    assert not office.solution().published
    office.approve()
    assert (office.solution().badge, office.solution().published) == ("visibile", True)
    assert office.review().step == Step.VALIDATION
    office.validate(evidence=3)
    assert (office.solution().badge, office.solution().evidence_level) == ("validata", 3)
    office.make_ready()
    ready = office.solution()
    assert (ready.badge, ready.front["verified_on"], ready.front["review_due"]) == (
        "pronta",
        "2026-11-25",
        "2027-11-25",
    )
    assert office.rows() == ["solution-submitted", "solution-approved", "solution-validated", "solution-made-ready"]


def test_what_a_step_needs_is_asked_before_it_is_waited_for(registered: Database) -> None:
    office = Office(registered)
    with registered.work() as session:
        make_draft(session, office.official, SLUG, summary=None)
    with pytest.raises(Invalid) as refused:
        office.submit()
    assert refused.value.problems == {"summary": "missing"}
    assert office.rows() == []


def test_a_short_document_stays_visible_until_its_office_asks_for_more(registered: Database) -> None:
    office = Office(registered)
    with registered.work() as session:
        make_draft(session, office.official, SLUG)
    office.submit()
    office.approve()
    assert office.solution().badge == "visibile"
    with registered.reading() as session:
        assert queries.open_review(session, office.solution()) is None
    with pytest.raises(Invalid) as refused:
        office.submit()
    assert {"Risultati ottenuti", "resources"} <= refused.value.problems.keys()


def test_a_new_version_of_a_validated_solution_replaces_it_only_once_validated_too(office: Office) -> None:
    office.submit()
    office.approve()
    office.validate()
    with office.database.work() as session:
        service.withdraw(session, office.judgement(office.official))
    office.rewrite(title="Sportello unico rinnovato")
    assert office.submit().step == Step.APPROVAL
    office.approve()
    assert office.solution().title == "Sportello unico metropolitano"
    assert office.review().step == Step.VALIDATION
    office.validate(evidence=2)
    new = office.solution()
    assert (new.title, new.badge, new.evidence_level) == ("Sportello unico rinnovato", "validata", 2)


def _ready_with(office: Office, evidence: int) -> None:
    office.submit()
    office.approve()
    office.validate(evidence=evidence)
    office.make_ready()


@pytest.mark.parametrize("fixed", [2, 5])
def test_the_level_an_expert_fixes_waits_with_the_text_until_it_is_ready(office: Office, fixed: int) -> None:
    _ready_with(office, 3)
    office.rewrite(title="Sportello rinnovato")
    _ready_with(office, fixed)
    new = office.solution()
    assert (new.title, new.badge, new.evidence_level) == ("Sportello rinnovato", "pronta", fixed)


def test_what_changed_the_level_in_force_after_the_validation_counts_for_the_new_text(office: Office) -> None:
    _ready_with(office, 3)
    office.rewrite(title="Sportello rinnovato")
    office.submit()
    office.approve()
    office.validate(evidence=4)
    with office.database.work() as session:
        assert upkeep.lower_evidence(session, office.solution().id, LATER + timedelta(days=600))
    office.make_ready()
    assert (office.solution().title, office.solution().evidence_level) == ("Sportello rinnovato", 2)


def test_a_new_text_takes_the_place_of_the_wish_for_a_higher_badge(office: Office) -> None:
    office.submit()
    office.approve()
    waiting = office.review()
    office.rewrite(title="Sportello unico corretto")
    assert office.submit().step == Step.APPROVAL
    with office.database.reading() as session:
        found = queries.review(session, waiting.id)
        assert found is not None
        assert found.state == State.WITHDRAWN


def test_a_text_that_waits_is_not_submitted_twice(office: Office) -> None:
    office.submit()
    with pytest.raises(Conflict):
        office.submit()
    office.rewrite(title="Altro titolo")
    with pytest.raises(Conflict):
        office.submit()
    assert office.rows() == ["solution-submitted"]


def test_a_version_is_sent_back_with_a_reason_and_remarks_and_submitted_again(office: Office) -> None:
    office.submit()
    with office.database.work() as session:
        remarks = (("Problema affrontato", "Quanti comuni?"), ("", "Manca una fonte."))
        service.return_(session, replace(office.judgement(office.referent), remarks=remarks), "Servono i numeri")
    with office.database.reading() as session:
        assert [comment.text for comment in queries.comments(session, office.solution())] == [
            "Quanti comuni?",
            "Manca una fonte.",
        ]
        returned = queries.returned(session, office.solution())
        assert returned is not None
        assert returned.reason == "Servono i numeri"
    assert office.submit().state == State.OPEN
    assert office.rows() == ["solution-submitted", "solution-returned", "solution-submitted"]


def test_nothing_is_sent_back_without_a_reason(office: Office) -> None:
    office.submit()
    with pytest.raises(Invalid), office.database.work() as session:
        service.return_(session, replace(office.judgement(office.referent), remarks=(("", "Una nota"),)), "   ")
    with office.database.reading() as session:
        assert list(queries.comments(session, office.solution())) == []
    assert office.rows() == ["solution-submitted"]


def test_an_expert_says_why_a_level_of_evidence_is_fixed(office: Office) -> None:
    office.submit()
    office.approve()
    for evidence, reason in ((0, "perché"), (6, "perché"), (3, " ")):
        with pytest.raises(Invalid), office.database.work() as session:
            service.validate(session, office.judgement(office.expert), evidence, reason)
    assert office.solution().badge == "visibile"


def test_a_decision_on_what_was_decided_already_is_refused(office: Office) -> None:
    office.submit()
    late = office.judgement(office.referent)
    office.approve()
    with pytest.raises(Conflict), office.database.work() as session:
        service.approve(session, late)
    with pytest.raises(Conflict), office.database.work() as session:
        service.return_(session, late, "Troppo tardi")
    assert office.rows() == ["solution-submitted", "solution-approved"]


def test_fewer_readers_are_fewer_as_soon_as_the_city_approves_and_more_only_with_the_text(office: Office) -> None:
    office.submit()
    office.approve()
    office.validate()
    office.rewrite(title="Per pochi", visibility="members")
    office.submit()
    office.approve()
    narrowed = office.solution()
    assert (narrowed.visibility, narrowed.published, narrowed.badge) == ("members", False, "validata")
    assert (narrowed.title, office.review().step) == ("Sportello unico metropolitano", Step.VALIDATION)
    office.validate()
    assert (office.solution().title, office.solution().visibility) == ("Per pochi", "members")
    office.rewrite(title="Per tutti", visibility="public")
    office.submit()
    office.approve()
    assert (office.solution().title, office.solution().visibility) == ("Per pochi", "members")


def test_a_decision_of_another_step_is_refused(office: Office) -> None:
    office.submit()
    with pytest.raises(Conflict), office.database.work() as session:
        service.validate(session, office.judgement(office.expert), 3, "perché")


def test_only_one_person_at_a_time_works_on_a_review(office: Office) -> None:
    office.submit()
    with office.database.work() as session:
        service.claim(session, office.judgement(office.referent))
    with pytest.raises(Conflict), office.database.work() as session:
        service.claim(session, office.judgement(office.expert))
    with office.database.work() as session:
        service.release(session, office.judgement(office.referent))
    assert office.review().claimed_by is None


def test_a_review_claimed_by_somebody_who_may_no_longer_decide_is_there_to_be_claimed(office: Office) -> None:
    office.submit()
    with office.database.work() as session:
        other = make_person(session, (Role.REFERENT, "bologna")).id
        service.claim(session, office.judgement(office.referent))
        gone = people.person(session, office.referent)
        assert gone is not None
        roles.take_role(session, Actor(9, frozenset({(Role.COORDINATOR, "")})), gone, gone.assignments[0].id, LATER)
    actor = Actor(other, frozenset({(Role.REFERENT, "bologna")}))
    with office.database.reading() as session:
        solution = library.by_slug(session, SLUG)
        assert solution is not None
        assert not sheet.standing(session, solution).situation.claimed
        (row,) = queues.rows(session, actor, "da-approvare", queries.Filter(), LATER)
        assert (row.assignee, row.claimable) == ("", True)
    with office.database.work() as session:
        service.claim(session, office.judgement(other))
    assert office.review().claimed_by == other


def test_a_review_is_given_to_somebody_who_may_decide_by_a_day_to_come(office: Office) -> None:
    office.submit()
    today = LATER.date()
    for person, day in ((office.expert, today), (office.official, today), (office.referent, today - timedelta(days=1))):
        with pytest.raises(Invalid), office.database.work() as session:
            service.assign(session, office.judgement(office.official), person, day)
    with office.database.work() as session:
        service.assign(session, office.judgement(office.official), office.referent, today)
    assert (office.review().claimed_by, office.review().due_on) == (office.referent, today)


def test_nobody_who_wrote_a_version_is_asked_to_validate_it(office: Office) -> None:
    with office.database.work() as session:
        writer = make_person(session, (Role.EXPERT, "suap"))
        number = writer.id
    office.submit()
    office.approve()
    with office.database.work() as session:
        review = queries.review(session, office.review().id)
        assert review is not None
        review.asked_by = number
    with office.database.reading() as session:
        solution = library.by_slug(session, SLUG)
        assert solution is not None
        review = queries.open_review(session, solution)
        assert review is not None
        asked = {person.id for person in service.candidates(session, solution, review, LATER.date())}
    assert asked == {office.expert}


def published_files(office: Office) -> set[str]:
    with office.database.reading() as session:
        return {file.title for file in queries.files(session, office.solution()) if file.published}


def test_the_files_of_the_kit_are_published_with_the_version_that_was_asked_for(office: Office) -> None:
    first = office.add_file("convenzione", NOW)
    office.submit()
    office.add_file("aggiunto dopo", NOW + timedelta(hours=1))
    office.approve()
    assert published_files(office) == {"convenzione"}
    with office.database.work() as session:
        service.withdraw(session, office.judgement(office.official))
        found = session.get(Attachment, first)
        assert found is not None
        found.removed_at = LATER
    assert published_files(office) == {"convenzione"}
    with office.database.work() as session:
        service.submit(session, office.solution(), office.official, LATER)
    assert office.review().step == Step.APPROVAL
    office.approve()
    assert published_files(office) == {"aggiunto dopo"}


def test_a_file_that_came_after_the_sending_is_published_by_no_step_that_follows(office: Office) -> None:
    office.add_file("convenzione", NOW)
    office.submit()
    office.add_file("riservato", NOW + timedelta(hours=1))
    office.approve()
    office.validate()
    office.make_ready()
    assert published_files(office) == {"convenzione"}
    with office.database.work() as session:
        service.submit(session, office.solution(), office.official, LATER)
    office.approve()
    office.validate()
    assert published_files(office) == {"convenzione"}
    office.make_ready()
    assert published_files(office) == {"convenzione", "riservato"}


def test_since_when_readers_have_a_file_is_kept_when_it_leaves_the_kit(office: Office) -> None:
    first = office.add_file("convenzione", NOW)
    office.submit()
    late = office.add_file("mai deciso", NOW + timedelta(hours=1))
    office.approve()
    with office.database.work() as session:
        for number in (first, late):
            session.get_one(Attachment, number).removed_at = LATER
    office.rewrite(title="Un altro titolo")
    office.submit()
    office.approve()
    with office.database.reading() as session:
        known = {file.title: (file.published, file.live_at) for file in queries.files(session, office.solution())}
    assert known == {"convenzione": (False, LATER), "mai deciso": (False, None)}


def test_a_file_taken_out_after_the_sending_never_reaches_readers_who_had_not_seen_it(office: Office) -> None:
    number = office.add_file("con dati personali", NOW)
    office.submit()
    with office.database.work() as session:
        found = session.get(Attachment, number)
        assert found is not None
        found.removed_at = NOW + timedelta(hours=1)
    office.approve()
    office.validate()
    assert published_files(office) == set()


def describe(office: Office, number: int, title: str) -> int:
    """The file said to be something else after the sending; answers the number it has since."""
    with office.database.work() as session:
        said = files.Described(title, "atto", "CC-BY-4.0", "public")
        made = files.describe(session, office.solution(), number, said, office.official, LATER)
        return made.id


def test_what_is_said_of_a_file_after_the_sending_is_read_by_nobody_before_the_next_decision(office: Office) -> None:
    number = office.add_file("convenzione", NOW)
    office.submit()
    again = describe(office, number, "convenzione tipo")
    with office.database.reading() as session:
        held = kit.at_hand(session, office.solution(), office.review())
    assert [(file.title, held.anew(file)) for file in held.late] == [("convenzione tipo", True)]
    assert (held.gone, [file.title for file in held.coming]) == ((), ["convenzione"])
    office.approve()
    assert published_files(office) == {"convenzione"}
    with office.database.reading() as session:
        held = kit.at_hand(session, office.solution(), None)
        assert queries.files_changed(session, office.solution())
    assert [(file.id, held.anew(file)) for file in held.added] == [(again, True)]
    assert [(file.id, held.anew(file)) for file in held.removed] == [(number, True)]
    with office.database.work() as session:
        service.withdraw(session, office.judgement(office.official))
        service.submit(session, office.solution(), office.official, LATER)
    office.approve()
    assert published_files(office) == {"convenzione tipo"}


def test_a_file_that_is_described_again_as_readers_have_it_is_no_change(office: Office) -> None:
    number = office.add_file("convenzione", NOW)
    office.submit()
    office.approve()
    with office.database.reading() as session:
        was = session.get_one(Attachment, number)
    again = describe(office, number, "convenzione tipo")
    with office.database.work() as session:
        assert queries.files_changed(session, office.solution())
        said = files.Described(was.title, was.document_kind, was.licence, was.visibility)
        files.describe(session, office.solution(), again, said, office.official, LATER)
    with office.database.reading() as session:
        assert not queries.files_changed(session, office.solution())
        held = kit.at_hand(session, office.solution(), None)
    assert (held.added, held.removed, held.changed) == ((), (), False)


def test_a_file_described_anew_after_the_sending_and_then_taken_out_reaches_no_reader(office: Office) -> None:
    number = office.add_file("con dati personali", NOW)
    office.submit()
    again = describe(office, number, "senza")
    with office.database.work() as session:
        session.get_one(Attachment, again).removed_at = LATER
    office.approve()
    assert published_files(office) == set()


def test_a_kit_whose_only_file_was_taken_out_after_the_sending_makes_nothing_ready(registered: Database) -> None:
    office = Office(registered)
    with registered.work() as session:
        make_draft(session, office.official, SLUG, document=make_full_document(badge=None, kit=None))
    number = office.add_file("con dati personali", NOW)
    office.submit()
    with registered.work() as session:
        found = session.get(Attachment, number)
        assert found is not None
        found.removed_at = NOW + timedelta(hours=1)
    office.approve()
    office.validate()
    with registered.reading() as session:
        assert queries.open_review(session, office.solution()) is None
        assert office.solution().badge == "validata"


def test_the_kit_that_makes_a_solution_ready_is_the_one_that_was_sent(registered: Database) -> None:
    office = Office(registered)
    with registered.work() as session:
        make_draft(session, office.official, SLUG, document=make_full_document(badge=None, kit=None))
    office.submit()
    office.add_file("aggiunto dopo", NOW + timedelta(hours=1))
    office.approve()
    office.validate()
    with registered.reading() as session:
        assert queries.open_review(session, office.solution()) is None
