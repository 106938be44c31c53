"""Whoever ends an episode and whoever corrects an answer of it wait for one another in one order."""

import threading
from datetime import date

from sqlalchemy import select

from prom.assignments.models import Plan
from prom.config import Settings
from prom.db import transaction
from prom.worklist.service import hold_episode
from tests.conftest import Hospital
from tests.prom.assignments.courses import begin, episode_of, item, publish


def test_an_end_waits_for_a_correction_and_neither_is_broken_off(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item()), date(2026, 11, 2))
    ending = threading.Thread(target=stay.verb, args=("end", "finished"))
    with transaction() as session:
        hold_episode(session, stay.id)
        ending.start()
        ending.join(timeout=0.5)  # as far as it comes
        assert session.scalars(select(Plan).where(Plan.episode_id == stay.id).with_for_update()).all()
    ending.join()
    assert episode_of(stay).status == "ended"
