"""Asked beside the plan: what she, a clinician or a machine opened is found without reading all that is open."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'open' AND origin IN ('patient', 'clinician', 'machine')")


def upgrade() -> None:
    """Add a small index over the few of them that are open."""
    op.create_index("ix_assignment_unplanned", "assignment", ["patient_id"], postgresql_where=OPEN, sqlite_where=OPEN)
