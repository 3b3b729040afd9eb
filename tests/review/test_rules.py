# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be done in every state, whose turn it is, what is missing: on every state and every deed."""

from collections.abc import Callable
from itertools import product

import pytest

from app.access import Role
from app.document.model import Section
from app.review import rules
from app.review.rules import Deed, Situation, Step
from tests.makers import make_document, make_full_document

BADGES = ("", "in-completamento", "visibile", "validata", "pronta")
SITUATIONS = [
    Situation(badge, step, archived, changed, claimed)
    for badge, step, archived, changed, claimed in product(
        BADGES, (None, *Step), (False, True), (False, True), (False, True)
    )
]

#: When each deed is possible, said in words a second time.
EXPECTED: dict[Deed, Callable[[Situation], bool]] = {
    Deed.COMMENT: lambda s: True,
    Deed.RESTORE: lambda s: s.archived,
    Deed.ARCHIVE: lambda s: not s.archived,
    Deed.CONFIRM: lambda s: not s.archived and s.badge != "",
    Deed.REPORT: lambda s: not s.archived and s.badge != "",
    Deed.APPROVE: lambda s: not s.archived and s.step is Step.APPROVAL,
    Deed.VALIDATE: lambda s: not s.archived and s.step is Step.VALIDATION,
    Deed.MAKE_READY: lambda s: not s.archived and s.step is Step.READINESS,
    Deed.RETURN: lambda s: not s.archived and s.step is not None,
    Deed.WITHDRAW: lambda s: not s.archived and s.step is not None,
    Deed.ASSIGN: lambda s: not s.archived and s.step is not None,
    Deed.CLAIM: lambda s: not s.archived and s.step is not None and not s.claimed,
    Deed.RELEASE: lambda s: not s.archived and s.step is not None and s.claimed,
    Deed.SUBMIT: lambda s: not s.archived and (s.changed or (s.step is None and s.badge != "pronta")),
}


@pytest.mark.parametrize("deed", list(Deed))
def test_every_deed_is_possible_exactly_where_it_should_be(deed: Deed) -> None:
    for situation in SITUATIONS:
        assert (deed in rules.possible(situation)) is EXPECTED[deed](situation), situation


@pytest.mark.parametrize("deed", list(Deed))
@pytest.mark.parametrize("step", [None, *Step])
def test_every_deed_has_its_rule_in_the_policy(deed: Deed, step: Step | None) -> None:
    assert rules.action_for(deed, step)


def test_a_new_text_begins_with_the_city_and_one_in_force_goes_on_from_its_badge() -> None:
    assert {rules.first_step(badge, True) for badge in BADGES} == {Step.APPROVAL}
    assert [rules.first_step(badge, False) for badge in BADGES] == [
        Step.APPROVAL,
        Step.APPROVAL,
        Step.VALIDATION,
        Step.READINESS,
        None,
    ]


def test_a_version_replaces_another_only_when_it_has_climbed_as_high() -> None:
    passing = {(step, badge): rules.comes_into_force(step, badge) for step in Step for badge in BADGES}
    assert [badge for badge in BADGES if not passing[Step.APPROVAL, badge]] == ["validata", "pronta"]
    assert [badge for badge in BADGES if not passing[Step.VALIDATION, badge]] == ["pronta"]
    assert all(passing[Step.READINESS, badge] for badge in BADGES)


def test_the_next_actor_is_named_by_role_and_by_body_or_theme() -> None:
    def turn(situation: Situation) -> tuple[Role, tuple[str, ...]] | None:
        found = rules.next_actor(situation, ["bologna"], ["suap"])
        return (found.role, found.scopes) if found else None

    assert turn(Situation()) == (Role.OFFICIAL, ("bologna",))
    assert turn(Situation(step=Step.APPROVAL)) == (Role.REFERENT, ("bologna",))
    assert turn(Situation("visibile", Step.VALIDATION)) == (Role.EXPERT, ("suap",))
    assert turn(Situation("validata", Step.READINESS)) == (Role.EXPERT, ("suap",))
    assert turn(Situation("visibile")) == (Role.OFFICIAL, ("bologna",))
    assert turn(Situation("pronta")) is None
    assert turn(Situation("pronta", changed=True)) == (Role.OFFICIAL, ("bologna",))
    assert turn(Situation("visibile", Step.VALIDATION, archived=True)) is None


