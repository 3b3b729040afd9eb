# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests and twinnings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "matching_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("weights_version", sa.String(length=40), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_rounds")),
    )
    op.create_table(
        "weights_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("simulation", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weights_decisions")),
        sa.UniqueConstraint("version", name=op.f("uq_weights_decisions_version")),
    )
    op.create_table(
        "capacities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("stated_by", sa.Integer(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_capacities_city_id_cities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacities")),
        sa.UniqueConstraint("city_id", "quarter", name=op.f("uq_capacities_city_id")),
    )
    with op.batch_alter_table("capacities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capacities_city_id"), ["city_id"], unique=False)

    op.create_table(
        "needs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("by_when", sa.Date(), nullable=True),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("constraints", sa.JSON(), nullable=False),
        sa.Column("formats", sa.JSON(), nullable=False),
        sa.Column("visibility", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shortlisted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("outcome_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_needs_city_id_cities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
    )
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.create_index("ix_needs_board", ["state", "published_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_needs_city_id"), ["city_id"], unique=False)

    op.create_table(
        "need_receivers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("joined_by", sa.Integer(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_need_receivers_city_id_cities")),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_need_receivers_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_receivers")),
        sa.UniqueConstraint("need_id", "city_id", name=op.f("uq_need_receivers_need_id")),
    )
    with op.batch_alter_table("need_receivers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_receivers_need_id"), ["need_id"], unique=False)

    op.create_table(
        "need_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_need_versions_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_versions")),
        sa.UniqueConstraint("need_id", "edition", name=op.f("uq_need_versions_need_id")),
    )
    with op.batch_alter_table("need_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_versions_need_id"), ["need_id"], unique=False)

    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("later_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("reason_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["giver_id"], ["cities.id"], name=op.f("fk_proposals_giver_id_cities")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_proposals_need_id_needs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["round_id"], ["matching_rounds.id"], name=op.f("fk_proposals_round_id_matching_rounds")
        ),
        sa.ForeignKeyConstraint(["solution_id"], ["solutions.id"], name=op.f("fk_proposals_solution_id_solutions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index("ix_proposals_giver", ["giver_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_need_id"), ["need_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposals_solution_id"), ["solution_id"], unique=False)
        batch_op.create_index("ix_proposals_waiting", ["state", "due_at"], unique=False)

    op.create_table(
        "shown_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weights_version", sa.String(length=40), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_shown_sets_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_sets")),
    )
    with op.batch_alter_table("shown_sets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shown_sets_need_id"), ["need_id"], unique=False)

    op.create_table(
        "twinnings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("phase", sa.String(length=12), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_reason", sa.String(length=40), nullable=False),
        sa.Column("stop_text", sa.Text(), nullable=False),
        sa.Column("stop_public", sa.Boolean(), nullable=False),
        sa.Column("verification", sa.String(length=40), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["cities.id"], name=op.f("fk_twinnings_lead_id_cities")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_twinnings_need_id_needs")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_twinnings_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["solution_id"], ["solutions.id"], name=op.f("fk_twinnings_solution_id_solutions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twinnings")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_twinnings_proposal_id")),
        sa.UniqueConstraint("verification", name=op.f("uq_twinnings_verification")),
    )
    with op.batch_alter_table("twinnings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_twinnings_need_id"), ["need_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_twinnings_solution_id"), ["solution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_twinnings_state"), ["state"], unique=False)

    op.create_table(
        "closing_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("filled_by", sa.Integer(), nullable=True),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_closing_forms_city_id_cities")),
        sa.ForeignKeyConstraint(
            ["twinning_id"], ["twinnings.id"], name=op.f("fk_closing_forms_twinning_id_twinnings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_forms")),
        sa.UniqueConstraint("twinning_id", "city_id", name=op.f("uq_closing_forms_twinning_id")),
    )
    with op.batch_alter_table("closing_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closing_forms_twinning_id"), ["twinning_id"], unique=False)

    op.create_table(
        "kit_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adapted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["twinning_id"], ["twinnings.id"], name=op.f("fk_kit_checks_twinning_id_twinnings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_checks")),
        sa.UniqueConstraint("twinning_id", "title", name=op.f("uq_kit_checks_twinning_id")),
    )
    with op.batch_alter_table("kit_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kit_checks_twinning_id"), ["twinning_id"], unique=False)

    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("minutes_text", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["twinning_id"], ["twinnings.id"], name=op.f("fk_meetings_twinning_id_twinnings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("uid", name=op.f("uq_meetings_uid")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_twinning_id"), ["twinning_id"], unique=False)

    op.create_table(
        "milestones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("phase", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["twinning_id"], ["twinnings.id"], name=op.f("fk_milestones_twinning_id_twinnings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
    )
    with op.batch_alter_table("milestones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestones_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_milestones_twinning_id"), ["twinning_id"], unique=False)

    op.create_table(
        "readiness_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("precondition", sa.String(length=400), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=160), nullable=False),
        sa.Column("by_when", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_readiness_answers_city_id_cities")),
        sa.ForeignKeyConstraint(
            ["twinning_id"],
            ["twinnings.id"],
            name=op.f("fk_readiness_answers_twinning_id_twinnings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readiness_answers")),
        sa.UniqueConstraint("twinning_id", "city_id", "precondition", name=op.f("uq_readiness_answers_twinning_id")),
    )
    with op.batch_alter_table("readiness_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readiness_answers_twinning_id"), ["twinning_id"], unique=False)

    op.create_table(
        "twinning_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["twinning_id"], ["twinnings.id"], name=op.f("fk_twinning_notes_twinning_id_twinnings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twinning_notes")),
    )
    with op.batch_alter_table("twinning_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_twinning_notes_twinning_id"), ["twinning_id"], unique=False)

    op.create_table(
        "twinning_parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_twinning_parties_city_id_cities")),
        sa.ForeignKeyConstraint(
            ["twinning_id"],
            ["twinnings.id"],
            name=op.f("fk_twinning_parties_twinning_id_twinnings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twinning_parties")),
        sa.UniqueConstraint("twinning_id", "city_id", name=op.f("uq_twinning_parties_twinning_id")),
    )
    with op.batch_alter_table("twinning_parties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_twinning_parties_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_twinning_parties_twinning_id"), ["twinning_id"], unique=False)

    op.create_table(
        "twinning_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_twinning_people_city_id_cities")),
        sa.ForeignKeyConstraint(
            ["twinning_id"], ["twinnings.id"], name=op.f("fk_twinning_people_twinning_id_twinnings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twinning_people")),
        sa.UniqueConstraint("twinning_id", "person_id", name=op.f("uq_twinning_people_twinning_id")),
    )
    with op.batch_alter_table("twinning_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_twinning_people_twinning_id"), ["twinning_id"], unique=False)

    op.create_table(
        "worked_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twinning_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("quarters", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_worked_hours_city_id_cities")),
        sa.ForeignKeyConstraint(
            ["twinning_id"], ["twinnings.id"], name=op.f("fk_worked_hours_twinning_id_twinnings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worked_hours")),
    )
    with op.batch_alter_table("worked_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worked_hours_twinning_id"), ["twinning_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("worked_hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_worked_hours_twinning_id"))

    op.drop_table("worked_hours")
    with op.batch_alter_table("twinning_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_twinning_people_twinning_id"))

    op.drop_table("twinning_people")
    with op.batch_alter_table("twinning_parties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_twinning_parties_twinning_id"))
        batch_op.drop_index(batch_op.f("ix_twinning_parties_city_id"))

    op.drop_table("twinning_parties")
    with op.batch_alter_table("twinning_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_twinning_notes_twinning_id"))

    op.drop_table("twinning_notes")
    with op.batch_alter_table("readiness_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_readiness_answers_twinning_id"))

    op.drop_table("readiness_answers")
    with op.batch_alter_table("milestones", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestones_twinning_id"))
        batch_op.drop_index(batch_op.f("ix_milestones_due_on"))

    op.drop_table("milestones")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetings_twinning_id"))

    op.drop_table("meetings")
    with op.batch_alter_table("kit_checks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kit_checks_twinning_id"))

    op.drop_table("kit_checks")
    with op.batch_alter_table("closing_forms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closing_forms_twinning_id"))

    op.drop_table("closing_forms")
    with op.batch_alter_table("twinnings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_twinnings_state"))
        batch_op.drop_index(batch_op.f("ix_twinnings_solution_id"))
        batch_op.drop_index(batch_op.f("ix_twinnings_need_id"))

    op.drop_table("twinnings")
    with op.batch_alter_table("shown_sets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shown_sets_need_id"))

    op.drop_table("shown_sets")
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.drop_index("ix_proposals_waiting")
        batch_op.drop_index(batch_op.f("ix_proposals_solution_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_round_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_need_id"))
        batch_op.drop_index("ix_proposals_giver")

    op.drop_table("proposals")
    with op.batch_alter_table("need_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_versions_need_id"))

    op.drop_table("need_versions")
    with op.batch_alter_table("need_receivers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_receivers_need_id"))

    op.drop_table("need_receivers")
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_needs_city_id"))
        batch_op.drop_index("ix_needs_board")

    op.drop_table("needs")
    with op.batch_alter_table("capacities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capacities_city_id"))

    op.drop_table("capacities")
    op.drop_table("weights_decisions")
    op.drop_table("matching_rounds")
