# SPDX-License-Identifier: AGPL-3.0-or-later
"""Of which solution another is a variant, in a column of its own: the page of a source lists its variants."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

solutions = sa.table(
    "solutions", sa.column("id", sa.Integer), sa.column("based_on", sa.String), sa.column("front", sa.JSON)
)


def upgrade() -> None:
    op.add_column("solutions", sa.Column("based_on", sa.String(length=120), server_default="", nullable=False))
    op.create_index("ix_solutions_based_on", "solutions", ["based_on"])
    source = solutions.c.front["based_on"].as_string()
    op.execute(solutions.update().where(source.is_not(None), sa.func.length(source) <= 120).values(based_on=source))


def downgrade() -> None:
    op.drop_index("ix_solutions_based_on", "solutions")
    op.drop_column("solutions", "based_on")
