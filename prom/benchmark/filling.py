"""Filling a database with synthetic patients and their past, in batches; every row is sealed for its own place.

What the real services would have written of a quiet past, without its audit log: patients, keys, contact points,
episodes, completed assignments, responses, and the state that the rules read. `checked()` opens a sample of it by the
real code. What is open on the worklist is not filled in: it is submitted.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from prom import clock, crypto
from prom.assignments.models import Assignment
from prom.benchmark import plain
from prom.benchmark.hospital import Hospital
from prom.benchmark.past import DAYS, Filled, Past, Row
from prom.benchmark.rows import loading, tidy
from prom.config import Settings
from prom.crypto import Place
from prom.db import new_id
from prom.pathways.models import Episode
from prom.patients.models import ContactPoint, Patient, PatientKey
from prom.responses.models import PatientState, Response
from prom.simulation.people import FIRST_MOBILE, WORDS, tenor_numbers

#: Patients in one transaction.
AT_ONCE = 2000
BORN = datetime(1940, 1, 1)  # noqa: DTZ001 (a day)
CLINICAL = {"diagnosis": "C50.9", "intent": "adjuvant", "regimen": "EC90", "line": 1, "pathway_code": "A01"}

Progress = Callable[[float], None]


def fill(
    settings: Settings,
    hospital: Hospital,
    numbers: range,
    each: int,
    unit_size: int,
    progress: Progress = lambda _: None,
) -> None:
    """Add the patients of these numbers with `each` responses; a unit has `unit_size` of them."""
    identities = islice(_national_numbers(), numbers.start, numbers.stop)
    reports = plain.reports(hospital)
    with loading(settings) as put:
        for start in range(0, len(numbers), AT_ONCE):
            people = [_person(hospital, number, unit_size) for number in numbers[start : start + AT_ONCE]]
            put(Patient, (_patient(hospital, person, next(identities)) for person in people))
            put(PatientKey, (_patient_key(hospital, person) for person in people))
            put(ContactPoint, (_contact_point(hospital, person) for person in people))
            put(Episode, (_episode(hospital, person) for person in people))
            past = Past(hospital, people, reports, each)
            for week in range(each):
                put(Assignment, past.assignments(week))
                put(Response, past.responses(week))
            put(PatientState, past.states())
            progress((start + len(people)) / len(numbers))
    tidy(settings)


def _national_numbers() -> Iterator[str]:
    """Synthetic numbers of the official range, ten a birth date, none twice."""
    for day in range(60 * 365):
        yield from islice(tenor_numbers((BORN + timedelta(days=day)).date()), 10)


def _person(hospital: Hospital, number: int, unit_size: int) -> Filled:
    unit_id = hospital.unit_ids[number // unit_size % len(hospital.unit_ids)]
    return Filled(number, new_id(), crypto.new_key(), unit_id, new_id())


def _patient(hospital: Hospital, person: Filled, national_number: str) -> Row:
    names = WORDS["given"], WORDS["family"]
    identity = {
        "given": names[0][person.number % len(names[0])],
        "family": names[1][person.number % len(names[1])],
        "nationalNumber": national_number,
        "birthDate": "1960-05-17",
        "language": "nb",
    }
    return {
        "id": person.id,
        "tenant_id": hospital.tenant_id,
        "identity_sealed": person.seal(hospital.tenant_id, "patient", "identity", person.id, identity),
        "national_number_hash": crypto.keyed_hash(hospital.tenant_id, "national-number", national_number),
        "created_at": clock.now(),
    }


def _patient_key(hospital: Hospital, person: Filled) -> Row:
    wrapping = crypto.keyring().tenant(hospital.tenant_id).wrapping
    place = Place("patient_key", "wrapped", hospital.tenant_id, person.id)
    wrapped = crypto.seal_bytes(wrapping, person.key, place)
    return {"patient_id": person.id, "tenant_id": hospital.tenant_id, "wrapped": wrapped}


def _contact_point(hospital: Hospital, person: Filled) -> Row:
    # Fewer numbers than patients: several share one, which nothing here minds.
    row_id, mobile = new_id(), f"+{FIRST_MOBILE + person.number % 9000}"
    return {
        "id": row_id,
        "tenant_id": hospital.tenant_id,
        "patient_id": person.id,
        "kind": "sms",
        "value_sealed": person.seal(hospital.tenant_id, "contact_point", "value", row_id, mobile),
        "value_hash": crypto.keyed_hash(hospital.tenant_id, "phone", mobile),
        "active": True,
        "created_at": clock.now(),
    }


def _episode(hospital: Hospital, person: Filled) -> Row:
    began = clock.now() - timedelta(days=DAYS)
    return {
        "id": person.episode_id,
        "tenant_id": hospital.tenant_id,
        "patient_id": person.id,
        "unit_id": person.unit_id,
        "pathway_url": hospital.pathway.url,
        "pathway_version": hospital.pathway.version,
        "clinical_sealed": person.seal(hospital.tenant_id, "episode", "clinical", person.episode_id, CLINICAL),
        "anchor": began.date(),
        "status": "active",
        "started_at": began,
    }
