# SPDX-License-Identifier: AGPL-3.0-or-later
"""A remark, or an error reported, that is sent twice stands once and is told once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.review import page_reports, queries, remarks
from app.review.models import PageReport
from tests.races import at_once, working
from tests.review.office import LATER, Office

WRONG = "Il numero di comuni è sbagliato: sono cinquantacinque."
Say = Callable[[Session, Office, datetime], object]
SAID: dict[str, Say] = {
    "remark": lambda s, o, now: remarks.comment(s, o.solution(), o.referent, now, "Problema affrontato", "Quanti?"),
    "report": lambda s, o, now: remarks.report(s, o.solution(), now, WRONG, "", "192.0.2.1"),
}


@pytest.mark.parametrize(("said", "action"), [("remark", "comment-added"), ("report", "error-reported")])
def test_what_is_sent_twice_is_said_once(office: Office, said: str, action: str) -> None:
    office.submit()
    office.approve()
    for seconds in (0, 119):
        with office.database.work() as session:
            SAID[said](session, office, LATER + timedelta(seconds=seconds))
    assert at_once(*[working(office.database, lambda session: SAID[said](session, office, LATER))] * 2) == ["done"] * 2
    assert office.rows().count(action) == 1
    with office.database.work() as session:
        SAID[said](session, office, LATER + timedelta(minutes=5))
    assert office.rows().count(action) == 2


def test_the_same_remark_on_another_section_or_by_somebody_else_is_another(office: Office) -> None:
    with office.database.work() as session:
        for person, section in ((office.referent, ""), (office.referent, "Soluzione adottata"), (office.expert, "")):
            remarks.comment(session, office.solution(), person, LATER, section, "Quanti?")
    with office.database.reading() as session:
        assert len(queries.comments(session, office.solution())) == 3


def test_an_error_of_a_page_reported_twice_is_one(office: Office) -> None:
    about = page_reports.ReportedPage("/rete", "Rete")
    for text in (WRONG, WRONG, WRONG + " E altro."):
        with office.database.work() as session:
            page_reports.report(session, about, LATER, text, "", "192.0.2.1", None)
    with office.database.reading() as session:
        assert session.query(PageReport).count() == 2


def test_an_error_of_a_page_reported_twice_at_the_same_moment_is_one(office: Office) -> None:
    about = page_reports.ReportedPage("/rete", "Rete")

    def press(session: Session) -> None:
        page_reports.report(session, about, LATER, WRONG, "", "192.0.2.1", None)

    assert at_once(*[working(office.database, press)] * 3) == ["done"] * 3
    with office.database.reading() as session:
        assert session.query(PageReport).count() == 1
