"""What is written by the thousand at nine o'clock: fewer keys and entries for each assignment and message."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: An assignment's episode has them, and its row is made from the episode's. Looking each up, and locking its row, took
#: longer than writing the assignment.
IMPLIED = ("tenant_id", "patient_id", "unit_id")
HAS_VENDOR_ID = "vendor_id IS NOT NULL"


def upgrade() -> None:
    """Drop the foreign keys that the episode implies, and keep only what is sent in the index of the vendor's ids."""
    for name in ("assignment", "message"):
        with op.batch_alter_table(name) as table:
            for column in IMPLIED:
                table.drop_constraint(op.f(f"fk_{name}_{column}"), type_="foreignkey")
    op.drop_index(op.f("ix_message_vendor_id"), "message")
    op.create_index(
        op.f("ix_message_vendor_id"),
        "message",
        ["vendor_id"],
        unique=False,
        postgresql_where=sa.text(HAS_VENDOR_ID),
        sqlite_where=sa.text(HAS_VENDOR_ID),
    )
