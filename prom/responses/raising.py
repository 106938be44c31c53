"""What a judged report raises: alerts of what is news, and evidence of what a clinician had expected."""

import uuid

from sqlalchemy.orm import Session

from prom.assignments.models import Assignment
from prom.assignments.service import origin_of
from prom.audit.service import SYSTEM, Actor
from prom.decisions import service as decisions
from prom.responses.judging import Judged
from prom.worklist import holding
from prom.worklist import service as worklist
from prom.worklist.models import Alert


def raise_judged(
    session: Session,
    assignment: Assignment,
    judged: Judged,
    response_id: uuid.UUID | None = None,
    actor: Actor = SYSTEM,
    *,
    anew: bool = False,
) -> list[Alert]:
    """Raise what a report shows and keep what was expected of it; an expectation that it breaks ends.

    `anew` says that it was judged before, so that what was held back then may have become news. The caller holds the
    episode.
    """
    origin = origin_of(assignment, response_id)
    if judged.broken and judged.observation is not None:
        decisions.broken(session, judged.broken, judged.observation.authored)
    if judged.held:
        holding.hold_back(session, origin, judged.held)
    if anew:
        holding.let_go(session, origin, judged.raised)
    return worklist.raise_alerts(session, origin, judged.raised, actor)
