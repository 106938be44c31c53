"""A report on the phone that meets the patient's own: both are stored, and both are judged."""

from prom import db
from prom.clinic import reporting
from prom.clinic.reporting import Filled
from prom.config import Settings
from prom.pathways.queries import pathway
from prom.responses.models import Response
from prom.staff.permissions import Role
from prom.staff.sign_in import SignedIn
from tests.conftest import Hospital
from tests.prom.steps import FEVER, WELL, ask, count, response_of, send, the_alert


def test_what_a_nurse_was_told_is_not_lost_when_the_patient_sends_her_own_in_that_moment(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    nurse = SignedIn(
        hospital.nurse.id,
        hospital.tenant.id,
        "Test",
        Role.NURSE,
        "nb",
        frozenset({hospital.unit.id}),
        hospital.nurse.id,
    )
    with db.transaction() as session:
        of = pathway(session, hospital.episode.pathway_url, hospital.episode.pathway_version)
        target = reporting.target(session, hospital.episode, reporting.offered(of), None)
        assert target.own is not None
        assert target.own.id == assignment_id
    hers = send(assignment_id, WELL).response_id
    with db.transaction() as session:
        filled = Filled(dict(response_of(FEVER).flat()), ())
        told = reporting.send(session, hospital.episode, target, filled, "patient", "nb", nurse)
    assert told != hers
    assert count(Response) == 2
    assert the_alert("fever").responses == {told}
