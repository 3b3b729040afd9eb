# SPDX-License-Identifier: AGPL-3.0-or-later
"""A computation is ended when it took the processor time it was given, and left alone otherwise."""

import pytest

from app.document.budget import OverBudget, at_most


def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(OverBudget), at_most(0.05):
        number = 0
        while True:
            number += 1


def test_what_ends_in_time_is_left_alone_ever_after() -> None:
    for _ in range(50):
        with at_most(5):
            total = sum(range(1_000))
    assert total == 499_500


def test_an_error_inside_is_the_one_that_is_told() -> None:
    with pytest.raises(KeyError), at_most(5):
        raise KeyError("inside")
