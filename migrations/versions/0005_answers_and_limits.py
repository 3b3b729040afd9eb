# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a request says of the preconditions of solutions, and the limits it sets apart from the score."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # No batch: it would make the table anew, and dropping the old one would take what refers to it along.
    for name in ("answers", "limits"):
        op.add_column("needs", sa.Column(name, sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    for name in ("limits", "answers"):
        op.drop_column("needs", name)
