# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database itself refuses to change or remove a row of the journal; adding rows is all it lets be done."""

from alembic import op

revision = "0010"
down_revision = "0009"

REFUSAL = "rows of the journal are added, never changed or removed"
SQLITE = tuple(
    f"CREATE TRIGGER journal_{verb.lower()} BEFORE {verb} ON journal BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRES = (
    f"CREATE FUNCTION journal_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE TRIGGER journal_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON journal"
    " FOR EACH STATEMENT EXECUTE FUNCTION journal_kept()",
)


def upgrade() -> None:
    for statement in SQLITE if _on_sqlite() else POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    if _on_sqlite():
        op.execute("DROP TRIGGER journal_update")
        op.execute("DROP TRIGGER journal_delete")
    else:
        op.execute("DROP TRIGGER journal_kept ON journal")
        op.execute("DROP FUNCTION journal_kept()")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
