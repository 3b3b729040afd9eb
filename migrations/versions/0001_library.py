# SPDX-License-Identifier: AGPL-3.0-or-later
"""The library."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "cities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("register", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cities")),
        sa.UniqueConstraint("slug", name=op.f("uq_cities_slug")),
    )
    with op.batch_alter_table("cities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cities_kind"), ["kind"], unique=False)

    op.create_table(
        "legal_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("urn", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("long_label", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_acts")),
        sa.UniqueConstraint("slug", name=op.f("uq_legal_acts_slug")),
    )
    op.create_table(
        "search_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_changes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "solutions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("badge", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("visibility", sa.String(length=20), nullable=False),
        sa.Column("evidence_level", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("front", sa.JSON(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("imported_digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solutions")),
        sa.UniqueConstraint("slug", name=op.f("uq_solutions_slug")),
    )
    with op.batch_alter_table("solutions", schema=None) as batch_op:
        batch_op.create_index("ix_solutions_listed", ["published", "updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_solutions_published"), ["published"], unique=False)

    op.create_table(
        "themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("parent_slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("slug", name=op.f("uq_themes_slug")),
    )
    op.create_table(
        "unmet_searches",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "text", name=op.f("pk_unmet_searches")),
    )
    op.create_table(
        "written_pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("updated_on", sa.String(length=10), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_pages")),
        sa.UniqueConstraint("name", "language", name=op.f("uq_written_pages_name")),
    )
    op.create_table(
        "solution_acts",
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("in_legal_basis", sa.Boolean(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["legal_acts.id"], name=op.f("fk_solution_acts_act_id_legal_acts")),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["solutions.id"], name=op.f("fk_solution_acts_solution_id_solutions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("solution_id", "act_id", name=op.f("pk_solution_acts")),
    )
    with op.batch_alter_table("solution_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solution_acts_act_id"), ["act_id"], unique=False)

    op.create_table(
        "solution_bodies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("start", sa.String(length=20), nullable=False),
        sa.Column("end", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_solution_bodies_city_id_cities")),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["solutions.id"], name=op.f("fk_solution_bodies_solution_id_solutions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_bodies")),
    )
    with op.batch_alter_table("solution_bodies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solution_bodies_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_solution_bodies_solution_id"), ["solution_id"], unique=False)

    op.create_table(
        "solution_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("footnotes", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["solution_id"],
            ["solutions.id"],
            name=op.f("fk_solution_revisions_solution_id_solutions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_revisions")),
        sa.UniqueConstraint("solution_id", "number", name=op.f("uq_solution_revisions_solution_id")),
    )
    with op.batch_alter_table("solution_revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solution_revisions_solution_id"), ["solution_id"], unique=False)

    op.create_table(
        "solution_themes",
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["solutions.id"], name=op.f("fk_solution_themes_solution_id_solutions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_solution_themes_theme_id_themes")),
        sa.PrimaryKeyConstraint("solution_id", "theme_id", name=op.f("pk_solution_themes")),
    )
    with op.batch_alter_table("solution_themes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solution_themes_theme_id"), ["theme_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("solution_themes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_solution_themes_theme_id"))

    op.drop_table("solution_themes")
    with op.batch_alter_table("solution_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_solution_revisions_solution_id"))

    op.drop_table("solution_revisions")
    with op.batch_alter_table("solution_bodies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_solution_bodies_solution_id"))
        batch_op.drop_index(batch_op.f("ix_solution_bodies_city_id"))

    op.drop_table("solution_bodies")
    with op.batch_alter_table("solution_acts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_solution_acts_act_id"))

    op.drop_table("solution_acts")
    op.drop_table("written_pages")
    op.drop_table("unmet_searches")
    op.drop_table("themes")
    with op.batch_alter_table("solutions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_solutions_published"))
        batch_op.drop_index("ix_solutions_listed")

    op.drop_table("solutions")
    op.drop_table("search_changes")
    op.drop_table("legal_acts")
    with op.batch_alter_table("cities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cities_kind"))

    op.drop_table("cities")
