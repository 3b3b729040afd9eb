# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database itself refuses to change or remove a row of the journal; adding rows is all it lets be done."""

from alembic import op

revision = "0010"
down_revision = "0009"

REFUSAL = "rows of the journal are added, never changed or removed"
#: Writing over a row (`INSERT OR REPLACE`) fires no trigger of its removal.
OVER = "WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id OR digest = NEW.digest)"
SQLITE = tuple(
    f"CREATE TRIGGER journal_{verb.lower()} BEFORE {verb} ON journal {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", OVER))
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
        for verb in ("update", "delete", "insert"):
            op.execute(f"DROP TRIGGER IF EXISTS journal_{verb}")
    else:
        op.execute("DROP TRIGGER journal_kept ON journal")
        op.execute("DROP FUNCTION journal_kept()")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
