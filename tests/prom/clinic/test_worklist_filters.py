"""Parts of the worklist: by pathway, and what is past its time. Whoever stands in one stands there with all she has."""

import re
import uuid
from dataclasses import replace

from prom.db import transaction
from prom.pathways.queries import newest_offered
from prom.pathways.service import publish_pathway
from prom.worklist import service as worklist
from tests.conftest import Hospital
from tests.prom.clinic.test_worklist import listed
from tests.prom.clinic.ward import NAUSEA, NUMBERS, Nurse, another_patient, open_alerts, report, said
from tests.prom.steps import FEVER, later

FOLLOW_UP = "urn:prom:pathway:follow-up-late-effects"


def on_follow_up(hospital: Hospital) -> uuid.UUID:
    """One more patient, on another pathway, who is as sick as the first."""
    with transaction() as session:
        publish_pathway(session, f"{FOLLOW_UP}|1.0.0", "physician")
        (pathway,) = [each for each in newest_offered(session) if each.url == FOLLOW_UP]
    patient, episode = another_patient(replace(hospital, pathway=pathway), NUMBERS[0], "Senere")
    report(hospital, episode, NAUSEA)
    return patient.id


def test_a_pathway_that_is_none_shows_nobody_and_offers_the_whole_list(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    page = nurse.page("/worklist?pathway=urn:prom:pathway:nonsense")
    assert said("worklist.empty-filtered") in page
    assert said("worklist.all") in page


def test_a_pathway_shows_those_who_are_on_it(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    other = on_follow_up(hospital)
    assert listed(nurse, f"/worklist?pathway={FOLLOW_UP}") == [other]
    assert listed(nurse, f"/worklist?pathway={hospital.pathway.url}") == [hospital.patient.id]
    assert set(listed(nurse)) == {hospital.patient.id, other}


def test_pathways_are_offered_where_there_are_several_to_choose_among(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    assert said("worklist.all-pathways") not in nurse.page("/worklist")
    on_follow_up(hospital)
    page = nurse.get("/worklist").get_data(as_text=True)
    offered = re.findall(r'<option value="(urn:prom:pathway:[^"]*)"', page)
    assert offered == sorted([FOLLOW_UP, hospital.pathway.url])


def test_what_is_within_its_time_is_not_overdue(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, FEVER)
    assert listed(nurse, "/worklist?overdue=1") == []


def test_what_nobody_took_in_time_is_overdue_before_and_after_the_clock_escalates_it(
    nurse: Nurse, hospital: Hospital
) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, other, NAUSEA)
    report(hospital, hospital.episode, FEVER)
    later(minutes=11)
    assert listed(nurse, "/worklist?overdue=1") == [hospital.patient.id]
    with transaction() as session:
        worklist.sweep_overdue(session)
    assert listed(nurse, "/worklist?overdue=1") == [hospital.patient.id]
    nurse.patient(hospital.patient.id, "acknowledge", open_alerts(hospital.patient.id))
    assert listed(nurse, "/worklist?overdue=1") == []


def test_a_lesser_alert_that_is_past_its_time_is_overdue_behind_a_fresh_grave_one(
    nurse: Nurse, hospital: Hospital
) -> None:
    report(hospital, hospital.episode, NAUSEA)
    later(days=1)
    report(hospital, hospital.episode, FEVER)
    nurse.comes_back()
    assert listed(nurse, "/worklist?overdue=1") == [hospital.patient.id]


def test_a_part_of_the_list_has_a_mark_of_its_own(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, FEVER)
    marks = {nurse.get(f"/worklist{part}").headers["ETag"] for part in ("", "?unassigned=1", f"?pathway={FOLLOW_UP}")}
    later(minutes=11)
    marks.add(nurse.get("/worklist?overdue=1").headers["ETag"])
    assert len(marks) == 4


def test_acknowledging_keeps_the_part_that_is_looked_at(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    part = {"from": "worklist", "overdue": "1", "pathway": FOLLOW_UP}
    answer = nurse.patient(hospital.patient.id, "acknowledge", open_alerts(hospital.patient.id), **part)
    assert answer.headers["Location"] == "/worklist?pathway=urn:prom:pathway:follow-up-late-effects&overdue=1"
