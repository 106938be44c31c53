"""What a clinician expects of one patient: levels, thresholds and baselines of her own."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: its columns come with the code that reads them."""
