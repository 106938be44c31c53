"""Before an episode is ended an open emergency is named; a death that was registered by mistake is taken back."""

import pytest

from tests.conftest import Hospital
from tests.prom.clinic.test_episode_page import address, do, the_episode
from tests.prom.clinic.ward import Nurse, audited, open_alerts, said, words_of
from tests.prom.steps import FEVER, WELL, ask_again, send


@pytest.mark.hazard("H18")
@pytest.mark.parametrize("verb, given", [("end", {"reason": "finished"}), ("death", {})])
def test_an_open_emergency_is_named_before_the_button(
    nurse: Nurse, hospital: Hospital, verb: str, given: dict[str, str]
) -> None:
    send(ask_again(hospital), WELL)
    assert said("course.urgent") not in words_of(do(nurse, hospital, verb, **given))
    send(ask_again(hospital), FEVER)
    answer = do(nurse, hospital, verb, **given)
    assert said("course.urgent") in words_of(answer)
    page = answer.get_data(as_text=True)
    assert page.index('id="urgent"') < page.index("Feber") < page.index('name="confirmed"')


@pytest.mark.hazard("H18")
def test_the_alert_of_somebody_whose_episode_was_ended_all_the_same_stays(nurse: Nurse, hospital: Hospital) -> None:
    send(ask_again(hospital), FEVER)
    before = [each.id for each in open_alerts(hospital.patient.id)]
    assert do(nurse, hospital, "end", reason="finished", confirmed="1").status_code == 303
    assert [each.id for each in open_alerts(hospital.patient.id)] == before != []


@pytest.mark.hazard("H20")
def test_a_death_by_mistake_is_taken_back_with_a_reason(nurse: Nurse, hospital: Hospital) -> None:
    assert said("course.do-alive") not in nurse.page(address(hospital))
    assert do(nurse, hospital, "death", confirmed="2").status_code == 303
    assert said("course.do-alive") in nurse.page(address(hospital))
    mark = nurse.get(address(hospital)).get_data(as_text=True).split('name="mark" value="')[1].split('"')[0]
    refused = nurse.post(address(hospital, "alive"), {"mark": mark, "why": " "})
    assert refused.status_code == 422
    assert said("error.course.alive-why") in words_of(refused)
    assert the_episode(hospital).status == "ended"
    assert nurse.post(address(hospital, "alive"), {"mark": mark, "why": "Feil pasient."}).status_code == 303
    assert the_episode(hospital).status == "active"
    assert said("course.done.alive") in nurse.page(address(hospital) + "?done=alive")
    assert audited("patient.restore") == [frozenset({hospital.patient.id})]


def test_whoever_is_not_stopped_is_not_taken_back(nurse: Nurse, hospital: Hospital) -> None:
    assert do(nurse, hospital, "alive", why="Feil.").status_code == 409
