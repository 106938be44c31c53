"""Notes for the record, and the mark of a closing that still owes one. What was closed before owes none."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OWED = sa.text("note_owed_at IS NOT NULL")
WAITS = sa.text("filed_at IS NULL")


def upgrade() -> None:
    """Add the mark, empty, and make the table of notes."""
    op.add_column("alert", sa.Column("note_owed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_alert_note_owed", "alert", ["note_owed_at"], postgresql_where=OWED, sqlite_where=OWED)
    op.create_table(
        "record_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("status IN ('final', 'entered-in-error')", name=op.f("ck_record_note_status_known")),
        sa.CheckConstraint(
            "filed_by IS NULL OR filed_at IS NOT NULL", name=op.f("ck_record_note_filed_by_hand_is_filed")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_record_note_tenant_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_record_note_patient_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_record_note_unit_id")),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_record_note_alert_id")),
        sa.ForeignKeyConstraint(["filed_by"], ["clinician.id"], name=op.f("fk_record_note_filed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_note")),
        sa.UniqueConstraint("alert_id", "status", name=op.f("uq_record_note_alert_id_status")),
    )
    op.create_index("ix_record_note_waits", "record_note", ["try_at"], postgresql_where=WAITS, sqlite_where=WAITS)
    op.create_index(op.f("ix_record_note_patient_id"), "record_note", ["patient_id"])
