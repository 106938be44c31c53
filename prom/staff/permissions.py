"""Who may do what: one enum of permissions, one table from role to permissions.

Which patients a role's permission reaches is decided beside it: by the units where the clinician works. What a machine
may do stands in prom/clients/scopes.py, by the same permissions.
"""

from enum import StrEnum


class Permission(StrEnum):
    """What a page or route asks of whoever calls it."""

    READ_WORKLIST = "read worklist"
    READ_PATIENT = "read patient"
    REGISTER_PATIENT = "register patient"
    CHANGE_EPISODE = "change episode"
    HANDLE_ALERT = "handle alert"
    RECORD_RESPONSE = "record response"
    CORRECT_RESPONSE = "correct response"
    EXPORT_ANSWERS = "export answers"
    READ_AUDIT = "read audit"
    READ_OUTBOX = "read outbox"
    READ_RESPONSE = "read response"
    SUBMIT_RESPONSE = "submit response"
    AMEND_RESPONSE = "amend response"
    READ_QUESTIONNAIRE = "read questionnaire"
    AUTHOR_QUESTIONNAIRE = "author questionnaire"
    PUBLISH_QUESTIONNAIRE = "publish questionnaire"
    READ_ASSIGNMENT = "read assignment"
    CREATE_ASSIGNMENT = "create assignment"
    CHANGE_SETTINGS = "change settings"
    READ_ALERT = "read alert"
    READ_METRICS = "read metrics"
    READ_FIGURES = "read figures"
    READ_SAFETY_PROBLEMS = "read safety problems"
    OWN_SESSION = "own session"


class Role(StrEnum):
    """A job that people hold at the hospital."""

    NURSE = "nurse"
    PHYSICIAN = "physician"
    QUALITY = "quality"
    ADMINISTRATOR = "administrator"


_CLINICAL = frozenset(
    {
        Permission.READ_WORKLIST,
        Permission.READ_PATIENT,
        Permission.REGISTER_PATIENT,
        Permission.CHANGE_EPISODE,
        Permission.HANDLE_ALERT,
        Permission.RECORD_RESPONSE,
        Permission.CORRECT_RESPONSE,
        Permission.READ_AUDIT,
        Permission.READ_RESPONSE,
        Permission.READ_QUESTIONNAIRE,
        Permission.AUTHOR_QUESTIONNAIRE,
        Permission.PUBLISH_QUESTIONNAIRE,
        Permission.READ_ASSIGNMENT,
        Permission.READ_ALERT,
        Permission.READ_FIGURES,
        Permission.OWN_SESSION,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.NURSE: _CLINICAL | {Permission.READ_OUTBOX},
    Role.PHYSICIAN: _CLINICAL,
    Role.QUALITY: frozenset(
        {Permission.EXPORT_ANSWERS, Permission.READ_FIGURES, Permission.AUTHOR_QUESTIONNAIRE, Permission.OWN_SESSION}
    ),
    # Administrators see no health data.
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.READ_OUTBOX,
            Permission.CHANGE_SETTINGS,
            Permission.READ_SAFETY_PROBLEMS,
            Permission.OWN_SESSION,
        }
    ),
}
