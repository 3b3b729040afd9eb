# SPDX-License-Identifier: AGPL-3.0-or-later
"""The body a service account writes drafts for, and errors that readers report on pages."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("service_accounts", sa.Column("body", sa.String(length=120), server_default="", nullable=False))
    op.create_table(
        "page_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("body", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_reports")),
    )


def downgrade() -> None:
    op.drop_table("page_reports")
    op.drop_column("service_accounts", "body")
