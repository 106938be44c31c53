"""What the auditor keeps of its own looks, and the patients who are not real."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: its columns come with the code that reads them."""
