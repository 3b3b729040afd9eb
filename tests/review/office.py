# SPDX-License-Identifier: AGPL-3.0-or-later
"""An office and those around it, as the tests of review talk about them."""

from datetime import datetime, timedelta

from app.access import Role
from app.db import Database
from app.journal import queries as journal
from app.review import queries, service
from app.review.models import Review
from app.review.service import Judgement
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.service import propose
from app.writing.models import Attachment
from tests.makers import NOW, make_full_document, make_person

LATER = NOW + timedelta(days=3)
SLUG = "sportello-unico-bologna"


class Office:
    """A draft of Bologna, its official, its referent, and an expert of its theme from elsewhere."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.work() as session:
            self.official = make_person(session, (Role.OFFICIAL, "bologna")).id
            self.referent = make_person(session, (Role.REFERENT, "bologna")).id
            self.expert = make_person(session, (Role.EXPERT, "suap")).id

    def solution(self) -> Solution:
        with self.database.reading() as session:
            found = library.by_slug(session, SLUG)
            assert found is not None
            return found

    def review(self) -> Review:
        with self.database.reading() as session:
            found = queries.open_review(session, self.solution())
            assert found is not None
            return found

    def judgement(self, person: int) -> Judgement:
        review = self.review()
        return Judgement(review.solution_id, review.id, review.revision_number, person, LATER)

    def submit(self) -> Review:
        with self.database.work() as session:
            return service.submit(session, self.solution(), self.official, NOW)

    def approve(self) -> None:
        with self.database.work() as session:
            service.approve(session, self.judgement(self.referent))

    def validate(self, evidence: int = 3) -> None:
        with self.database.work() as session:
            service.validate(session, self.judgement(self.expert), evidence, "Dati prima e dopo")

    def make_ready(self) -> None:
        with self.database.work() as session:
            service.make_ready(session, self.judgement(self.expert))

    def rewrite(self, **front: object) -> None:
        with self.database.work() as session:
            solution = library.by_slug(session, SLUG)
            assert solution is not None
            propose(session, solution, make_full_document(badge=None, **front), LATER, self.official)

    def add_file(self, title: str, at: datetime = NOW) -> int:
        """A file in the kit, as if it had been sent then; answers its number."""
        with self.database.work() as session:
            file = Attachment(
                solution_id=self.solution().id,
                digest=title,
                name="documento.pdf",
                code="pdf",
                mime="application/pdf",
                size=1,
                title=title,
                document_kind="atto",
                added_at=at,
            )
            session.add(file)
            session.flush()
            return file.id

    def rows(self) -> list[str]:
        """What the journal says of the solution, the oldest first."""
        with self.database.reading() as session:
            return [row.action for row in reversed(journal.of_thing(session, "solution", SLUG))]
