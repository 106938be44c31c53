"""One page about a patient before a visit or a tumour board, made to be printed: how she is, and what was done."""

import uuid

from flask import g, render_template

from prom import clock
from prom.clinic import course, grid, overview, timeline
from prom.clinic.answers import own_words, sections
from prom.clinic.pages.blueprint import pages
from prom.clinic.pages.patient import SHOWN
from prom.clinic.reads import record_read
from prom.clinic.record import Record, Report, load
from prom.clinic.timeline import Step
from prom.db import transaction
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission

#: How much of her own words and of what was done fits on the page; her own page has all of it.
LATEST_WORDS, LATEST_STEPS = 3, 6
#: What a reader wants to know of what was done: what came of it, and what was written.
TOLD = ("resolve", "note")


@pages.get("/patients/<uuid:patient_id>/summary")
@requires(Permission.READ_PATIENT)
def show_summary(patient_id: uuid.UUID) -> str:
    """Show the last weeks of a patient of hers on one page."""
    who, now = signed_in(), clock.now()
    with transaction() as session:
        record = load(session, patient_id, who.unit_ids, g.language, now, now - SHOWN)
        where = course.load(session, record.about.episode, g.language)
        record_read(session, who, record.about.episode)
    return render_template(
        "clinic/summary.html",
        record=record,
        age=record.about.identity.age(record.reader.day_of(now)),
        course=where,
        alerts=overview.open_alerts(record),
        grids=grid.grids(record),
        words=_latest_words(record),
        steps=_told(record)[:LATEST_STEPS],
        since=now - SHOWN,
        now=now,
    )


def _latest_words(record: Record) -> list[tuple[Report, str]]:
    """Return what she wrote lately in her own words, newest first, beside the report that it stands in."""
    counting = [report for report in record.reports if report.counts]
    found = [(report, words) for report in counting for words in own_words(sections(record, report))]
    return found[:LATEST_WORDS]


def _told(record: Record) -> list[Step]:
    return [step for step in timeline.steps(record) if step.verb in TOLD and step.at >= record.now - SHOWN]
