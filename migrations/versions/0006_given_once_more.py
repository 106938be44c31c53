"""A text of the pathway that is given once more, on its new day: which it is says when it was given."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an episode have a text more than once, but not twice at one moment."""
    with op.batch_alter_table("information") as information:
        information.drop_constraint(op.f("uq_information_episode_id_key"), type_="unique")
        information.create_unique_constraint(
            op.f("uq_information_episode_id_key_given_at"), ["episode_id", "key", "given_at"]
        )
