# SPDX-License-Identifier: AGPL-3.0-or-later
"""A letter knows until when the link it carries opens: one that waited longer for the mail server is not sent."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("letters", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("letters", "expires_at")
