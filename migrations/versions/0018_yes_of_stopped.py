# SPDX-License-Identifier: AGPL-3.0-or-later
"""A yes whose transfer was stopped says so: a request that its city closes as solved afterwards did not receive it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

PROPOSALS = sa.table("proposals", sa.column("id"), sa.column("state"), sa.column("reason"))
TWINNINGS = sa.table("twinnings", sa.column("proposal_id"), sa.column("state"))


def upgrade() -> None:
    stopped = sa.select(TWINNINGS.c.proposal_id).where(TWINNINGS.c.state == "stopped", TWINNINGS.c.proposal_id > 0)
    theirs = (PROPOSALS.c.state == "accepted") & PROPOSALS.c.id.in_(stopped)
    op.get_bind().execute(sa.update(PROPOSALS).where(theirs).values(reason="stopped"))


def downgrade() -> None:
    said = (PROPOSALS.c.state == "accepted") & (PROPOSALS.c.reason == "stopped")
    op.get_bind().execute(sa.update(PROPOSALS).where(said).values(reason=""))
