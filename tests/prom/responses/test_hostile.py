"""submit() and documents that mean no good: each is stored whole with its alerts, or refused and leaves nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from prom.assignments.models import Assignment
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import InvalidResponse
from prom.responses import drafts
from prom.responses.models import PatientState, Response
from prom.responses.service import submit
from prom.responses.storing import Authorship
from prom.worklist.models import Alert, Evidence
from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem
from questionnaires.documents import dumps, loads
from questionnaires.exchange import from_fhir, to_fhir
from questionnaires.library import load
from questionnaires.problems import ResponseError
from questionnaires.values import Coding, Quantity, Uri
from tests.conftest import Hospital
from tests.prom.properties import sized_with_database
from tests.prom.steps import FEVER, PATIENT, WELL, ask, ask_again, count, response_of

LINKS = [item.link_id for item in load("symptom-check").questionnaire.all_items]
CODES = st.sampled_from(["0", "1", "2", "3", "4", "no", "now", "last-24-hours", "urgent", "yes", "x", ""])
VALUES = st.one_of(
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
    st.sampled_from([date(1, 1, 1), date(9999, 12, 31), datetime(2026, 11, 2, tzinfo=UTC), time(23, 59)]),
    st.builds(Coding, st.none() | st.text(max_size=5), CODES),
    st.builds(Quantity, st.decimals(allow_nan=False, allow_infinity=False), st.none() | st.text(max_size=3)),
    st.just(Uri("urn:x")),
    st.sampled_from([Decimal("38.05"), Decimal("39.8"), Decimal("1E+30"), 10**40]),
)
ITEMS = st.recursive(
    st.builds(
        ResponseItem,
        st.sampled_from([*LINKS, "no-such-item", ""]),
        st.lists(st.builds(Answer, VALUES), max_size=3).map(tuple),
    ),
    lambda inner: st.builds(ResponseItem, st.sampled_from(LINKS), st.just(()), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)
SOUND = [response_of(WELL), response_of(FEVER)]


@st.composite
def hostile(draw: st.DrawFn) -> QuestionnaireResponse:
    """A sound response with some items replaced, doubled, left out or thrown in."""
    sound = draw(st.sampled_from(SOUND))
    items = [item for item in sound.items if draw(st.integers(0, 9)) > 0]
    items += draw(st.lists(ITEMS, max_size=3))
    status: Any = draw(st.sampled_from(["completed", "in-progress", "amended", "entered-in-error"]))
    return replace(sound, items=tuple(items), status=status)


def stored() -> tuple[int, ...]:
    """How many rows there are of all that a submission writes."""
    done = count(Assignment, Assignment.status == "completed")
    return count(Response), done, count(Alert), count(Evidence), count(PatientState)


def test_whatever_is_sent_is_stored_whole_or_refused_and_leaves_nothing(hospital: Hospital, database: Settings) -> None:
    ask(database)

    @sized_with_database
    @given(hostile())
    def holds(document: QuestionnaireResponse) -> None:
        assignment_id, before = ask_again(hospital), stored()
        try:
            with transaction() as session:
                receipt = submit(session, assignment_id, document, Authorship("patient", PATIENT, "nb"))
        except InvalidResponse:
            assert stored() == before
            return
        assert stored()[:2] == (before[0] + 1, before[1] + 1)
        with reading() as session:
            assert drafts.opened(session, session.get_one(Response, receipt.response_id)).flat() == document.flat()
        topics = {finding.topic for finding in receipt.findings}
        assert ("fever" in topics) == any(value >= 38 for value in document.answers_to("temperature"))  # type: ignore[operator]

    holds()


@sized_with_database
@given(hostile())
def test_what_can_be_written_as_fhir_is_read_again_as_it_was_or_refused(document: QuestionnaireResponse) -> None:
    try:
        again = from_fhir(loads(dumps(to_fhir(document))))
    except (ResponseError, ValueError):
        return
    assert again.flat().keys() == document.flat().keys()
