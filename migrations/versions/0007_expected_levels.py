"""What a clinician decides for one patient, and findings that are held back because they were expected."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the decisions, none; let evidence stand without an alert where a decision holds it back."""
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('expected-level', 'own-limit', 'baseline')", name=op.f("ck_decision_kind_known")),
        sa.CheckConstraint(
            "ended_because IN ('replaced', 'taken-back', 'broken', 'course-changed')",
            name=op.f("ck_decision_ended_because_known"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_decision_ended_says_why")),
        sa.CheckConstraint(
            "kind <> 'expected-level' OR ends_at IS NOT NULL", name=op.f("ck_decision_expected_has_an_end")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_decision_tenant_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_decision_patient_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_decision_episode_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_decision_unit_id")),
        sa.ForeignKeyConstraint(["made_by"], ["clinician.id"], name=op.f("fk_decision_made_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["clinician.id"], name=op.f("fk_decision_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(
        "ix_decision_one_stands",
        "decision",
        ["episode_id", "subject_hash"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_decision_episode_id_made_at"), "decision", ["episode_id", "made_at"], unique=False)
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("held_by", sa.Uuid(), nullable=True))
        evidence.alter_column("alert_id", existing_type=sa.Uuid(), nullable=True)
        evidence.create_check_constraint(
            op.f("ck_evidence_raised_or_held"), "(alert_id IS NULL) = (held_by IS NOT NULL)"
        )
    op.create_index(
        "ix_evidence_held",
        "evidence",
        ["held_by"],
        unique=False,
        postgresql_where=sa.text("held_by IS NOT NULL"),
        sqlite_where=sa.text("held_by IS NOT NULL"),
    )
