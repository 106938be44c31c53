"""The auditor on silence: a patient who has not answered in time stands on the call list, and only such a one.

Who should stand there is worked out from the rows and from the rules as they are written, without the code that puts
them there. A difference turns the watch red; whoever is missing on the list is put on it.
"""

import uuid
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.models import Assignment
from prom.assignments.service import lock, origin_of
from prom.audit import service as audit
from prom.audit.service import SYSTEM
from prom.db import new_id, reading
from prom.oversight import plainly
from prom.oversight.auditor import as_expected, finding_of
from prom.oversight.models import Disagreement
from prom.oversight.plainly import Expected
from prom.oversight.recomputing import UNASSESSED, UNREADABLE, rules_of
from prom.pathways.models import Episode
from prom.patients import sealing
from prom.responses.judging import judge_silence
from prom.sweeping import SomeFailed, one_by_one
from prom.worklist import service as worklist
from prom.worklist.models import Evidence

log = structlog.get_logger()

#: How long somebody may be missing on the list: a worker that comes back catches up before that.
PATIENCE = timedelta(minutes=5)
#: What was raised at an instant is a little older than the note of it.
JUST_BEFORE = timedelta(minutes=1)

#: Who was missing on the list when this process looked before, and since when.
_missing_since: dict[uuid.UUID, datetime] = {}


def recheck() -> int:
    """Look at each silence once, and at whoever should be on the call list and is not; returns how many differ.

    Each is a transaction. One that fails holds up no other; raises `sweeping.SomeFailed` at the end.
    """
    passed_over, differ, failed = _passed_over(), 0, False
    for find, act in ((lambda _session, limit: passed_over[:limit], _put_on_the_list), (_unchecked, _check)):
        try:
            differ += one_by_one(find, act)
        except SomeFailed:
            failed = True
    if failed:
        raise SomeFailed
    return differ


def _passed_over() -> list[uuid.UUID]:
    """The assignments that are silent past due and stay so, look after look, without being on the list."""
    now = clock.now()
    with reading() as session:
        missing = {
            row.id
            for row, episode in session.execute(
                select(Assignment, Episode)
                .join(Episode, Episode.id == Assignment.episode_id)
                .where(Assignment.status == "open", Assignment.overdue_at < now, Assignment.silence_raised_at.is_(None))
            )
            if _is_hers(row) and not _paused_between(episode, now, now)
        }
    for gone in _missing_since.keys() - missing:
        del _missing_since[gone]
    return sorted(each for each in missing if now - _missing_since.setdefault(each, now) >= PATIENCE)


def _put_on_the_list(session: Session, assignment_id: uuid.UUID) -> bool:
    """Put somebody on the list who was passed over, unless by now she is on it, or paused, or has answered."""
    assignment = lock(session, assignment_id)
    now, episode = clock.now(), session.get_one(Episode, assignment.episode_id, populate_existing=True)
    if assignment.status != "open" or assignment.silence_raised_at is not None or _paused_between(episode, now, now):
        return False
    assignment.silence_raised_at = now
    return _check(session, assignment_id)


def _unchecked(session: Session, limit: int) -> list[uuid.UUID]:
    rows = select(Assignment.id).where(
        Assignment.silence_checked_at.is_(None),
        or_(Assignment.silence_raised_at.is_not(None), Assignment.status == "expired"),
    )
    return list(session.scalars(rows.order_by(Assignment.overdue_at).limit(limit)))


def _check(session: Session, assignment_id: uuid.UUID) -> bool:
    """Hold what silence has raised against what it should have; returns whether they differ."""
    assignment = lock(session, assignment_id)
    assignment.silence_checked_at = clock.now()
    worklist.hold_episode(session, assignment.episode_id)
    audit.about(session, SYSTEM, "assignment.recheck", assignment)
    since = _since(session, assignment)
    stands, by_silence = _on_record(session, assignment, since)
    must, may = _expected(session, assignment, since)
    missing = must - stands
    if not missing and by_silence <= may:
        return False
    log.error("silence differs", missing=len(missing), surplus=len(by_silence - may))
    if assignment.status in ("open", "expired"):
        _raise(session, assignment, missing)
        assignment.silence_raised_at = assignment.silence_raised_at or clock.now()
    return _disagree(session, assignment)


