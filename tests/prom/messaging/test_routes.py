"""What Twilio tells afterwards: only with its signature, and in whatever order, told often or late, one truth."""

import uuid
from contextlib import suppress
from itertools import permutations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom import clock
from prom.audit.queries import log_of
from prom.config import TWILIO_CALLBACK, Settings
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.models import Message, MessageCopy
from prom.messaging.transport import Letter, Refused, Sent
from prom.messaging.twilio import is_genuine
from prom.oversight.watch import watch
from prom.patients.contact import open_problems
from tests.conftest import Hospital
from tests.fake_transport import Does, FakeTransport, Killed
from tests.prom.messaging.callbacks import ACCOUNT, PUBLIC, signed, tell, twilio_client
from tests.prom.messaging.letters import MOBILE, WORDS, later, message, put, put_on_call

PATH = f"{TWILIO_CALLBACK}/{uuid.uuid4()}"


@pytest.fixture
def vendor(hospital: Hospital, database: Settings) -> FlaskClient:
    """Twilio, calling."""
    return twilio_client(database)


def sent(hospital: Hospital) -> uuid.UUID:
    """A message that the vendor took as fake-1."""
    made = put(hospital)
    outbox.deliver_due(FakeTransport())
    return made


def state(message_id: uuid.UUID) -> tuple[str, str | None]:
    """Where a message stands, and why."""
    row = message(message_id)
    return row.state, row.failure


def problems(hospital: Hospital) -> list[str]:
    """What stands in the way of reaching the patient."""
    with reading() as session:
        return [each.code for each in open_problems(session, [hospital.patient.id]).get(hospital.patient.id, ())]


def test_a_forged_callback_is_refused_and_changes_nothing(hospital: Hospital, vendor: FlaskClient) -> None:
    made = sent(hospital)
    assert tell(vendor, made, "failed", token="another").status_code == 403
    assert state(made) == ("accepted", None)


def test_a_callback_without_a_signature_is_refused(hospital: Hospital, vendor: FlaskClient) -> None:
    made = sent(hospital)
    form = {"MessageSid": "fake-1", "MessageStatus": "failed"}
    assert vendor.post(f"{TWILIO_CALLBACK}/{made}", data=form).status_code == 403
    assert state(made) == ("accepted", None)


def test_a_signature_of_other_fields_or_of_another_message_is_refused(hospital: Hospital, vendor: FlaskClient) -> None:
    made = sent(hospital)
    form = {"MessageSid": "fake-1", "MessageStatus": "delivered"}
    path = f"{TWILIO_CALLBACK}/{made}"
    assert vendor.post(path, data=form | {"MessageStatus": "failed"}, headers=signed(path, form)).status_code == 403
    assert vendor.post(path, data=form, headers=signed(PATH, form)).status_code == 403
    assert vendor.post(path + "?a=1", data=form, headers=signed(path, form)).status_code == 403
    assert state(made) == ("accepted", None)


def test_without_twilio_nobody_is_believed(client: FlaskClient, hospital: Hospital) -> None:
    made = sent(hospital)
    assert tell(client, made, "failed").status_code == 403
    assert state(made) == ("accepted", None)


def test_a_message_that_is_not_known_is_no_fault_of_the_vendor(vendor: FlaskClient) -> None:
    assert tell(vendor, uuid.uuid4(), "delivered").status_code == 204


def test_a_callback_that_lacks_what_it_must_have_changes_nothing(hospital: Hospital, vendor: FlaskClient) -> None:
    made = sent(hospital)
    path = f"{TWILIO_CALLBACK}/{made}"
    assert vendor.post(path, data={}, headers=signed(path, {})).status_code == 204
    assert state(made) == ("accepted", None)


def test_a_letter_of_another_message_changes_nothing(hospital: Hospital, vendor: FlaskClient) -> None:
    made, other = sent(hospital), put(hospital, "assignment-2")
    assert tell(vendor, other, "delivered", "fake-1").status_code == 204
    assert (state(made), state(other)) == (("accepted", None), ("pending", None))


def test_a_delivered_message_is_settled_and_stands_in_the_patients_log(hospital: Hospital, vendor: FlaskClient) -> None:
    made = sent(hospital)
    later(minutes=1)
    assert tell(vendor, made, "delivered").status_code == 204
    assert (state(made), message(made).settled_at) == (("delivered", None), clock.now())
    with reading() as session:
        assert "message.told" in {record.action for record in log_of(session, hospital.patient.id)}


@pytest.mark.parametrize("order", list(permutations([("sent", None), ("undelivered", "30008"), ("delivered", None)])))
def test_whatever_the_order_the_truth_is_one(
    hospital: Hospital, vendor: FlaskClient, order: list[tuple[str, str | None]]
) -> None:
    made = sent(hospital)
    for status, code in [*order, *order]:
        assert tell(vendor, made, status, code=code).status_code == 204
    assert state(made) == ("delivered", None)


def test_a_late_word_on_the_way_does_not_move_a_message_back(hospital: Hospital, vendor: FlaskClient) -> None:
    made = sent(hospital)
    for status in ("undelivered", "sent", "queued", "undelivered"):
        tell(vendor, made, status, code="30007")
    assert state(made) == ("failed", "twilio-30007")
    with reading() as session:
        told = [record for record in log_of(session, hospital.patient.id) if record.action == "message.told"]
        assert len(told) == 1


