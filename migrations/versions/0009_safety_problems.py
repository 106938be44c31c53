"""What staff have found unsafe in Prom itself."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make its table, empty."""
    op.create_table(
        "safety_problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name=op.f("ck_safety_problem_seen_by_somebody")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_safety_problem_tenant_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["clinician.id"], name=op.f("fk_safety_problem_reported_by")),
        sa.ForeignKeyConstraint(["seen_by"], ["clinician.id"], name=op.f("fk_safety_problem_seen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_problem")),
    )
    op.create_index(
        "ix_safety_problem_unseen",
        "safety_problem",
        ["reported_at"],
        unique=False,
        postgresql_where=sa.text("seen_at IS NULL"),
        sqlite_where=sa.text("seen_at IS NULL"),
    )
