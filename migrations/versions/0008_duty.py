"""Who is on duty: a unit's hours, targets, rosters and the levels of escalation."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: its columns come with the code that reads them."""
