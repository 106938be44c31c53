"""What is left of asking at the right time."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet: its columns come with the code that reads them."""
