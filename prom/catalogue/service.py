"""Taking definitions in, publishing them with a second person's signature, and withdrawing them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import alerts.library
import questionnaires.library
from prom import clock
from prom.catalogue.models import Definition
from prom.catalogue.queries import forget_stamp, from_json
from prom.errors import Conflict, Invalid, NotFound
from prom.staff.permissions import Role
from prom.staff.queries import clinician_by_username
from questionnaires.documents import dumps
from questionnaires.documents import read as read_file
from questionnaires.parsing import parse
from questionnaires.problems import QuestionnaireError

KINDS = ("questionnaire", "scoring-key", "advice", "rule-set", "pathway")
PATHWAYS = Path(__file__).resolve().parent.parent / "pathways" / "library"


def take_in(
    session: Session, kind: str, url: str, version: str, name: str, document: Mapping[str, Any], author: str
) -> Definition:
    """Store a definition as a draft. The same draft again replaces it; raises Conflict when it is published already."""
    forget_stamp(session)
    found = session.scalars(
        select(Definition).where(Definition.kind == kind, Definition.url == url, Definition.version == version)
    ).first()
    text = dumps(document)
    if found is not None and found.status == "draft":
        found.document, found.author, found.imported_at = text, author, clock.now()
        return found
    if found is not None and found.document != text:
        raise Conflict("version", url=url, version=version)
    if found is not None:
        return found
    definition = Definition(
        kind=kind,
        url=url,
        version=version,
        name=name,
        status="draft",
        document=text,
        imported_at=clock.now(),
        author=author,
    )
    session.add(definition)
    session.flush()
    return definition


def take_in_shipped(session: Session, author: str = "prom") -> int:
    """Store all that Prom ships as drafts, and return how many definitions there are; what is there already stays."""
    count = 0
    for instrument in questionnaires.library.versions():
        url, version, name = instrument.questionnaire.url, instrument.version, instrument.name
        take_in(session, "questionnaire", url, version, name, instrument.document, author)
        count += 1
        for kind, document in (("scoring-key", instrument.key_document), ("advice", instrument.advice_document)):
            if document is not None:
                take_in(session, kind, url, version, name, document, author)
                count += 1
    for rule_set in alerts.library.rule_sets():
        take_in(session, "rule-set", rule_set.url, rule_set.version, rule_set.name, rule_set.document, author)
        count += 1
    for path in sorted(PATHWAYS.glob("*/*.yaml")):
        document = read_file(path)
        take_in(session, "pathway", document["url"], document["version"], path.parent.name, document, author)
        count += 1
    return count


def publish(session: Session, definition: Definition, signed_by: str) -> None:
    """Make a draft active. The signature must be that of a physician or nurse who is not its author; raises Invalid.

    Raises Invalid too for a questionnaire that asks for logic Prom does not run, or that cannot be read.
    """
    clinician = clinician_by_username(session, signed_by)
    if clinician is None or clinician.role not in (Role.PHYSICIAN, Role.NURSE) or signed_by == definition.author:
        raise Invalid("signed_by")
    if definition.status == "retired":
        raise Conflict("status")
    if definition.kind == "questionnaire" and not _can_be_asked(definition):
        raise Invalid("document")
    definition.status = "active"
    definition.signed_by = signed_by
    definition.published_at = definition.published_at or clock.now()
    session.flush()


def _can_be_asked(definition: Definition) -> bool:
    try:
        return parse(from_json(definition.document)).publishable
    except QuestionnaireError:
        return False


def withdraw(session: Session, definition: Definition) -> None:
    """Take a version out of use: nothing new is asked with it, what was asked with it is still answered and judged."""
    if definition.status == "draft":
        raise Invalid("status")
    definition.status = "retired"
    session.flush()


def one(session: Session, kind: str, url: str, version: str) -> Definition:
    """Return one version of a definition; raises NotFound."""
    found = session.scalars(
        select(Definition).where(Definition.kind == kind, Definition.url == url, Definition.version == version)
    ).first()
    if found is None:
        raise NotFound(kind)
    return found
