# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cells of a CSV, dates and numbers."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from app.web.formats import csv_answer, day, number


@pytest.mark.parametrize("value", ["=1+1", "+39", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_a_spreadsheet_would_run_is_made_text(library_app: Flask, value: str) -> None:
    with library_app.test_request_context():
        text = csv_answer([{"a": value}], ["a"], "prova").get_data(as_text=True)
    assert "'" + value.strip("\r") in text or "'" + value in text


def test_a_negative_number_stays_a_number(library_app: Flask) -> None:
    with library_app.test_request_context():
        assert "\r\n-2\r\n" in csv_answer([{"a": -2}], ["a"], "prova").get_data(as_text=True)


def test_decimals_are_behind_the_comma_that_an_italian_spreadsheet_reads(library_app: Flask) -> None:
    with library_app.test_request_context():
        text = csv_answer([{"a": 7.725, "b": -0.5, "c": 2 / 3}], ["a", "b", "c"], "prova").get_data(as_text=True)
    assert text.endswith("\r\n7,725;-0,5;0,666667\r\n"), (
        "with a point it would be seven thousand, and 1.5 the first of May"
    )


def test_an_instant_is_a_day_and_an_hour_of_italy_and_a_truth_is_said(library_app: Flask) -> None:
    summer = {"at": datetime(2027, 7, 1, 22, 30, 5, 999, tzinfo=UTC), "demonstration": True}
    for language, said in (("it", "2027-07-02 00:30:05;sì"), ("en", "2027-07-02 00:30:05;True")):
        with library_app.test_request_context(environ_overrides={"twinmetro.language": language}):
            assert csv_answer([summer], list(summer), "prova").get_data(as_text=True).splitlines()[1] == said


@pytest.mark.parametrize(
    ("value", "italian", "english"),
    [
        ("2018", "2018", "2018"),
        ("2018-05", "maggio 2018", "May 2018"),
        ("2018-05-03", "3 maggio 2018", "3 May 2018"),
        ("non disponibile", "non disponibile", "non disponibile"),
        ("2018-99", "2018-99", "2018-99"),
        (None, "", ""),
    ],
)
def test_a_date_is_read_as_precisely_as_it_is_known(
    library_app: Flask, value: str | None, italian: str, english: str
) -> None:
    with library_app.test_request_context(environ_overrides={"twinmetro.language": "it"}):
        assert day(value) == italian
    with library_app.test_request_context(environ_overrides={"twinmetro.language": "en"}):
        assert day(value) == english


def test_numbers_are_written_as_the_language_does_and_an_unknown_one_is_not_zero(library_app: Flask) -> None:
    with library_app.test_request_context(environ_overrides={"twinmetro.language": "it"}):
        assert number(1014124) == "1.014.124"
        assert number(2535.25, 1) == "2.535,2"
        assert number(None) == "non disponibile"
