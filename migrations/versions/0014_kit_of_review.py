# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits for a decision names the files of its kit: one added later is not published with it.

What waits already gets the files that were there when its text was first sent, and those that readers have: a step
that follows another by itself was asked for at the instant the one before it was passed, and published what was there.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

REVIEWS = sa.table(
    "reviews",
    sa.column("id", sa.Integer),
    sa.column("solution_id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("asked_at", sa.DateTime(timezone=True)),
    sa.column("decided_at", sa.DateTime(timezone=True)),
    sa.column("files", sa.JSON),
)
ATTACHMENTS = sa.table(
    "attachments",
    sa.column("id", sa.Integer),
    sa.column("solution_id", sa.Integer),
    sa.column("added_at", sa.DateTime(timezone=True)),
    sa.column("removed_at", sa.DateTime(timezone=True)),
    sa.column("published", sa.Boolean),
)


def upgrade() -> None:
    op.add_column("reviews", sa.Column("files", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    for review in connection.execute(sa.select(REVIEWS).where(REVIEWS.c.state == "open")).all():
        files = _files_at(connection, review.solution_id, _first_sent(connection, review))
        connection.execute(sa.update(REVIEWS).where(REVIEWS.c.id == review.id).values(files=files))


def _first_sent(connection: sa.Connection, review: sa.Row[tuple[object, ...]]) -> datetime:
    before = sa.select(REVIEWS).where(REVIEWS.c.solution_id == review.solution_id, REVIEWS.c.state == "passed")
    asked: datetime = review.asked_at
    for passed in connection.execute(before.order_by(REVIEWS.c.id.desc())).all():
        if passed.decided_at == asked:
            asked = passed.asked_at
    return asked


def _files_at(connection: sa.Connection, solution_id: int, moment: datetime) -> list[int]:
    kept = ATTACHMENTS.c.removed_at.is_(None)
    sent = sa.and_(sa.or_(kept, ATTACHMENTS.c.removed_at > moment), ATTACHMENTS.c.added_at <= moment)
    held = sa.or_(sent, sa.and_(kept, ATTACHMENTS.c.published))
    wanted = sa.select(ATTACHMENTS.c.id).where(ATTACHMENTS.c.solution_id == solution_id, held)
    return list(connection.scalars(wanted.order_by(ATTACHMENTS.c.id)))


def downgrade() -> None:
    op.drop_column("reviews", "files")
