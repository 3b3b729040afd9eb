# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft of Bologna with those who write, approve and validate it."""

import pytest

from app.db import Database
from tests.makers import make_draft, make_full_document
from tests.review.office import SLUG, Office


@pytest.fixture
def office(registered: Database) -> Office:
    made = Office(registered)
    with registered.work() as session:
        make_draft(session, made.official, SLUG, document=make_full_document(badge=None))
    return made
