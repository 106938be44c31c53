"""The benchmark's hospital, made through the real services: units, staff, a client with its token, a pathway."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from prom import clock, db
from prom.audit.service import Actor
from prom.benchmark import answers, long_form
from prom.benchmark.answers import Variant
from prom.catalogue.queries import from_json, instrument, newest
from prom.catalogue.service import take_in, take_in_shipped
from prom.clients import service as clients
from prom.pathways.definition import Asked, Pathway
from prom.pathways.queries import offered
from prom.pathways.service import publish_pathway
from prom.simulation.clinic import PATHWAY
from prom.staff.models import Tenant, Unit
from prom.staff.service import add_clinician, create_tenant, create_unit
from questionnaires.answers import QuestionnaireResponse

#: The password of the benchmark's nurse. It protects nothing: what it opens is invented, and gone a moment later.
PASSWORD = "synthetic-and-gone"
NURSE, PHYSICIAN = "bench-nurse", "bench-physician"
SCOPES = ("system/QuestionnaireResponse.c", "system/QuestionnaireResponse.rs", "system/Task.rs")


@dataclass(frozen=True)
class Hospital:
    """What the measurements need of it."""

    tenant_id: uuid.UUID
    #: The nurse works at the first.
    unit_ids: Sequence[uuid.UUID]
    pathway: Pathway
    symptom_check: Asked
    long_form: Asked
    long_answers: QuestionnaireResponse
    variants: Mapping[str, Sequence[Variant]]
    client_id: uuid.UUID
    token: str


def found(units: int) -> Hospital:
    """Make the hospital in the open installation, with so many units."""
    with db.transaction() as session:
        tenant = create_tenant(session, "Benchmark")
        made = [_unit(session, tenant, number) for number in range(units)]
        for username, role in ((NURSE, "nurse"), (PHYSICIAN, "physician")):
            add_clinician(
                session, tenant, username=username, display_name=username, role=role, password=PASSWORD, units=made[:1]
            )
        _publish(session)
        client, token = clients.add(
            session,
            tenant.id,
            name="benchmark",
            scopes=SCOPES,
            units=(),
            expires_at=clock.now() + timedelta(days=1),
            actor=Actor("operator"),
        )
        return _described(session, tenant, [unit.id for unit in made], client.id, token)


def _unit(session: Session, tenant: Tenant, number: int) -> Unit:
    # Numbers that no operator has, as in prom/simulation/clinic.yaml.
    return create_unit(session, tenant, f"Unit {number + 1}", phone="+4722000001", on_call_phone="+4799990001")


def _publish(session: Session) -> None:
    take_in_shipped(session)
    author, version = "prom", long_form.VERSION
    for kind, url, document in (
        ("questionnaire", long_form.URL, long_form.questionnaire()),
        ("scoring-key", long_form.URL, long_form.scoring_key()),
        ("rule-set", long_form.RULES, long_form.rules()),
    ):
        take_in(session, kind, url, version, long_form.NAME, document, author)
    shipped = from_json(newest(session, "pathway", PATHWAY).document)
    document = long_form.pathway(shipped)
    take_in(session, "pathway", document["url"], document["version"], long_form.PATHWAY, document, author)
    publish_pathway(session, long_form.PATHWAY, PHYSICIAN)


def _described(
    session: Session, tenant: Tenant, unit_ids: Sequence[uuid.UUID], client_id: uuid.UUID, token: str
) -> Hospital:
    pathway = next(each for each in offered(session) if each.name == long_form.PATHWAY)
    symptom_check = pathway.on_demand
    asked = next(each for each in pathway.recorded if each.key == "long-form")
    shipped = instrument(session, symptom_check.questionnaire)
    if shipped.key is None:
        raise LookupError("the symptom check has no scoring key")
    return Hospital(
        tenant_id=tenant.id,
        unit_ids=unit_ids,
        pathway=pathway,
        symptom_check=symptom_check,
        long_form=asked,
        long_answers=long_form.answered(instrument(session, asked.questionnaire).questionnaire),
        variants=answers.variants(shipped.questionnaire, shipped.key),
        client_id=client_id,
        token=token,
    )
