"""Whatever is tried in whatever order, a code takes five wrong tries and opens at most once, in its time."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from prom import clock
from prom.db import transaction
from prom.messaging.models import Kind, Message
from prom.my_page import codes
from prom.my_page.models import CodeAttempt, OneTimeCode
from prom.staff.queries import the_tenant
from tests.conftest import MONDAY, REGISTRATION, Hospital
from tests.prom.my_page.phones import NUMBER, codes_sent
from tests.prom.properties import sized_with_database
from tests.prom.steps import later

#: What can happen: a wrong code, the right one, each from the browser that asked or another, and time that passes.
EVENTS = st.lists(
    st.sampled_from(["wrong", "right", "wrong elsewhere", "right elsewhere", "for a number", "five minutes"]),
    max_size=14,
)


def wrong(code: str) -> str:
    """Another code of six digits."""
    return f"{(int(code) + 1) % 10**codes.DIGITS:0{codes.DIGITS}}"


@sized_with_database
@given(events=EVENTS)
def test_a_code_bears_five_wrong_tries_ten_minutes_and_one_use(hospital: Hospital, events: list[str]) -> None:
    clock.move_to(MONDAY)
    with transaction() as session:
        session.execute(delete(OneTimeCode))
        session.execute(delete(CodeAttempt))
        session.execute(delete(Message).where(Message.kind == Kind.CODE))
        codes.ask(session, the_tenant(session).id, "browser", NUMBER, REGISTRATION.birth_date)
    code = codes_sent()[0].code
    tries, used, minutes = 0, False, 0
    for event in events:
        if event == "five minutes":
            later(minutes=5)
            minutes += 5
            continue
        usable = tries < codes.TRIES and not used and minutes < codes.MINUTES
        typed = wrong(code) if event.startswith("wrong") else code
        about = (codes.NUMBER, "+4790000001") if event == "for a number" else (codes.ENTER, "")
        with transaction() as session:
            opened = codes.take(session, "other" if event.endswith("elsewhere") else "browser", typed, *about)
        assert (opened is not None) == (event == "right" and usable)
        used = used or opened is not None
        tries += event in ("wrong", "for a number") and usable
