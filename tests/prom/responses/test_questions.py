"""One question at a time: what is refused, what is saved, and what she must do at once."""

import pytest
from sqlalchemy import func, select

from prom.assignments.models import Assignment
from prom.audit.models import AuditRecord
from prom.db import reading, transaction
from prom.responses import drafts
from prom.worklist import queries as worklist
from questionnaires.values import Value
from tests.conftest import Hospital
from tests.prom.responses.walking import WELL, Walker

SCRIPT = {"Accept": "application/json"}


def saved(walker: Walker, link_id: str) -> tuple[Value, ...]:
    """What the begun form holds for a question."""
    with reading() as session:
        begun = drafts.of_assignment(session, session.get_one(Assignment, walker.assignment.id))
    return begun.response.answers_to(link_id) if begun is not None else ()


def codes(walker: Walker, link_id: str) -> list[str]:
    """The codes that the begun form holds for a question."""
    return [getattr(value, "code", str(value)) for value in saved(walker, link_id)]


def reads(walker: Walker) -> int:
    """How often the audit log says that she read her answers."""
    query = select(func.count()).select_from(AuditRecord)
    with reading() as session:
        return session.execute(
            query.where(AuditRecord.action == "response.read", AuditRecord.actor_kind == "patient")
        ).scalar_one()


def alert_topics(hospital: Hospital) -> list[str]:
    with reading() as session:
        return list(worklist.topics(session, worklist.open_alerts(session, [hospital.unit.id])).values())


def test_an_answer_for_a_question_that_is_not_asked_is_refused(walker: Walker) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "no")
    page = walker.answer("temperature", "39")
    assert page.status_code == 422
    assert "ikke aktuelt lenger" in page.text
    assert saved(walker, "temperature") == ()


@pytest.mark.parametrize(
    "link_id, typed, words",
    [
        ("shivering", "", "må besvares"),
        ("shivering", "perhaps", "Velg et av svarene"),
        ("temperature", "", "må besvares"),
        ("temperature", "varm", "Skriv et tall"),
        ("temperature", "3 8", "Skriv et tall"),
        ("temperature", "39,55", "siffer etter komma"),
        ("temperature", "391", "Det høyeste du kan skrive, er 45"),
        ("temperature", "2,5", "Det laveste du kan skrive, er 30"),
        ("weight", "1e2", "Skriv et tall"),
        ("free-text", "a" * 1001, "Teksten er for lang: 1\u00a0001 tegn"),
    ],
)
def test_a_wrong_answer_is_refused_with_words_beside_the_field(
    walker: Walker, link_id: str, typed: str, words: str
) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "yes")
    page = walker.answer(link_id, typed)
    assert page.status_code == 422
    assert page.text.count(words) == 2  # in the summary, which has the focus, and beside the field
    assert 'class="ds-error-summary" tabindex="-1" autofocus' in page.text
    assert 'aria-invalid="true"' in page.text
    assert saved(walker, link_id) == ()


def test_what_was_typed_wrong_stays_in_the_field(walker: Walker) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "yes")
    assert 'value="391"' in walker.answer("temperature", "391").text


def test_a_question_that_does_not_exist_is_not_found(walker: Walker) -> None:
    walker.confirm()
    for position in (0, 45, 10**9):
        assert walker.client.post(f"/a/question/{position}", data={"answer": "no"}).status_code == 404


def test_two_answers_to_one_choice_are_refused(walker: Walker) -> None:
    walker.confirm()
    assert walker.answer("shivering", "no", "now").status_code == 422
    assert saved(walker, "shivering") == ()


def test_a_question_that_is_not_asked_leads_to_where_she_left(walker: Walker) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "no")
    page = walker.client.get(f"/a/question/{walker.place('temperature')}")
    assert (page.status_code, page.location) == (303, f"/a/question/{walker.place('shivering')}")


