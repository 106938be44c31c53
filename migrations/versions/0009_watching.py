"""Nothing: the patient who is not real leaves no row that would have to be marked (prom/oversight/canary.py)."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep every table as it is."""
