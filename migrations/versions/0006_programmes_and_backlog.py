# SPDX-License-Identifier: AGPL-3.0-or-later
"""The body a service account writes drafts for, and when a searchable thing changed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("service_accounts", sa.Column("body", sa.String(length=120), server_default="", nullable=False))
    op.add_column("search_changes", sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("search_changes", "noted_at")
    op.drop_column("service_accounts", "body")
