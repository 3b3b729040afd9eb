# SPDX-License-Identifier: AGPL-3.0-or-later
"""Folding: the same letters for a reader are the same form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.folding import APOSTROPHES, fold


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("Città", "citta"), ("PERCHÉ", "perche"), ("più", "piu"), ("Straße", "strasse"), ("a–b", "a-b"), ("Æ", "ae")],
)
def test_case_accents_and_dashes_do_not_count(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize("apostrophe", APOSTROPHES)
def test_every_apostrophe_is_the_same(apostrophe: str) -> None:
    assert fold(f"dell{apostrophe}ente") == "dell'ente"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
