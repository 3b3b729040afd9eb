# SPDX-License-Identifier: AGPL-3.0-or-later
"""A saved search has one key whatever the order, kind or page it was read in: those saved before get it, each once."""

from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

FOLLOWS = sa.table("follows", sa.column("id"), sa.column("person_id"), sa.column("kind"), sa.column("key"))
#: How it was read, not what was asked.
READ_IN = frozenset({"ordine", "tipo", "pagina"})


def upgrade() -> None:
    connection = op.get_bind()
    wanted = sa.select(FOLLOWS.c.id, FOLLOWS.c.person_id, FOLLOWS.c.key).where(FOLLOWS.c.kind == "search")
    first: dict[tuple[int, str], tuple[int, str]] = {}
    again = []
    for number, person, key in connection.execute(wanted.order_by(FOLLOWS.c.id)).all():
        # One that asks for nothing has no other name.
        if first.setdefault((person, _tidy(key) or key), (number, key)) != (number, key):
            again.append(number)
    for number in again:
        connection.execute(sa.delete(FOLLOWS).where(FOLLOWS.c.id == number))
    for (_person, tidy), (number, key) in first.items():
        if tidy != key:
            connection.execute(sa.update(FOLLOWS).where(FOLLOWS.c.id == number).values(key=tidy))


def downgrade() -> None:
    """The release before reads these keys too."""


def _tidy(key: str) -> str:
    asked: dict[str, list[str]] = {}
    for name, value in parse_qsl(key):
        if name not in READ_IN:
            asked.setdefault(name, []).append(value)
    return urlencode({name: sorted(values) for name, values in asked.items()}, doseq=True)
