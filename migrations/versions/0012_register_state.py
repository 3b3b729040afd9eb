# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often bodies and themes changed: a kept page of a solution is made anew when their names do, and only then."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    made = op.create_table(
        "register_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_register_state"),
    )
    op.bulk_insert(made, [{"id": 1, "changes": 0}])


def downgrade() -> None:
    op.drop_table("register_state")