@pytest.mark.parametrize("typed", ["37,5", "37.5", " 37,5 "])
def test_a_decimal_is_understood_with_comma_and_with_point(walker: Walker, typed: str) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "yes")
    assert walker.answer("temperature", typed).status_code == 303
    assert [str(value) for value in saved(walker, "temperature")] == ["37.5"]
    assert 'value="37,5"' in walker.client.get(f"/a/question/{walker.place('temperature')}").text


def test_an_answer_leads_to_the_next_question_that_is_asked(walker: Walker) -> None:
    walker.confirm()
    assert walker.answer("temperature-measured", "no").location == f"/a/question/{walker.place('shivering')}"
    assert walker.answer("temperature-measured", "yes").location == f"/a/question/{walker.place('temperature')}"


@pytest.mark.hazard("H01")
def test_a_red_flag_is_judged_at_that_save_and_shows_its_instruction_alone(walker: Walker, hospital: Hospital) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "yes")
    assert alert_topics(hospital) == []
    told = walker.answer("temperature", "38,0")
    assert told.location == f"/a/call-now?position={walker.place('temperature')}"
    assert alert_topics(hospital) == ["fever"]
    page = walker.client.get(told.location)
    assert "Ring 22\u00a000\u00a000\u00a001 nå, også om natten." in page.text
    numbers = [page.text.index(f'href="tel:{number}"') for number in ("+4722000001", "116117", "113")]
    assert numbers == sorted(numbers)  # in the order of the instruction
    assert f'href="/a/question/{walker.place("shivering")}"' in page.text
    assert 'name="answer"' not in page.text


def test_the_same_red_flag_saved_twice_is_shown_twice_and_raised_once(walker: Walker, hospital: Hospital) -> None:
    walker.confirm()
    for _ in range(2):
        assert walker.answer("chest-pain", "now").location.startswith("/a/call-now")
    assert alert_topics(hospital) == ["chest-pain"]


def test_a_call_for_help_without_a_reason_leads_on(walker: Walker) -> None:
    walker.confirm()
    walker.answer("chest-pain", "no")
    page = walker.client.get(f"/a/call-now?position={walker.place('chest-pain')}")
    assert page.location == f"/a/question/{walker.place('breathless-at-rest')}"
    assert walker.client.get("/a/call-now").status_code == 303


def test_she_can_go_back_and_finds_her_answer(walker: Walker) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "no")
    page = walker.client.get(f"/a/question/{walker.place('shivering')}")
    assert 'href="/a/question/1"' in page.text
    assert 'value="no" checked' not in page.text
    assert 'value="no" checked' in walker.client.get("/a/question/1").text


def test_she_can_leave_before_answering_and_comes_back_to_the_first_unanswered_question(walker: Walker) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "no")
    assert walker.answer("shivering", then="leave").location == "/a/leave"
    page = walker.client.get("/a/leave")
    assert "lagret, men ikke sendt" in page.text
    assert "7. november 2026 kl. 21:00" in page.text
    walker.client.delete_cookie("prom_visit", path="/a")
    assert walker.confirm().location == f"/a/question/{walker.place('shivering')}"


def test_leaving_saves_what_was_answered(walker: Walker) -> None:
    walker.confirm()
    assert walker.answer("temperature-measured", "yes", then="leave").location == "/a/leave"
    assert codes(walker, "temperature-measured") == ["yes"]


@pytest.mark.hazard("H01")
def test_leaving_with_a_red_flag_shows_its_instruction_first(walker: Walker) -> None:
    walker.confirm()
    assert walker.answer("chest-pain", "now", then="leave").location.startswith("/a/call-now")


def test_the_language_switches_midway_and_the_draft_keeps(walker: Walker) -> None:
    walker.confirm()
    walker.answer("temperature-measured", "yes")
    here = {"here": "show_question", "position": "2"}
    assert walker.client.post("/a/language", data={"language": "nn", **here}).location == "/a/question/2"
    assert "Kva var temperaturen" in walker.client.get("/a/question/2").text
    assert codes(walker, "temperature-measured") == ["yes"]
    walker.client.delete_cookie("prom")
    walker.confirm()
    assert "Kva var temperaturen" in walker.client.get("/a/question/2").text


