"""What an answer asks for: one more question the next day, until what was found is gone."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom.assignments.models import Assignment
from prom.pathways.definition import Pathway


def plan_after(session: Session, assignment: Assignment, findings: Iterable[Finding], pathway: Pathway) -> None:
    """Plan what the answer to an assignment asks for, by what judging it found; nothing where the pathway asks nothing.

    To be called again when the answer was corrected (with no findings when it was entered in error): what it had
    planned, and nobody has answered or begun, is taken back where it no longer finds the same.
    """
