# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs the migrations on the engine the command hands over, in one transaction."""

from alembic import context

import app.accounts.models
import app.journal.models
import app.needs.models
import app.notices.models
import app.operations.models
import app.outbox.models
import app.pages.models
import app.review.models
import app.search.models
import app.solutions.models
import app.twinnings.models
import app.writing.models  # noqa: F401 - the models register their tables
from app.db import Base


def run() -> None:
    engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
