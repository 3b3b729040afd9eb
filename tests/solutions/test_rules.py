# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a document says about its solution."""

from typing import Any

import pytest

from app.document.schema import Level
from app.solutions.rules import (
    Tie,
    cited_acts,
    is_published,
    level_of,
    ties,
    unrecognised,
    with_above,
    with_below,
    year,
)
from tests.makers import make_document


@pytest.mark.parametrize(
    ("badge", "level"),
    [
        (None, Level.DRAFT),
        ("in-completamento", Level.SUBMITTED),
        ("visibile", Level.SUBMITTED),
        ("validata", Level.VALIDATED),
        ("pronta", Level.VALIDATED),
    ],
)
def test_a_badge_asks_for_what_its_level_needs(badge: str | None, level: Level) -> None:
    assert level_of(make_document(badge=badge)) is level


@pytest.mark.parametrize(
    ("front", "published"),
    [({}, True), ({"badge": None}, False), ({"visibility": "members"}, False), ({"visibility": "twin"}, False)],
)
def test_only_a_public_document_with_a_badge_is_published(front: dict[str, Any], published: bool) -> None:
    assert is_published(make_document(**front)) is published


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"start": "2018-05", "end": "2020"}, 2018),
        ({"start": 2018}, 2018),
        ({"start": "non disponibile", "end": "2020-01-31"}, 2020),
        ({"start": "non disponibile", "end": "non disponibile"}, None),
        ({}, None),
        ("non disponibile", None),
        ("2018", None),
        (None, None),
    ],
)
def test_a_solution_is_of_the_year_it_started_or_else_ended(period: Any, expected: int | None) -> None:
    assert year(make_document(period=period)) == expected


def test_owner_partners_and_those_who_reused_it_are_named_once_for_each_role() -> None:
    reuse = {"city": "venezia", "period": {"start": "2018-05", "end": "non disponibile"}, "lead": True, "note": "n"}
    document = make_document(partners=["torino", "torino"], reused_by=[reuse, reuse, {"city": "torino"}])
    assert ties(document) == [
        Tie("bologna", "owner"),
        Tie("torino", "partner"),
        Tie("venezia", "reuser", lead=True, start="2018-05", note="n"),
        Tie("torino", "reuser"),
    ]


def test_a_city_that_reused_a_solution_twice_is_named_for_each_time() -> None:
    reuses = [{"city": "venezia", "period": {"start": start}} for start in ("2018", "2021")]
    assert [tie.start for tie in ties(make_document(reused_by=reuses))[1:]] == ["2018", "2021"]


def test_a_draft_without_a_city_has_no_owner() -> None:
    assert ties(make_document(city=None)) == []


def test_an_act_is_known_by_the_fullest_of_its_citations() -> None:
    texts = {"Problema affrontato": "La l. 56/2014.", "Soluzione adottata": "La legge 7 aprile 2014, n. 56."}
    (act,) = cited_acts(make_document(sections=texts))
    assert act.reference.urn == "urn:nir:stato:legge:2014-04-07;56"
    assert act.places == ("Problema affrontato", "Soluzione adottata")
    assert not act.in_legal_basis


def test_acts_of_the_legal_basis_come_first_then_those_of_the_summary() -> None:
    document = make_document(summary="Come chiede la l. 241/1990.", legal_basis=["D.Lgs. 31 marzo 2023, n. 36"])
    assert [(act.reference.slug, act.in_legal_basis) for act in cited_acts(document)] == [
        ("dlgs-36-2023", True),
        ("legge-241-1990", False),
        ("dpr-160-2010", False),
    ]


def test_a_document_whose_legal_basis_is_not_available_cites_only_its_text() -> None:
    document = make_document(legal_basis="non disponibile", summary="non disponibile")
    assert [act.reference.slug for act in cited_acts(document)] == ["dpr-160-2010"]


def test_a_theme_stands_with_those_above_it_and_with_those_below_each_once() -> None:
    tree = {"semplificazione": "", "suap": "semplificazione", "sue": "semplificazione", "vas": "sue", "appalti": ""}
    assert with_above(["vas", "suap", "tolto"], tree) == ("vas", "sue", "semplificazione", "suap", "tolto")
    assert with_below("semplificazione", tree) == ("semplificazione", "suap", "sue", "vas")
    assert (with_below("appalti", tree), with_below("tolto", tree)) == (("appalti",), ("tolto",))


@pytest.mark.parametrize(
    ("row", "more"),
    [
        ("Statuto della Città metropolitana di Bologna", True),
        ("L. 7 agosto 1990, n. 241 e regolamento interno sui procedimenti", True),
        ("L. 56/2014; delibera del consiglio metropolitano", True),
        ("L. 56/2014, Statuto della Città metropolitana", True),
        ("Accordo ai sensi dell’art. 15 della L. 241/1990", True),
        ("L. 7 aprile 2014, n. 56, art. 1, comma 44, lett. a) e b)", False),
        ("L. 241/1990, L. 56/2014", False),
        ("L. 241/1990 (nuove norme sul procedimento; accordi e convenzioni)", False),
        ("D.P.R. 7 settembre 2010, n. 160, Regolamento per la semplificazione", False),
        ("D.Lgs. 36/2023 e successive modificazioni", False),
        ("D.Lgs. 36/2023, accordi quadro e convenzioni", False),
        ("Legge 56/2014, statuti delle città metropolitane", False),
        ("Legge 142/1990, ordinamento delle autonomie e convenzioni", False),
    ],
)
def test_a_row_that_names_what_is_not_recognised_beside_an_act_is_told_from_the_title_of_one(
    row: str, more: bool
) -> None:
    assert unrecognised({"legal_basis": [row]}) == ([row] if more else [])
