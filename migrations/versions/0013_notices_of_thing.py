# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody was told of a thing is found by the thing: once it is settled it waits for nobody any more."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_notices_of_thing", "notices", ["kind", "key"])


def downgrade() -> None:
    op.drop_index("ix_notices_of_thing", "notices")
