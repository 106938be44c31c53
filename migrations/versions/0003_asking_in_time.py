"""Asking in time: pauses, anchors, choices, messages composed as they are sent, and the patient's own page."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('assignment', 'new-link', 'on-call', 'reminder', 'information', 'ended', 'code', 'question', 'reply',"
    " 'staff')"
)
#: What is composed as it is sent from now on. With words of the version before it would be sent unlooked at.
COMPOSED_ANEW = """
    UPDATE message SET letter_sealed = NULL
    WHERE state = 'pending' AND attempts = 0 AND kind IN ('assignment', 'new-link', 'reminder')
    AND assignment_id IS NOT NULL
"""
#: What goes before the rest of the queue: somebody waits for it with the phone in hand.
WAITED_FOR = "state IN ('pending', 'leased', 'ambiguous') AND kind IN ('reply', 'code', 'new-link')"
OPENED = """
    UPDATE plan SET
        opened = (
            SELECT count(*) FROM assignment
            WHERE assignment.episode_id = plan.episode_id AND assignment.origin = 'planned'
            AND assignment.occurrence LIKE plan.key || ':%'
        ),
        last_opened_at = (
            SELECT max(opens_at) FROM assignment
            WHERE assignment.episode_id = plan.episode_id AND assignment.origin = 'planned'
            AND assignment.occurrence LIKE plan.key || ':%'
        )
