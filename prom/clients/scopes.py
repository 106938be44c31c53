"""What a client may be allowed: one table from a scope's name to permissions.

The FHIR door's scopes are named as SMART App Launch 2 names those of backend services (`system/<resource>.<cruds>`);
what FHIR has no name for begins with `prom/`.
"""

import re
from collections.abc import Iterable, Mapping

from prom.errors import Invalid
from prom.staff.permissions import Permission

SCOPES: Mapping[str, frozenset[Permission]] = {
    "system/QuestionnaireResponse.c": frozenset({Permission.SUBMIT_RESPONSE}),
    "system/QuestionnaireResponse.u": frozenset({Permission.AMEND_RESPONSE}),
    "system/QuestionnaireResponse.rs": frozenset({Permission.READ_RESPONSE}),
    "system/Questionnaire.rs": frozenset({Permission.READ_QUESTIONNAIRE}),
    "system/Task.rs": frozenset({Permission.READ_ASSIGNMENT}),
    "system/Task.c": frozenset({Permission.CREATE_ASSIGNMENT}),
    "prom/patients.read": frozenset({Permission.READ_PATIENT, Permission.READ_ASSIGNMENT, Permission.READ_RESPONSE}),
    "prom/patients.write": frozenset({Permission.REGISTER_PATIENT}),
    "prom/episodes.write": frozenset({Permission.CHANGE_EPISODE}),
    "prom/worklist.read": frozenset({Permission.READ_WORKLIST, Permission.READ_ALERT}),
    "prom/alerts.read": frozenset({Permission.READ_ALERT}),
    "prom/exports.read": frozenset({Permission.EXPORT_ANSWERS}),
    "prom/audit.read": frozenset({Permission.READ_AUDIT}),
    "prom/metrics.read": frozenset({Permission.READ_METRICS}),
}

#: The letters of SMART's second version, and the words of its first.
_SYSTEM = re.compile(r"system/(?P<resource>[A-Za-z]+)\.(?P<does>read|write|\*|[cruds]+)")
_WORDS = {"read": "rs", "write": "cu", "*": "curs"}


def canonical(given: Iterable[str]) -> tuple[str, ...]:
    """Return scopes as the table names them, sorted: `.curs` and SMART 1's `.read` are split up.

    Raises Invalid naming the first scope that does not exist, in part or as a whole, or for no scope at all.
    """
    found = {name for scope in given for name in _split(scope)}
    if not found:
        raise Invalid("scope", known=", ".join(SCOPES))
    return tuple(sorted(found))


def _split(scope: str) -> list[str]:
    if scope in SCOPES:
        return [scope]
    match = _SYSTEM.fullmatch(scope)
    does = _WORDS.get(match["does"], match["does"]) if match else ""
    named = [f"system/{match['resource']}.{letters}" for letters in _letters(does)] if match else []
    wide = match is not None and match["does"] in _WORDS
    kept = [name for name in named if name in SCOPES]
    if not kept or (not wide and kept != named):
        raise Invalid("scope", given=scope, known=", ".join(SCOPES))
    return kept


def _letters(does: str) -> list[str]:
    """Reading by id and by search go together here; the others stand alone."""
    if ("r" in does) != ("s" in does):
        return [does]
    return [letter for letter in "cud" if letter in does] + (["rs"] if "r" in does else [])


def permissions_of(scopes: Iterable[str]) -> frozenset[Permission]:
    """Return all that some scopes allow; one that is no longer known allows nothing."""
    return frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