@pytest.mark.parametrize(
    ("situation", "current"),
    [
        (Situation(), "bozza"),
        (Situation(step=Step.APPROVAL), "visibile"),
        (Situation("visibile"), "validata"),
        (Situation("visibile", Step.VALIDATION), "validata"),
        (Situation("validata", Step.READINESS), "pronta"),
        (Situation("validata", Step.APPROVAL), "visibile"),
        (Situation("pronta", changed=True), "bozza"),
        (Situation("pronta"), None),
    ],
)
def test_the_path_shows_one_current_step_with_all_before_it_done(situation: Situation, current: str | None) -> None:
    states = dict(rules.path(situation))
    assert [mark for mark, state in states.items() if state == "current"] == ([current] if current else [])
    order = ["done", "current", "ahead"]
    assert list(states.values()) == sorted(states.values(), key=order.index)


def test_each_step_asks_for_what_the_steps_before_ask_and_more() -> None:
    draft = make_document(badge=None, summary=None)
    found = [{problem.field for problem in rules.missing(step, draft, False)} for step in Step]
    assert found[0] == {"summary"}
    assert found[0] < found[1] < found[2]
    assert {"kit", "preconditions", "contact", "resources"} <= found[2]
    assert [rules.missing(step, make_full_document(badge=None), False) for step in Step] == [(), (), ()]


@pytest.mark.parametrize(
    ("front", "field"),
    [
        ({"kit": None}, "kit"),
        ({"preconditions": None}, "preconditions"),
        ({"resources": "non disponibile"}, "resources"),
        ({"resources": {"one_off_cost": "non disponibile", "note": "ignoto"}}, "resources"),
        ({"contact": {"role": "Ufficio", "mailbox": "non disponibile"}}, "contact"),
    ],
)
def test_ready_means_kit_costs_conditions_and_somebody_to_call(front: dict[str, object], field: str) -> None:
    document = make_full_document(badge=None, **front)
    assert [problem.field for problem in rules.missing(Step.READINESS, document, False)] == [field]
    assert not rules.missing(Step.VALIDATION, document, False)


def test_a_file_of_the_kit_is_a_kit_and_months_alone_are_a_cost() -> None:
    document = make_full_document(badge=None, kit=None, resources={"months": 3})
    assert rules.missing(Step.READINESS, document, has_files=True) == ()


def test_what_the_site_keeps_in_a_document_is_no_change_of_it() -> None:
    one = make_full_document(badge="visibile", verified_on="2026-01-01")
    assert rules.same_text(one, make_full_document(badge="pronta", review_due="2027-01-01"))
    assert not rules.same_text(one, make_full_document(title="Altro"))
    sections = (*one.sections[:1], Section("Soluzione adottata", "Altro."))
    assert not rules.same_text(one, type(one)(one.front, sections))


def test_a_text_is_submitted_anew_unless_another_new_text_waits() -> None:
    live, new, newer = (make_full_document(title=title) for title in ("In vigore", "Nuova", "Più nuova"))
    assert rules.is_changed(new, live, None)
    assert rules.is_changed(new, live, live)
    assert not rules.is_changed(live, live, None)
    assert not rules.is_changed(newer, live, new)
    assert rules.is_changed(live, live, None, files=True)
    assert not rules.is_changed(live, live, new, files=True)
    assert rules.is_changed(new, None, None)
    assert not rules.is_changed(new, None, new)
