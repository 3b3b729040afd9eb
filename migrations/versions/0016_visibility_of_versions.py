# SPDX-License-Identifier: AGPL-3.0-or-later
"""A version says who may read it: one that was for members is not for everybody once the solution is.

What it said of itself stands in its text, in a line of the front matter that begins with the name of the field.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

REVISIONS = sa.table(
    "solution_revisions",
    sa.column("id", sa.Integer),
    sa.column("text", sa.Text),
    sa.column("visibility", sa.String),
)
#: As documents are serialised: parts of a field are indented, so no other line begins like this.
SAID = re.compile(r"^visibility: (members|public|twin)$", re.MULTILINE)
END_OF_FRONT = "\n---\n"


def upgrade() -> None:
    op.add_column("solution_revisions", sa.Column("visibility", sa.String(20), nullable=False, server_default=""))
    connection = op.get_bind()
    for number in list(connection.scalars(sa.select(REVISIONS.c.id))):
        text = connection.scalar(sa.select(REVISIONS.c.text).where(REVISIONS.c.id == number)) or ""
        said = SAID.search(text.partition(END_OF_FRONT)[0])
        if said:
            connection.execute(sa.update(REVISIONS).where(REVISIONS.c.id == number).values(visibility=said[1]))


def downgrade() -> None:
    op.drop_column("solution_revisions", "visibility")
