"""What should have been asked and was not, because Prom stood still: the unit is told, once for each patient."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding, Reason
from alerts.rules import Severity
from prom import language
from prom.assignments.deciding import Decision
from prom.assignments.models import Assignment
from prom.assignments.rows import Subject
from prom.pathways.models import Episode
from prom.worklist import service as worklist
from prom.worklist.service import Origin
from questionnaires.definition import Texts

TOPIC = "not-asked"
#: Telling costs more than asking: so many episodes in one transaction, and the others in the next.
TOLD_AT_ONCE = 50


def hold(session: Session, episode_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Lock so many of these episodes as are told in one transaction, and return them; the others come again.

    What somebody else holds is passed over: whoever holds an episode may be waiting for the plan that we hold.
    """
    if not episode_ids:
        return frozenset()
    first = sorted(set(episode_ids))[:TOLD_AT_ONCE]
    locked = select(Episode.id).where(Episode.id.in_(first)).order_by(Episode.id)
    return frozenset(session.scalars(locked.with_for_update(key_share=True, skip_locked=True)))


def tell(session: Session, not_asked: Sequence[tuple[Subject, uuid.UUID | None]]) -> None:
    """Put each patient on her unit's list who was not asked; `not_asked` are the assignments stored as expired.

    None stands for what no assignment could be made of.
    """
    latest, counts = dict[Subject, uuid.UUID | None](), dict[Subject, int]()
    for whose, assignment_id in not_asked:
        latest[whose], counts[whose] = assignment_id, counts.get(whose, 0) + 1
    for whose, assignment_id in latest.items():
        worklist.raise_alerts(session, Origin(*whose, assignment_id), [finding(counts[whose])])


def finding(times: int) -> Finding:
    """Return the finding that no rule set makes: so often she was not asked; a nurse looks the next working day."""
    return Finding(
        rule=TOPIC,
        rule_set="",
        topic=TOPIC,
        severity=Severity.NEXT_WORKING_DAY,
        kind="rule",
        title=_texts("not-asked.title"),
        instruction=None,
        reason=Reason(TOPIC, {"times": float(times)}),
    )


def _texts(key: str) -> Texts:
    return Texts.of({each: language.text(key, each) for each in language.PATIENT_LANGUAGES if language.has(key, each)})


def without_known(session: Session, episode_id: uuid.UUID, decided: Decision) -> Decision:
    """Leave out what was made before under the same name: a plan that was set back asks nothing twice."""
    names = [make.occurrence for make in decided.makes]
    known = set(
        session.scalars(
            select(Assignment.occurrence).where(Assignment.episode_id == episode_id, Assignment.occurrence.in_(names))
        )
    )
    return replace(decided, makes=tuple(make for make in decided.makes if make.occurrence not in known))
