# SPDX-License-Identifier: AGPL-3.0-or-later
"""The variants of a solution are found by both columns that are asked for: by `published` alone, which SQLite chose,
every page of a solution looked through the whole library.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_solutions_variants", "solutions", ["based_on", "published"])
    op.drop_index("ix_solutions_based_on", "solutions")
    # The beginning of `ix_solutions_listed`.
    op.drop_index("ix_solutions_published", "solutions")


def downgrade() -> None:
    op.create_index("ix_solutions_published", "solutions", ["published"])
    op.create_index("ix_solutions_based_on", "solutions", ["based_on"])
    op.drop_index("ix_solutions_variants", "solutions")
