# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that both sides of a twinning share, and the variant that each receiver began."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "twinning_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("mime", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_twinning_files_city_id_cities")),
        sa.ForeignKeyConstraint(
            ["twinning_id"],
            ["twinnings.id"],
            name=op.f("fk_twinning_files_twinning_id_twinnings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twinning_files")),
    )
    op.create_index(op.f("ix_twinning_files_twinning_id"), "twinning_files", ["twinning_id"])
    with op.batch_alter_table("twinning_parties") as table:
        table.add_column(sa.Column("variant_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_twinning_parties_variant_id_solutions"), "solutions", ["variant_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("twinning_parties") as table:
        table.drop_constraint(op.f("fk_twinning_parties_variant_id_solutions"), type_="foreignkey")
        table.drop_column("variant_id")
    op.drop_index(op.f("ix_twinning_files_twinning_id"), table_name="twinning_files")
    op.drop_table("twinning_files")
