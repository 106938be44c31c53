"""E-mail to staff: what each answer of a mail server is taken for, and what a mail tells."""

import smtplib
from email.message import EmailMessage

import pytest

from prom.audit.service import SYSTEM
from prom.db import engine, transaction
from prom.messaging import outbox
from prom.messaging.mail import Mail
from prom.messaging.transport import Ambiguous, Letter, Refused
from prom.messaging.ways import Ways
from prom.settings import service
from tests.conftest import Hospital
from tests.fake_transport import FakeTransport
from tests.prom.messaging.letters import message, put

pytestmark = pytest.mark.usefixtures("database")
TO = "vakt@sykehus.example"


class Server(smtplib.SMTP):
    """A mail server that offers nothing, and raises what it is told to when a mail is handed over."""

    def __init__(self, fault: Exception | None = None, login_fault: Exception | None = None) -> None:
        super().__init__()
        self.fault, self.login_fault = fault, login_fault
        self.mails: list[EmailMessage] = []
        self.signed_in: tuple[str, str] | None = None
        self.connections_open_meanwhile = 0

    def ehlo(self, name: str = "") -> tuple[int, bytes]:
        """Greet."""
        return 250, b"mail.example"

    def login(self, user: str, password: str, *, initial_response_ok: bool = True) -> tuple[int, bytes]:
        """Let in, or not."""
        if self.login_fault is not None:
            raise self.login_fault
        self.signed_in = (user, password)
        return 235, b""

    def send_message(self, msg: object, *_: object, **__: object) -> dict[str, tuple[int, bytes]]:
        """Take the mail, or not."""
        self.connections_open_meanwhile += engine().pool.checkedout()  # type: ignore[attr-defined]
        if self.fault is not None:
            raise self.fault
        assert isinstance(msg, EmailMessage)
        self.mails.append(msg)
        return {}


def mail_to_staff(hospital: Hospital, sender: str | None = "prom@sykehus.example") -> Letter:
    """A letter to staff in the outbox."""
    if sender is not None:
        with transaction() as session:
            service.choose(session, "installation", hospital.tenant.id, "senderMail", sender, SYSTEM)
    made = put(hospital, "staff:1", kind="staff", to=TO, body="Prom: 2 varsler venter.\n\nLogg inn.", patient_id=None)
    return Letter(TO, "Prom: 2 varsler venter.\n\nLogg inn.", made)


def test_without_a_sender_a_mail_waits(hospital: Hospital) -> None:
    with pytest.raises(Refused, match="mail-no-sender") as refusal:
        Mail("smtp://mail.example", Server).send(mail_to_staff(hospital, sender=None))
    assert not refusal.value.final


def test_a_server_that_cannot_be_reached_is_tried_later(hospital: Hospital) -> None:
    def refuses() -> smtplib.SMTP:
        raise ConnectionRefusedError(f"for {TO}")

    with pytest.raises(Refused) as refusal:
        Mail("smtp://mail.example", refuses).send(mail_to_staff(hospital))
    assert (refusal.value.code, refusal.value.final) == ("mail-unreachable-ConnectionRefusedError", False)


@pytest.mark.parametrize(
    "fault, code, final",
    [
        (smtplib.SMTPRecipientsRefused({TO: (550, b"no such mailbox")}), "mail-550", True),
        (smtplib.SMTPRecipientsRefused({TO: (451, b"later")}), "mail-451", False),
        (smtplib.SMTPSenderRefused(553, b"who?", "prom"), "mail-553", False),
        (smtplib.SMTPDataError(554, b"spam"), "mail-554", False),
    ],
)
def test_what_the_server_refuses_was_not_taken(hospital: Hospital, fault: Exception, code: str, final: bool) -> None:
    with pytest.raises(Refused) as refusal:
        Mail("smtp://mail.example", lambda: Server(fault)).send(mail_to_staff(hospital))
    assert (refusal.value.code, refusal.value.final) == (code, final)


def test_a_wrong_password_is_tried_later_and_not_told(hospital: Hospital) -> None:
    server = Server(login_fault=smtplib.SMTPAuthenticationError(535, b"no"))
    with pytest.raises(Refused, match="mail-535"):
        Mail("smtp://prom:secret@mail.example", lambda: server).send(mail_to_staff(hospital))


@pytest.mark.parametrize("fault", [smtplib.SMTPServerDisconnected("gone"), TimeoutError()])
def test_a_line_that_breaks_as_a_mail_is_handed_over_leaves_it_in_doubt(hospital: Hospital, fault: Exception) -> None:
    with pytest.raises(Ambiguous):
        Mail("smtp://mail.example", lambda: Server(fault)).send(mail_to_staff(hospital))


def test_a_mail_has_one_id_however_often_it_is_sent_and_no_transaction_is_open(hospital: Hospital) -> None:
    server, letter = Server(), mail_to_staff(hospital)
    mail = Mail("smtp://prom:a%40b@mail.example", lambda: server)
    mail.send(letter)
    assert (server.signed_in, server.connections_open_meanwhile) == (("prom", "a@b"), 0)
    sent = server.mails[0]
    assert (sent["From"], sent["To"], sent["Subject"]) == ("prom@sykehus.example", TO, "Prom: 2 varsler venter.")
    assert sent["Message-ID"] == f"<{letter.message_id}@sykehus.example>"
    assert mail.find(letter, hospital.tenant.created_at) is None


def test_mail_goes_by_mail_and_sms_by_sms(hospital: Hospital) -> None:
    letter, sms = mail_to_staff(hospital), put(hospital)
    server, vendor = Server(), FakeTransport()
    assert outbox.deliver_due(Ways(vendor, Mail("smtp://mail.example", lambda: server))) == 2
    assert (len(server.mails), len(vendor.has)) == (1, 1)
    assert {message(letter.message_id).state, message(sms).state} == {"accepted"}
