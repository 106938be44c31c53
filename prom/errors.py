"""The catalogue of problems: what can be refused, with which HTTP status and which words.

A problem's words stand in the message catalogue under `error.<code>`; pages, API and FHIR say the same in their forms.
"""

from typing import ClassVar


class StartRefused(Exception):
    """Prom will not start as it is set up; the message says what is wrong and what to do."""


class Refused(Exception):
    """Something was asked that cannot be done. `values` fill the catalogue's sentence and hold no health data."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400

    def __init__(self, field: str | None = None, **values: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.values = values


class NotSignedIn(Refused):
    """No valid session came with the request."""

    code, status = "not-signed-in", 401


class NotPermitted(Refused):
    """The signed-in person's role does not hold the permission that the page names."""

    code, status = "not-permitted", 403


class PersonsOnly(NotPermitted):
    """A machine asked for what only a person may do, such as taking an alert."""

    code = "persons-only"


class WrongPassword(NotSignedIn):
    """The user name or the password is wrong. Which one it was is never told."""

    code = "wrong-password"


class NotFound(Refused):
    """There is nothing under this id that the asker may know of."""

    code, status = "not-found", 404


class Conflict(Refused):
    """Somebody else changed it in the meantime, or it is done already."""

    code, status = "conflict", 409


class PublishedAlready(Conflict):
    """The version is published and does not change; `problems` say what would be otherwise."""

    code = "published-already"

    def __init__(self, problems: tuple[object, ...], **values: object) -> None:
        super().__init__("version", **values)
        self.problems = problems


class AlreadyCompleted(Conflict):
    """The assignment has its response already."""

    code = "already-completed"


class StaleVersion(Conflict):
    """The page was older than the row: what happened since must be seen first."""

    code = "stale-version"


class PreconditionFailed(Refused):
    """The caller named a version (If-Match) that is no longer the present one."""

    code, status = "precondition-failed", 412


class PreconditionRequired(Refused):
    """Two people may change this: the caller has to name the version that it saw (If-Match)."""

    code, status = "precondition-required", 428


class Invalid(Refused):
    """A field holds what it cannot hold; `field` names it."""

    code, status = "invalid", 422


class AlreadyRegistered(Invalid):
    """The national identity number belongs to a registered patient."""

    code = "already-registered"


class NotPublished(Invalid):
    """A definition is a draft: a second person, a named clinician, has not signed it."""

    code = "not-published"


class NotSafe(Invalid):
    """An instrument that asks about danger lacks what helps whoever is in it; `problems` say what."""

    code = "not-safe"

    def __init__(self, problems: tuple[object, ...]) -> None:
        super().__init__("safety")
        self.problems = problems


class InvalidResponse(Refused):
    """Answers that the questionnaire does not allow; `problems` are those of `questionnaires.validation`."""

    code, status = "invalid-response", 422

    def __init__(self, problems: tuple[object, ...]) -> None:
        super().__init__()
        self.problems = problems


class DeadLink(Refused):
    """A link that is unknown, expired, locked or used. Which one it was is never told."""

    code, status = "dead-link", 404


class TooMany(Refused):
    """Too many attempts; the words say when to try again."""

    code, status = "too-many", 429
