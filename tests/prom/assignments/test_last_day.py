"""A last day lies not before the first: she would never be asked, and nobody would know."""

from datetime import date, timedelta

import pytest

from prom.assignments import planning
from prom.config import Settings
from prom.db import reading
from prom.errors import Invalid
from prom.pathways.queries import episode, pathway
from tests.conftest import Hospital
from tests.prom.assignments.courses import begin, item, publish

FIRST = date(2026, 11, 9)
ANCHORS = [{"code": each, "title": dict.fromkeys(("nb", "nn", "en"), each)} for each in ("first", "last")]
TIMING = {"every": 1, "unit": "week", "at": "09:00", "from": {"anchor": "last"}}


def test_a_last_day_before_the_first_is_refused(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(timing=TIMING), anchors=ANCHORS), FIRST)
    with pytest.raises(Invalid) as refused:
        stay.verb("set_anchor", "last", FIRST - timedelta(days=1))
    assert refused.value.field == "day"
    stay.verb("set_anchor", "last", FIRST)
    with reading() as session:
        of = episode(session, stay.id)
        known = planning.known_anchors(session, of, pathway(session, of.pathway_url, of.pathway_version))
    assert known == {"first": FIRST, "last": FIRST}
