# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type, as plain values: nothing raises, nothing is taken for more than it is."""

from datetime import date

import pytest

from app.text.typed import day, line, number, number_in, readable


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("a\x00b\x07c", "abc"),
        ("uno\r\ndue\rtre\nquattro", "uno\ndue\ntre\nquattro"),
        ("riga\x0bcella\x0cpagina\x85fine", "riga\ncella\npagina\nfine"),
        ("a\ud800b\ufffec", "abc"),
        ("\tspazi e à € 中 😀 restano ", "\tspazi e à € 中 😀 restano "),
    ],
)
def test_a_text_loses_what_no_keyboard_types(typed: str, held: str) -> None:
    assert readable(typed) == held


def test_a_line_has_one_space_between_words() -> None:
    assert line("  uno \n\t due  ") == "uno due"


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        *(("12", 12), (" 7 ", 7), ("0", 0), ("9" * 9, 999_999_999)),
        *((nonsense, None) for nonsense in ("", "-1", "1.5", "1_000", "٣", "²", "9" * 10, "9" * 40)),
    ],
)
def test_a_number_is_whole_and_small_enough(typed: str, held: int | None) -> None:
    assert number(typed) == held
    assert number_in({"n": typed}, "n") == (held or 0)
    assert number_in({}, "n") == 0


def test_a_number_may_have_another_limit() -> None:
    assert number("60", 60) == 60
    assert number("61", 60) is None


@pytest.mark.parametrize(
    "typed", ["", "ieri", "2026-13-01", "2026-02-30", "1\x00", "9" * 400, "31/02/2026", "1/1/26", "31/12/2026/1"]
)
def test_what_is_no_day_is_none(typed: str) -> None:
    assert day(typed) is None
    assert day(" 2026-11-29 ") == date(2026, 11, 29)


@pytest.mark.parametrize("typed", ["29/11/2026", "29-11-2026", " 29.11.2026 "])
def test_a_day_may_be_written_as_in_italy(typed: str) -> None:
    assert day(typed) == date(2026, 11, 29)
