"""Nothing yet: kept free for whoever owns it in this session."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""