def _disagree(session: Session, assignment: Assignment) -> bool:
    session.add(
        Disagreement(id=new_id(), tenant_id=assignment.tenant_id, assignment_id=assignment.id, found_at=clock.now())
    )
    return True


def _is_hers(assignment: Assignment) -> bool:
    """Whether it is a patient's to answer: nobody is silent in what staff fill in."""
    return assignment.origin != "staff"


def _since(session: Session, assignment: Assignment) -> datetime | None:
    """Since when her silence should be known: its note, or the end of a window that no pause covers; else None."""
    ended = min(
        assignment.begun_expires_at, assignment.begun_expires_at if assignment.begun_at else assignment.expires_at
    )
    episode = session.get_one(Episode, assignment.episode_id)
    counts = assignment.status == "expired" and not _paused_between(episode, ended, clock.now())
    known = [each for each in (assignment.silence_raised_at, ended if counts else None) if each is not None]
    return max(known) if known and _is_hers(assignment) else None


def _paused_between(episode: Episode, first: datetime, last: datetime) -> bool:
    """Whether the episode's pause lies over any instant of a span."""
    begins, ends = episode.paused_from, episode.paused_until
    return ends is not None and ends > first and (begins is None or begins <= last)


def _expected(session: Session, assignment: Assignment, since: datetime | None) -> tuple[set[Expected], set[Expected]]:
    """Return what must have been raised by her silence, and what may have been by now."""
    if since is None or assignment.rules is None:
        return set(), set()
    if assignment.overdue_at > (assignment.silence_raised_at or since):
        return set(), set()  # whatever was raised was raised before its time
    try:
        rules = rules_of(session, assignment.rules)
        must, may = (
            plainly.expected_of_silence(rules, (at - assignment.due_at).total_seconds() / 3600)
            for at in (since, clock.now())
        )
    except UNREADABLE as failure:
        log.error("silence could not be assessed", row=str(assignment.id), failure=type(failure).__name__)
        return {UNASSESSED}, {UNASSESSED}
    return must, may


def _on_record(session: Session, assignment: Assignment, since: datetime | None) -> tuple[set[Expected], set[Expected]]:
    """Return what this form has on record since then, withdrawn or not, and what of it silence has raised."""
    noted = assignment.silence_raised_at or since
    found = select(Evidence).where(
        Evidence.assignment_id == assignment.id,
        Evidence.patient_id == assignment.patient_id,
        Evidence.response_id.is_(None),
        *([Evidence.found_at >= noted - JUST_BEFORE] if noted is not None else []),
    )
    every, by_silence = set[Expected](), set[Expected]()
    for row in session.scalars(found):
        try:
            finding = sealing.open_column(session, row, "finding")
            one = Expected(finding["rule"], finding["topic"], finding["kind"], row.severity)
            every.add(one)
            if finding["reason"]["code"] == "overdue":
                by_silence.add(one)
        except UNREADABLE as failure:
            log.error("evidence could not be opened", failure=type(failure).__name__)
    return every, by_silence


def _raise(session: Session, assignment: Assignment, missing: set[Expected]) -> None:
    """Put on the list what is missing: in the engine's words where it finds the same today, else in the rule's own."""
    by_engine = judge_silence(session, assignment, begun=assignment.begun_at is not None) if missing else ()
    told = {as_expected(each): each for each in by_engine}
    findings = [told.get(each) or finding_of(session, assignment, each) for each in sorted(missing)]
    worklist.raise_alerts(session, origin_of(assignment), findings)
