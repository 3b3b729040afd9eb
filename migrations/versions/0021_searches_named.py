# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever saved a search may give it a name of its own; empty where it is called by what it asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("follows", sa.Column("name", sa.String(80), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("follows", "name")
