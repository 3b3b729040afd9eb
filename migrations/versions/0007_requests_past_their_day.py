# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a request's city was asked to close or extend it, and when the board began to say that it did not."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for name in ("overdue_at", "lapsed_at"):
        op.add_column("needs", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("lapsed_at", "overdue_at"):
        op.drop_column("needs", name)
