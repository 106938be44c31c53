"""The worklist: who is sickest, why, and who has her."""

from collections.abc import Sequence
from typing import Any

from flask import Response, g
from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom import clock
from prom.api import reads
from prom.api.routes import versions
from prom.api.routes.requests import ETAG, Resource
from prom.api.schemas import worklist as schemas
from prom.clinic import listing
from prom.clinic.listing import Choice, Waiting
from prom.clinic.queries import states_of, units_by_id
from prom.clinic.rows import Row, counts, rows
from prom.db import reading, transaction
from prom.errors import PersonsOnly
from prom.responses.models import PatientState
from prom.staff.access import Caller, caller
from prom.staff.permissions import Permission
from prom.worklist.queries import Standing

resource = Resource("worklist", "The nurse's queue, in triage order.")

Found = tuple[Sequence[Waiting], Sequence[PatientState], str]


@resource.operation(
    "GET",
    "/worklist",
    Permission.READ_WORKLIST,
    query=schemas.WorklistWanted,
    returns=schemas.Worklist,
    if_none_match=True,
    headers={"ETag": ETAG},
)
def show_worklist(query: dict[str, Any]) -> Response | tuple[dict[str, Any], dict[str, str]]:
    """Show the worklist, the sickest first.

    Ask with If-None-Match as often as wanted: while nothing is new nothing is opened, and the answer is 304.
    """
    who = caller()
    choice = _choice(who, query)
    with reading() as session:
        same = versions.unchanged(_found(session, who, choice)[2])
    if same is not None:
        return same
    now = clock.now()
    with transaction() as session:
        waiting, states, mark = _found(session, who, choice)
        listed = rows(session, waiting, states, units_by_id(session, who.unit_ids), g.language, now)
        one = next(iter(choice.unit_ids)) if len(choice.unit_ids) == 1 else None
        reads.listed(session, who, "worklist", [each.patient_id for each in waiting], one)
    return {"items": [_row(each) for each in listed], "counts": counts(listed)}, versions.tag(mark)


def _choice(who: Caller, query: dict[str, Any]) -> Choice:
    """Return the part of the list that is asked for; a unit that is not the caller's shows nothing."""
    person = g.get("signed_in")
    if query["mine"] and person is None:
        raise PersonsOnly
    unit = query.get("unit")
    return Choice(
        unit_ids=who.unit_ids if unit is None else who.unit_ids & {unit},
        mine=person.clinician_id if query["mine"] else None,
        unassigned=query["unassigned"],
    )


def _found(session: Session, who: Caller, choice: Choice) -> Found:
    now = clock.now()
    waiting = listing.find(session, choice, now)
    states = states_of(session, listing.episodes_in(waiting))
    circumstances = (who.actor.id, g.language, sorted(choice.unit_ids), choice.mine, choice.unassigned, now.date())
    return waiting, states, listing.mark(waiting, states, now, "api", *circumstances)


def _row(row: Row) -> dict[str, Any]:
    person, waiting = row.identity, row.waiting
    return {
        "patient": waiting.patient_id,
        "name": person.name if person else None,
        "birth_date": person.birth_date if person else None,
        "age": row.age,
        "unit": row.unit.id,
        "section": row.section,
        "severity": row.severity.word,
        "state": waiting.state,
        "waiting_since": waiting.raised_at,
        "next_action_at": waiting.next_action_at,
        "is_late": row.is_late,
        "is_escalated": waiting.is_escalated,
        "share_used": row.share_used,
        "new_evidence": waiting.new_evidence,
        "owners": row.owners,
        "reasons": row.reasons,
        "chips": [{**vars(chip), "severity": chip.severity.word} for chip in row.chips],
        "alerts": [_alert(alert) for alert in waiting.alerts],
    }


def _alert(alert: Standing) -> dict[str, Any]:
    severity = Severity(alert.severity).word
    return {"id": alert.id, "version": alert.version, "severity": severity, "state": alert.state}
