"""Who is on duty: the roster of the phones that ring. Where there is none, each unit's own phone rings, as before."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the roster, empty."""
    op.create_table(
        "duty_shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_duty_shift_level_known")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_shift_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_duty_shift_tenant_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_duty_shift_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
        sa.UniqueConstraint(
            "unit_id", "level", "phone", "starts_at", name=op.f("uq_duty_shift_unit_id_level_phone_starts_at")
        ),
    )
    op.create_index(op.f("ix_duty_shift_unit_id_ends_at"), "duty_shift", ["unit_id", "ends_at"], unique=False)
