"""The auditor looks at silence too: what it has looked at, and where it disagreed over one that nobody answered."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UNCHECKED = "silence_checked_at IS NULL AND (silence_raised_at IS NOT NULL OR status = 'expired')"


def upgrade() -> None:
    """Count all silence until now as looked at: whether she was paused then can no longer be known."""
    op.add_column("assignment", sa.Column("silence_checked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE assignment SET silence_checked_at = COALESCE(silence_raised_at, expires_at) "
        "WHERE silence_raised_at IS NOT NULL OR status = 'expired'"
    )
    op.create_index(
        "ix_assignment_silence_unchecked",
        "assignment",
        ["overdue_at"],
        unique=False,
        postgresql_where=sa.text(_UNCHECKED),
        sqlite_where=sa.text(_UNCHECKED),
    )
    with op.batch_alter_table("disagreement") as table:
        table.alter_column("response_id", existing_type=sa.Uuid(), nullable=True)
        table.add_column(sa.Column("assignment_id", sa.Uuid(), nullable=True))
        table.create_check_constraint(
            op.f("ck_disagreement_over_one_thing"), "(response_id IS NULL) = (assignment_id IS NOT NULL)"
        )