@pytest.mark.parametrize(
    "code, problem",
    [("30003", "unreachable"), ("30005", "unreachable"), ("30006", "landline"), ("21610", "opted-out")],
)
def test_a_number_that_cannot_be_reached_is_told_to_the_unit_and_not_tried_again(
    hospital: Hospital, vendor: FlaskClient, code: str, problem: str
) -> None:
    made = sent(hospital)
    tell(vendor, made, "undelivered", code=code)
    assert (state(made), problems(hospital)) == (("failed", f"twilio-{code}"), [problem])
    later(hours=1)
    assert outbox.deliver_due(FakeTransport()) == 0


def test_a_number_refused_at_once_is_told_to_the_unit(hospital: Hospital) -> None:
    class Landline(FakeTransport):
        def send(self, letter: Letter) -> Sent:
            raise Refused("twilio-21614", final=True)

    put(hospital)
    outbox.deliver_due(Landline())
    assert problems(hospital) == ["landline"]


def test_a_message_that_arrives_settles_that_her_number_could_not_be_reached(
    hospital: Hospital, vendor: FlaskClient
) -> None:
    first = sent(hospital)
    tell(vendor, first, "undelivered", code="30003")
    second = put(hospital, "assignment-2")
    fake = FakeTransport()
    fake.has = [("x", clock.now(), None)]  # type: ignore[list-item]  # so that the next one is fake-2
    outbox.deliver_due(fake)
    tell(vendor, second, "delivered", "fake-2")
    assert problems(hospital) == []


def test_an_alert_to_staff_that_was_not_brought_is_tried_again_at_once_and_the_watch_is_red(
    hospital: Hospital, vendor: FlaskClient
) -> None:
    first = put_on_call(hospital)
    outbox.deliver_due(FakeTransport())
    for _ in range(2):
        tell(vendor, first, "undelivered", code="30003")
    again = FakeTransport()
    assert outbox.deliver_due(again) == 1
    assert (again.bodies, again.has[0][2].to) == (["Rødt varsel. Logg inn."], hospital.unit.on_call_phone)
    assert state(first) == ("failed", "twilio-30003")
    with reading() as session:
        assert {check.name: check.well for check in watch(session)}["on-call messages"] is False
        assert session.scalars(select(Message.key).order_by(Message.created_at, Message.id)).all() == [
            "on-call-1",
            "on-call-1#2",
        ]


def test_an_alert_is_not_tried_again_when_it_has_expired(hospital: Hospital, vendor: FlaskClient) -> None:
    first = put_on_call(hospital)
    outbox.deliver_due(FakeTransport())
    later(days=3)
    tell(vendor, first, "undelivered", code="30003")
    assert outbox.deliver_due(FakeTransport()) == 0


def test_a_word_that_comes_before_the_answer_to_the_sending_holds(hospital: Hospital, vendor: FlaskClient) -> None:
    made = put(hospital)

    class Quick(FakeTransport):
        def send(self, letter: Letter) -> Sent:
            answer = super().send(letter)
            tell(vendor, made, "delivered")
            return answer

    outbox.deliver_due(Quick())
    assert (state(made), message(made).vendor_id) == (("delivered", None), "fake-1")


@pytest.mark.parametrize("does", [Does.ACCEPT_WITHOUT_REPLY, Does.KILLED_AFTER])
def test_a_word_about_a_message_whose_answer_was_lost_shows_that_it_is_there(
    hospital: Hospital, vendor: FlaskClient, does: Does
) -> None:
    made, fake = put(hospital), FakeTransport([does])
    with suppress(Killed):
        outbox.deliver_due(fake)
    tell(vendor, made, "sent")
    assert (state(made), message(made).vendor_id) == (("accepted", None), "fake-1")
    later(hours=1)
    assert outbox.deliver_due(fake) == 0
    assert len(fake.has) == 1


def test_a_second_copy_is_remembered_so_that_its_words_are_erased_too(hospital: Hospital, vendor: FlaskClient) -> None:
    made = sent(hospital)
    tell(vendor, made, "undelivered", "fake-9", "30008")
    assert state(made) == ("accepted", None)
    tell(vendor, made, "delivered", "fake-9")
    assert state(made) == ("delivered", None)
    with reading() as session:
        assert session.scalars(select(MessageCopy.vendor_id)).all() == ["fake-9"]


def test_a_callback_says_nothing_back_and_leaves_nothing_of_hers_in_the_log(
    hospital: Hospital, vendor: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    made = sent(hospital)
    answer = tell(vendor, made, "undelivered", code="30003")
    assert answer.data == b""
    printed = "".join(capfd.readouterr())
    assert MOBILE not in printed
    assert WORDS not in printed


def test_a_blanked_message_can_still_be_told_about(hospital: Hospital, vendor: FlaskClient) -> None:
    made = sent(hospital)
    with transaction() as session:
        session.get_one(Message, made).letter_sealed = None
    tell(vendor, made, "undelivered", code="30003")
    assert state(made) == ("failed", "twilio-30003")


@pytest.mark.parametrize(
    "number, signature",
    [("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="), ("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")],
)
def test_the_signatures_in_the_vendors_own_documentation_are_genuine(number: str, signature: str) -> None:
    """https://www.twilio.com/docs/usage/security#validating-requests, as it stands and as it stood."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": number,
        "Digits": "1234",
        "From": number,
        "To": "+18005551212",
    }
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert is_genuine(ACCOUNT, address, form, signature)
    assert not is_genuine(ACCOUNT, address, form | {"Digits": "1235"}, signature)
    assert not is_genuine(ACCOUNT, PUBLIC, form, signature)
