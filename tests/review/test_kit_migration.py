# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kits that were there when reviews began to name their files, and files since when readers had them (0014, 0017)."""

from datetime import timedelta

from alembic import command

from app.review import queries
from app.review.rules import Step
from app.writing.models import Attachment
from tests.makers import NOW
from tests.review.office import LATER, Office
from tests.stores import migration_config


def change(office: Office, number: int, **fields: object) -> None:
    with office.database.work() as session:
        found = session.get(Attachment, number)
        assert found is not None
        for name, value in fields.items():
            setattr(found, name, value)


def test_an_open_review_gets_the_files_it_was_sent_with_and_those_readers_have(office: Office) -> None:
    sent = office.add_file("inviato", NOW)
    taken_out = office.add_file("tolto dopo l’invio", NOW)
    office.submit()
    office.approve()
    office.validate()
    assert office.review().step == Step.READINESS
    # As the version before published at validation what had come after the sending.
    published = office.add_file("già pubblicato", NOW + timedelta(hours=1))
    change(office, published, published=True)
    office.add_file("mai inviato", NOW + timedelta(hours=1))
    change(office, taken_out, removed_at=LATER + timedelta(hours=1))
    config = migration_config(office.database)
    command.downgrade(config, "0013")
    command.upgrade(config, "head")
    assert set(office.review().files) == {sent, taken_out, published}
    office.make_ready()
    with office.database.reading() as session:
        shown = {file.title for file in queries.files(session, office.solution()) if file.published}
    assert shown == {"inviato", "già pubblicato", "tolto dopo l’invio"}


def test_files_in_force_are_known_to_have_been_read_and_no_others(office: Office) -> None:
    published, waiting = office.add_file("in vigore", NOW), office.add_file("in attesa", NOW)
    change(office, published, published=True)
    config = migration_config(office.database)
    command.downgrade(config, "0016")
    command.upgrade(config, "head")
    with office.database.reading() as session:
        known = {file.id: file.live_at for file in queries.files(session, office.solution())}
    assert known == {published: NOW, waiting: None}
