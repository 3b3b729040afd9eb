# SPDX-License-Identifier: AGPL-3.0-or-later
"""Errors that readers find on pages that are no solution's."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "page_reports",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("body", sa.String(120), nullable=False),
        sa.Column("theme", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("reader_email", sa.String(254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Integer(), nullable=True),
    )
    op.create_index("ix_page_reports_open", "page_reports", ["resolved_at", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_page_reports_open", "page_reports")
    op.drop_table("page_reports")
