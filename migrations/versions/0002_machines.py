"""Machine clients, their allowance, and responses that can be amended."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATUSES = "status IN ('completed', 'amended', 'in-progress', 'entered-in-error')"


def upgrade() -> None:
    """Add the tables of clients and of replaced versions; give each response a version, a time and an identifier."""
    _clients()
    op.add_column("response", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("response", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("response", sa.Column("identifier_hash", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE response SET updated_at = COALESCE(corrected_at, received_at)")
    with op.batch_alter_table("response") as response:  # SQLite changes no constraint in place: it makes the table anew
        response.alter_column("version", server_default=None)
        response.alter_column("updated_at", nullable=False)
        response.drop_constraint(op.f("ck_response_status_known"), type_="check")
        response.create_check_constraint(op.f("ck_response_status_known"), STATUSES)
    op.create_index(
        "ix_response_identifier",
        "response",
        ["tenant_id", "identifier_hash"],
        unique=True,
        postgresql_where=sa.text("identifier_hash IS NOT NULL"),
        sqlite_where=sa.text("identifier_hash IS NOT NULL"),
    )
    op.create_index(op.f("ix_response_updated_at_id"), "response", ["updated_at", "id"], unique=False)
    _replaced_versions()


def _clients() -> None:
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("all_units", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_client_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_client_tenant_id_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_client_token_hash")),
    )
    op.create_table(
        "client_unit",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_unit_client_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_client_unit_unit_id")),
        sa.PrimaryKeyConstraint("client_id", "unit_id", name=op.f("pk_client_unit")),
    )
    op.create_table(
        "allowance",
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("window_began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.CheckConstraint("granted >= 0", name=op.f("ck_allowance_granted_not_negative")),
        sa.PrimaryKeyConstraint("caller_id", name=op.f("pk_allowance")),
    )


def _replaced_versions() -> None:
    op.create_table(
        "replaced_response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("authored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_replaced_response_patient_id")),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_replaced_response_response_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_replaced_response_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replaced_response")),
        sa.UniqueConstraint("response_id", "version", name=op.f("uq_replaced_response_response_id_version")),
    )