@pytest.mark.parametrize("here", ["", "https://elsewhere.example", "//elsewhere.example", "show_question", "send"])
def test_choosing_a_language_leads_nowhere_else(walker: Walker, here: str) -> None:
    answer = walker.client.post("/a/language", data={"language": "nn", "here": here})
    assert answer.location == "/a"


def test_a_language_that_there_is_not_changes_nothing(walker: Walker) -> None:
    walker.confirm()
    walker.client.post("/a/language", data={"language": "tlh", "here": "show_review"})
    assert '<html lang="nb"' in walker.client.get("/a/question/1").text


@pytest.mark.hazard("H32")
def test_in_northern_sami_what_is_in_bokmal_says_so(walker: Walker) -> None:
    walker.confirm()
    walker.client.post("/a/language", data={"language": "se", "here": "show_review"})
    page = walker.client.get("/a/question/1").text
    assert '<html lang="se"' in page
    assert '<span lang="nb">Noe av teksten finnes bare på bokmål.</span>' in page
    assert '<span lang="nb">Har du målt temperaturen' in page
    assert "<span>Juo</span>" in page


def test_a_script_is_told_where_to_go_next(walker: Walker) -> None:
    walker.confirm()
    answer = walker.client.post("/a/question/1", data={"answer": "no"}, headers=SCRIPT)
    assert answer.status_code == 200
    assert answer.get_json() == {"next": f"/a/question/{walker.place('shivering')}"}


def test_the_same_save_again_changes_nothing(walker: Walker) -> None:
    walker.confirm()
    for _ in range(3):
        assert walker.client.post("/a/question/1", data={"answer": "yes"}, headers=SCRIPT).status_code == 200
    assert codes(walker, "temperature-measured") == ["yes"]


def test_reading_a_draft_stands_in_the_audit_log(walker: Walker) -> None:
    walker.confirm()
    walker.client.get("/a/question/1")
    assert reads(walker) == 0  # nothing is answered yet
    walker.answer("temperature-measured", "no")
    before = reads(walker)
    walker.client.get("/a/question/1")
    walker.client.get("/a/review")
    assert reads(walker) == before + 2


def test_no_title_and_no_address_tells_what_is_asked(walker: Walker) -> None:
    walker.confirm()
    for item in walker.questionnaire.questions:
        page = walker.client.get(f"/a/question/{walker.place(item.link_id)}")
        assert item.link_id not in (page.location or "")
        if page.status_code == 200:
            assert page.text.partition("<title>")[2].startswith("Spørsmål ")


def test_a_change_from_the_review_leads_back_to_it(walker: Walker) -> None:
    walker.confirm()
    walker.answer_all(WELL)
    place = walker.place("worry-frequency")
    assert f'href="/a/question/{place}?back=review"' in walker.client.get("/a/review").text
    assert 'href="/a/review"' in walker.client.get(f"/a/question/{place}?back=review").text
    opened = walker.answer("worry-frequency", "1", back="review")
    assert opened.location == f"/a/question/{walker.place('worry-severity')}?back=review"
    opened = walker.answer("worry-severity", "1", back="review")
    assert opened.location == f"/a/question/{walker.place('worry-interference')}?back=review"
    assert walker.answer("worry-interference", "1", back="review").location == "/a/review"


def test_an_optional_answer_can_be_taken_back(walker: Walker) -> None:
    walker.confirm()
    walker.answer("free-text", "Jeg lurer på noe.")
    walker.answer("free-text", "")
    assert saved(walker, "free-text") == ()


def test_a_locked_assignment_takes_no_more_answers(walker: Walker) -> None:
    walker.confirm()
    with transaction() as session:
        session.get_one(Assignment, walker.assignment.id).status = "cancelled"
    assert walker.answer("temperature-measured", "no").status_code == 404
    assert walker.client.get("/a/question/1").status_code == 404
