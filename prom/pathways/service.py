"""Starting and ending episodes, and publishing pathways with all that they ask."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from prom import clock
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.catalogue import service as catalogue
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json, instrument, newest, parse_rule_set
from prom.catalogue.safety import unguarded
from prom.db import new_id
from prom.errors import Conflict, Invalid, NotPublished, NotSafe
from prom.pathways.checks import USUAL_LINK, refuse_unfit
from prom.pathways.definition import Asked, Pathway, parse
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode
from prom.patients import sealing
from prom.patients.models import Patient
from prom.staff.models import Unit

#: A letter, two digits, and up to two more after a point (ICD-10 as the Norwegian Patient Registry takes it).
ICD_10 = re.compile(r"[A-Z][0-9]{2}(\.?[0-9A-Z]{1,2})?")
INTENTS = ("curative", "adjuvant", "neoadjuvant", "palliative")
FURTHEST_ANCHOR = timedelta(days=365)


@dataclass(frozen=True)
class Clinical:
    """What a patient is treated for, and how. Sealed wherever it is stored."""

    #: ICD-10
    diagnosis: str
    intent: str
    regimen: str
    #: Line of treatment, from 1.
    line: int
    #: Code of the national cancer pathway (pakkeforløp); may be empty.
    pathway_code: str


def checked(clinical: Clinical) -> Clinical:
    """Return it tidied; raises Invalid naming the first wrong field."""
    diagnosis = clinical.diagnosis.strip().upper()
    if not ICD_10.fullmatch(diagnosis):
        raise Invalid("diagnosis")
    if clinical.intent not in INTENTS:
        raise Invalid("intent")
    if not clinical.regimen.strip():
        raise Invalid("regimen")
    if not 1 <= clinical.line <= 20:
        raise Invalid("line")
    return Clinical(diagnosis, clinical.intent, clinical.regimen.strip(), clinical.line, clinical.pathway_code.strip())


def start_episode(
    session: Session, patient: Patient, unit: Unit, pathway: Pathway, anchor: date, clinical: Clinical, actor: Actor
) -> Episode:
    """Put a patient on a published pathway from her first treatment day (the anchor).

    Raises Invalid naming a wrong field, NotPublished for a draft, Conflict when she is on a pathway already, or
    everything about her was stopped.
    """
    given = checked(clinical)
    if abs(anchor - clock.now().date()) > FURTHEST_ANCHOR:
        raise Invalid("anchor")
    if catalogue.one(session, "pathway", pathway.url, pathway.version).status != "active":
        raise NotPublished("pathway")
    # Locked first: two starts in one moment would both find none.
    found = session.get_one(Patient, patient.id, with_for_update={"key_share": True}, populate_existing=True)
    if found.stopped_at is not None or active_episode(session, patient.id) is not None:
        raise Conflict("episode")
    episode = Episode(
        id=new_id(),
        tenant_id=patient.tenant_id,
        patient_id=patient.id,
        unit_id=unit.id,
        pathway_url=pathway.url,
        pathway_version=pathway.version,
        anchor=anchor,
        status="active",
        started_at=clock.now(),
    )
    sealing.seal(session, episode, "clinical", asdict(given))
    session.add(episode)
    session.flush()
    audit.about(session, actor, "episode.start", episode)
    return episode


def open_clinical(session: Session, episode: Episode) -> Clinical:
    """Open what the patient is treated for; whoever shows it writes the audit record."""
    return Clinical(**sealing.open_column(session, episode, "clinical"))


def end_episode(session: Session, episode: Episode, actor: Actor) -> None:
    """End an episode; nothing more is asked in it."""
    episode.status, episode.ended_at = "ended", clock.now()
    session.flush()
    audit.about(session, actor, "episode.end", episode)


def publish_pathway(session: Session, name: str, signed_by: str, link: int = USUAL_LINK) -> list[Definition]:
    """Publish a pathway with every questionnaire, key, advice and rule set it uses; `signed_by` is a user name.

    Rule sets are compiled against their questionnaires first; messages are counted with a link of so many letters.
    Returns what became published by it, without what stood published before. Raises Invalid, also where rules are not
    for the questionnaire that they stand beside, NotSafe where they let an emergency pass, NotFound, PathwayError for
    what `checks` refuses, or what parsing raises.
    """
    definition = newest(session, "pathway", name)
    pathway = parse(from_json(definition.document), definition.name)
    findings = {finding for asked in pathway.asked for finding in _check(session, asked)}
    refuse_unfit(pathway, findings, link)
    return catalogue.publish_together(session, [*_parts(session, pathway), definition], signed_by)


def _check(session: Session, asked: Asked) -> list[str]:
    """Refuse rules for something else, and rules that let pass an emergency of its instrument; return their ids."""
    rules = None
    if asked.rules is not None:
        rules = parse_rule_set(session, from_json(newest(session, "rule-set", asked.rules).document))
        if not rules.covers(asked.questionnaire):
            raise Invalid("rules", key=asked.key)
    problems = unguarded(instrument(session, asked.questionnaire), rules)
    if problems:
        raise NotSafe(problems)
    return [rule.id for rule in rules.rules] if rules else []


def _parts(session: Session, pathway: Pathway) -> Iterator[Definition]:
    for canonical in dict.fromkeys(asked.questionnaire for asked in pathway.asked):
        newest(session, "questionnaire", canonical)
        url, _, version = canonical.partition("|")
        yield from catalogue.parts_of(session, url, version)
    for canonical in dict.fromkeys(asked.rules for asked in pathway.asked if asked.rules):
        yield newest(session, "rule-set", canonical)