"""


def upgrade() -> None:
    """Add the tables and columns; what was opened by each plan is counted from its assignments."""
    _patients()
    _episodes()
    _asking()
    _messages()
    _own_page()
    _leading()


def _patients() -> None:
    op.create_table(
        "contact_problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "code IN ('opted-out', 'landline', 'unreachable', 'no-number', 'not-digital', 'reserved')",
            name=op.f("ck_contact_problem_code_known"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_contact_problem_patient_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contact_problem_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_problem")),
    )
    op.create_index(
        "ix_contact_problem_open",
        "contact_problem",
        ["patient_id", "code"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
        sqlite_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index(
        op.f("ix_contact_problem_patient_id_raised_at"), "contact_problem", ["patient_id", "raised_at"], unique=False
    )
    op.add_column("contact_point", sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("patient", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("patient", sa.Column("stop_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("patient", sa.Column("person_checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("patient", sa.Column("person_tried_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_patient_person_checked_at"), "patient", ["person_checked_at"], unique=False)
    with op.batch_alter_table("patient") as patient:
        patient.create_check_constraint(
            op.f("ck_patient_stopped_says_why"), "(stopped_at IS NULL) = (stop_sealed IS NULL)"
        )
    op.create_table(
        "setting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('installation', 'unit', 'patient')", name=op.f("ck_setting_level_known")),
        sa.ForeignKeyConstraint(["set_by"], ["clinician.id"], name=op.f("fk_setting_set_by")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_setting_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_setting_owner_id_name")),
    )


def _episodes() -> None:
    op.create_table(
        "episode_anchor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_episode_anchor_episode_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_episode_anchor_patient_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_episode_anchor_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode_anchor")),
        sa.UniqueConstraint("episode_id", "code", name=op.f("uq_episode_anchor_episode_id_code")),
    )
    op.add_column("episode", sa.Column("end_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("episode", sa.Column("paused_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("episode", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("episode", sa.Column("pause_sealed", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("episode") as episode:
        episode.create_check_constraint(
            op.f("ck_episode_pause_has_an_end"), "(paused_from IS NULL) = (paused_until IS NULL)"
        )
        episode.create_check_constraint(op.f("ck_episode_pause_in_order"), "paused_from <= paused_until")


def _asking() -> None:
    op.add_column("plan", sa.Column("opened", sa.Integer(), server_default="0", nullable=False))
    op.add_column("plan", sa.Column("last_opened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("plan", sa.Column("cause_id", sa.Uuid(), nullable=True))
    op.execute(OPENED)
    with op.batch_alter_table("plan") as plan:  # SQLite changes no column in place: it makes the table anew
        plan.alter_column("opened", server_default=None)
        plan.create_check_constraint(op.f("ck_plan_opened_not_negative"), "opened >= 0")
    op.create_index(op.f("ix_visit_assignment_id"), "visit", ["assignment_id"], unique=False)
    op.create_table(
        "personal_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_birth_dates", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_personal_link_patient_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_personal_link_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_personal_link_token_hash")),
    )
    op.create_index(op.f("ix_personal_link_patient_id"), "personal_link", ["patient_id"], unique=False)
    op.create_table(
        "information",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_information_episode_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_information_patient_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_information_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information")),
        sa.UniqueConstraint("episode_id", "key", name=op.f("uq_information_episode_id_key")),
    )
    op.create_index(op.f("ix_information_patient_id_given_at"), "information", ["patient_id", "given_at"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("misread", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('asking', 'done', 'given-up')", name=op.f("ck_conversation_state_known")),
        sa.CheckConstraint("position >= 0 AND misread >= 0", name=op.f("ck_conversation_counts_not_negative")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_conversation_assignment_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_conversation_patient_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_conversation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_conversation_assignment_id")),
    )
    op.create_index(
        op.f("ix_conversation_patient_id_asked_at"), "conversation", ["patient_id", "asked_at"], unique=False
    )


def _messages() -> None:
    op.add_column("message", sa.Column("composed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("segments", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_message_accepted",
        "message",
        ["accepted_at"],
        unique=False,
        postgresql_where=sa.text("accepted_at IS NOT NULL"),
        sqlite_where=sa.text("accepted_at IS NOT NULL"),
    )
    with op.batch_alter_table("message") as message:
        message.drop_constraint(op.f("ck_message_kind_known"), type_="check")
        message.drop_constraint(op.f("ck_message_open_has_a_letter"), type_="check")
        message.create_check_constraint(op.f("ck_message_kind_known"), KINDS)
    op.execute(COMPOSED_ANEW)
    op.create_index(
        "ix_message_due_waited_for",
        "message",
        ["try_at"],
        unique=False,
        postgresql_where=sa.text(WAITED_FOR),
        sqlite_where=sa.text(WAITED_FOR),
    )
    op.create_table(
        "message_copy",
        sa.Column("vendor_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_copy_message_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_message_copy_tenant_id")),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_message_copy")),
    )
    op.create_index(op.f("ix_message_copy_message_id"), "message_copy", ["message_id"], unique=False)
    op.create_table(
        "incoming",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("vendor_id", sa.String(), nullable=False),
        sa.Column("letter_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint("(handled_at IS NULL) = (outcome IS NULL)", name=op.f("ck_incoming_handled_says_how")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_incoming_patient_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_incoming_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming")),
        sa.UniqueConstraint("vendor_id", name=op.f("uq_incoming_vendor_id")),
    )
    op.create_index(
        "ix_incoming_open",
        "incoming",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("handled_at IS NULL"),
        sqlite_where=sa.text("handled_at IS NULL"),
    )
    op.create_index(op.f("ix_incoming_patient_id_received_at"), "incoming", ["patient_id", "received_at"], unique=False)


def _own_page() -> None:
    op.create_table(
        "code_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_code_attempt_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_attempt")),
    )
    op.create_index(
        op.f("ix_code_attempt_number_hash_created_at"), "code_attempt", ["number_hash", "created_at"], unique=False
    )
    op.create_index(op.f("ix_code_attempt_created_at"), "code_attempt", ["created_at"], unique=False)
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_one_time_code_tries_not_negative")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_one_time_code_patient_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_one_time_code_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
    )
    op.create_index(op.f("ix_one_time_code_browser_hash"), "one_time_code", ["browser_hash"], unique=False)
    op.create_index(
        op.f("ix_one_time_code_patient_id_created_at"), "one_time_code", ["patient_id", "created_at"], unique=False
    )
    op.create_table(
        "patient_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_patient_session_patient_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_patient_session_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_patient_session_token_hash")),
    )


def _leading() -> None:
    op.create_table(
        "leader",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leader")),
    )
