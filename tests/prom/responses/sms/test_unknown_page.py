"""The page of messages from numbers that nobody knows: for those who may read about patients, with a record."""

import pytest
from sqlalchemy import select

from prom.audit.models import AuditRecord
from prom.db import reading
from tests.conftest import SignIn
from tests.prom.responses.sms.phone import Phone


def test_nobody_who_is_not_signed_in_sees_it(phone: Phone) -> None:
    assert phone.client.get("/unknown-messages").status_code == 303


@pytest.mark.parametrize("username", ["administrator", "quality"])
def test_who_may_read_about_no_patient_does_not_see_it(phone: Phone, sign_in: SignIn, username: str) -> None:
    phone.client.application.config["WTF_CSRF_ENABLED"] = False
    sign_in(phone.client, username)
    assert phone.client.get("/unknown-messages").status_code == 403


def test_a_nurse_reads_what_a_stranger_wrote_and_leaves_a_record(phone: Phone, sign_in: SignIn) -> None:
    phone.client.application.config["WTF_CSRF_ENABLED"] = False
    phone.number = "+4790000055"
    phone.say("Er dette <riktig> nummer?")
    phone.number = "TELENOR"
    phone.say("Tilbud!")
    sign_in(phone.client, "nurse")
    page = phone.client.get("/unknown-messages")
    assert page.status_code == 200
    assert all(words in page.text for words in ("Er dette &lt;riktig&gt; nummer?", "90 00 00 55", "TELENOR", "Tilbud!"))
    with reading() as session:
        assert session.scalars(select(AuditRecord.action).where(AuditRecord.action == "incoming.list")).all()
