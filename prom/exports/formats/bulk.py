"""FHIR resources a line each, as FHIR's Bulk Data has them: Questionnaires, then each Patient before her first answer.

A Patient is a pseudonym and nothing else. Answers in her own words and files are left out, as everywhere in an export.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom.catalogue.queries import definitions
from prom.exports.pseudonyms import Pseudonyms
from prom.exports.rows import AT_ONCE, Progress, Wanted
from prom.exports.writing import Export
from prom.responses import drafts
from prom.responses.cells import FREE_TEXT
from prom.responses.models import Response
from prom.staff.models import Unit
from questionnaires.documents import dumps, loads
from questionnaires.exchange import to_fhir
from questionnaires.languages import documents


def write(export: Export, path: Path) -> int:
    """Write it and return how many responses are in it."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for resource in _resources(export.session, export.wanted, export.progress):
            count += resource["resourceType"] == "QuestionnaireResponse"
            file.write(dumps(resource) + "\n")
    return count


def _resources(session: Session, wanted: Wanted, progress: Progress | None) -> Iterator[dict[str, Any]]:
    exported = {made.questionnaire.canonical for made in wanted.versions}
    for definition in definitions(session, "questionnaire"):
        if f"{definition.url}|{definition.version}" in exported:
            yield {**documents(loads(definition.document))[0], "id": str(definition.id)}
    own_words = {
        made.questionnaire.canonical: {item.link_id for item in made.questionnaire.questions if item.type in FREE_TEXT}
        for made in wanted.versions
    }
    zones = {unit.id: ZoneInfo(unit.zone) for unit in session.scalars(select(Unit))}
    pseudonyms, known = Pseudonyms(wanted.tenant_id), set[str]()
    for row in _responses(session, wanted, progress):
        patient = pseudonyms.patient(row.patient_id)
        if patient not in known:
            known.add(patient)
            yield {"resourceType": "Patient", "id": patient}
        given = to_fhir(drafts.opened(session, row))
        yield {
            **_beneath(own_words[row.questionnaire], given),
            "id": pseudonyms.response(str(row.id)),
            "language": row.language,
            "questionnaire": row.questionnaire,
            "status": row.status,
            "subject": {"reference": f"Patient/{patient}"},
            "authored": row.authored_at.astimezone(zones[row.unit_id]).isoformat(timespec="seconds"),
            "source": {"type": "Patient" if row.source == "patient" else "RelatedPerson", "display": row.source},
        }


def _responses(session: Session, wanted: Wanted, progress: Progress | None) -> Iterator[Response]:
    total = session.scalar(select(func.count()).select_from(Response).where(*wanted.chosen)) or 0
    done, page = 0, select(Response).where(*wanted.chosen).order_by(Response.id).limit(AT_ONCE)
    found = session.scalars(page).all()
    while found:
        last = found[-1].id
        done += len(found)
        # Who answered for the first time since is on no record yet, and waits for the next export.
        yield from (row for row in found if row.patient_id in wanted.named)
        session.expunge_all()
        if progress:
            progress(done, total)
        found = session.scalars(page.where(Response.id > last)).all()


def _without(own_words: Collection[str], items: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    kept = []
    for item in items:
        if item["linkId"] in own_words:
            continue
        node = _beneath(own_words, item)
        if "answer" in node:
            node["answer"] = [_beneath(own_words, answer) for answer in node["answer"]]
        kept.append(node)
    return kept


def _beneath(own_words: Collection[str], node: Mapping[str, Any]) -> dict[str, Any]:
    """The node with what is left beneath it; FHIR has no empty lists."""
    left = _without(own_words, node.get("item", []))
    return {**{name: value for name, value in node.items() if name != "item"}, **({"item": left} if left else {})}
