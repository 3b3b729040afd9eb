# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of a kit knows since when readers had it: earlier versions show a picture that has left the kit since, and
never one that no decision was about.

Of those that left it before this nothing tells whether readers ever had them: they stay closed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ATTACHMENTS = sa.table(
    "attachments",
    sa.column("added_at", sa.DateTime(timezone=True)),
    sa.column("live_at", sa.DateTime(timezone=True)),
    sa.column("published", sa.Boolean),
)


def upgrade() -> None:
    op.add_column("attachments", sa.Column("live_at", sa.DateTime(timezone=True), nullable=True))
    known = sa.update(ATTACHMENTS).where(ATTACHMENTS.c.published).values(live_at=ATTACHMENTS.c.added_at)
    op.get_bind().execute(known)


def downgrade() -> None:
    op.drop_column("attachments", "live_at")
