"""The nurse's verbs on several alerts at once: all of them, or none.

Forms carry each alert's id and the version that the page showed.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from alerts.lifecycle import TransitionRefused
from prom.audit.service import Actor
from prom.clinic.queries import locked_alerts
from prom.errors import Invalid, NotFound, StaleVersion
from prom.worklist import service
from prom.worklist.models import Alert


@dataclass(frozen=True)
class Press:
    """One press of a button: who, on which alerts of which patient, as she saw them."""

    who: Actor
    unit_ids: Collection[uuid.UUID]
    patient_id: uuid.UUID
    #: Alert id -> version
    seen: Mapping[uuid.UUID, int]


def parse(pairs: Iterable[str]) -> dict[uuid.UUID, int]:
    """Read `id:version` pairs; raises Invalid for what is none, or for nothing at all."""
    try:
        seen = {uuid.UUID(alert): int(version) for alert, _, version in (pair.partition(":") for pair in pairs)}
    except ValueError:
        raise Invalid("alert") from None
    if not seen:
        raise Invalid("alert")
    return seen


def acknowledge(session: Session, press: Press) -> None:
    """Take these alerts as one's own."""
    _each(session, press, lambda alert, version: service.acknowledge(session, alert, version, press.who))


def note(session: Session, press: Press, words: str) -> None:
    """Write down what was done; raises Invalid without words."""
    _each(session, press, lambda alert, version: service.note(session, alert, version, press.who, words))


def resolve(session: Session, press: Press, outcome: str, place: str, words: str) -> None:
    """Close these alerts with one outcome, handled in one place; raises Invalid naming what is missing."""
    closing = outcome, place, words
    _each(session, press, lambda alert, version: service.resolve(session, alert, version, press.who, *closing))


def enter_in_error(session: Session, press: Press, reason: str) -> None:
    """Take back these alerts as mistakes; raises Invalid without a reason."""
    _each(session, press, lambda alert, version: service.enter_in_error(session, alert, version, press.who, reason))


def give_back(session: Session, press: Press) -> None:
    """Give these alerts back to the unit."""
    _each(session, press, lambda alert, version: service.return_to_unit(session, alert, version, press.who))


def _each(session: Session, press: Press, act: Callable[[Alert, int], None]) -> None:
    alerts = locked_alerts(session, press.patient_id, press.seen)
    hers = {alert.id for alert in alerts if alert.unit_id in press.unit_ids}
    if hers != set(press.seen):
        raise NotFound("alert")
    for alert in alerts:
        try:
            act(alert, press.seen[alert.id])
        except TransitionRefused:
            # The verb is not for the state it is in, so the page did not show that state.
            raise StaleVersion("alert") from None
