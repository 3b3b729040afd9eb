# SPDX-License-Identifier: AGPL-3.0-or-later
"""The address of a twinning is that of its solution, where its request is read by the network only.

Addresses that were sent before stay good: the number alone tells which twinning they lead to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

SOLUTIONS = sa.table("solutions", sa.column("id", sa.Integer), sa.column("slug", sa.String))
NEEDS = sa.table("needs", sa.column("id", sa.Integer), sa.column("slug", sa.String), sa.column("visibility", sa.String))
TWINNINGS = sa.table(
    "twinnings",
    sa.column("slug", sa.String),
    sa.column("need_id", sa.Integer),
    sa.column("solution_id", sa.Integer),
)


def upgrade() -> None:
    _address(sa.select(SOLUTIONS.c.slug).where(SOLUTIONS.c.id == TWINNINGS.c.solution_id))


def downgrade() -> None:
    _address(sa.select(NEEDS.c.slug).where(NEEDS.c.id == TWINNINGS.c.need_id))


def _address(slug: sa.Select[tuple[str]]) -> None:
    for_members = sa.select(NEEDS.c.id).where(NEEDS.c.visibility == "members")
    op.execute(TWINNINGS.update().where(TWINNINGS.c.need_id.in_(for_members)).values(slug=slug.scalar_subquery()))
