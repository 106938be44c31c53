"""Taking definitions in, publishing them with a second person's signature, and withdrawing them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import alerts.library
import questionnaires.library
from alerts.problems import RuleError
from alerts.rules import RuleSet
from prom import clock
from prom.catalogue.comparing import changes_between, refusal
from prom.catalogue.declared import refuse_endangering, refuse_revealing
from prom.catalogue.models import Definition
from prom.catalogue.queries import forget_stamp, from_json, instrument, newest, parse_rule_set
from prom.catalogue.safety import unsafe
from prom.errors import Conflict, Invalid, NotFound, NotSafe, PublishedAlready
from prom.staff.permissions import Role
from prom.staff.queries import clinician_by_username
from questionnaires.authoring.differences import Change
from questionnaires.documents import dumps
from questionnaires.documents import read as read_file
from questionnaires.keys.wordless import INSTRUMENT
from questionnaires.parsing import parse
from questionnaires.problems import QuestionnaireError

#: Who may sign: rules decide who is called and how soon, which takes a physician's name.
_SIGNERS = (Role.PHYSICIAN, Role.NURSE)
_SIGNERS_OF = {"rule-set": (Role.PHYSICIAN,)}
#: In the order in which they are published together: what judges stands before what is judged by it.
KINDS = ("scoring-key", "advice", "rule-set", "questionnaire", "pathway")
PATHWAYS = Path(__file__).resolve().parent.parent / "pathways" / "library"


def take_in(
    session: Session, kind: str, url: str, version: str, name: str, document: Mapping[str, Any], author: str
) -> Definition:
    """Store a definition as a draft. The same draft again replaces it; what is published already is not changed.

    Raises PublishedAlready, with what differs: a change of options, bounds, logic or scoring, or of words alone.
    """
    forget_stamp(session)
    found = session.scalars(
        select(Definition).where(Definition.kind == kind, Definition.url == url, Definition.version == version)
    ).first()
    text = dumps(document)
    if found is not None and found.status == "draft":
        found.document, found.author, found.imported_at = text, author, clock.now()
        return found
    if found is not None and found.document != text and from_json(found.document) != from_json(text):
        changes = changes_between(kind, from_json(found.document), from_json(text))
        raise PublishedAlready(refusal(changes), url=url, version=version)
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
    for shipped in questionnaires.library.versions():
        url, version, name = shipped.questionnaire.url, shipped.version, shipped.name
        take_in(session, "questionnaire", url, version, name, shipped.document, author)
        count += 1
        for kind, document in (("scoring-key", shipped.key_document), ("advice", shipped.advice_document)):
            if document is not None:
                take_in(session, kind, url, version, name, document, author)
                count += 1
    for rule_set in alerts.library.rule_sets():
        if not rule_set.questionnaire.startswith(INSTRUMENT):  # over an instrument without words, which nobody is asked
            take_in(session, "rule-set", rule_set.url, rule_set.version, rule_set.name, rule_set.document, author)
            count += 1
    for path in sorted(PATHWAYS.glob("*/*.yaml")):
        document = read_file(path)
        take_in(session, "pathway", document["url"], document["version"], path.parent.name, document, author)
        count += 1
    return count


def publish(session: Session, definition: Definition, signed_by: str) -> None:
    """Make a draft active. A physician signs, or a nurse all but rules, and never the author; raises Invalid.

    What is active already stays as it was signed. Raises Invalid too for a questionnaire that asks for logic Prom does
    not run, or that cannot be read; NotSafe for one that asks about danger and has no emergency rule or crisis text;
    PublishedAlready for a scoring key that would change what a published questionnaire is worth; RuleError or
    QuestionnaireError for rules, keys and advice that do not fit their questionnaire, or that an SMS could not ask.
    """
    clinician = clinician_by_username(session, signed_by)
    roles = _SIGNERS_OF.get(definition.kind, _SIGNERS) if definition.status == "draft" else _SIGNERS
    if clinician is None or clinician.role not in roles or signed_by == definition.author:
        raise Invalid("signed_by")
    if definition.status == "retired":
        raise Conflict("status")
    if definition.status == "active":
        return
    _check(session, definition)
    definition.status = "active"
    definition.signed_by = signed_by
    definition.published_at = clock.now()
    forget_stamp(session)
    session.flush()


def publish_together(session: Session, parts: Iterable[Definition], signed_by: str) -> list[Definition]:
    """Publish what belongs together, what judges before what is judged by it; raises as `publish` does.

    Returns what became published by it, without what stood published before.
    """
    ordered = sorted(parts, key=lambda part: KINDS.index(part.kind))
    drafts = [part for part in ordered if part.status == "draft"]
    for part in ordered:
        publish(session, part, signed_by)
    return drafts


def publish_questionnaire(session: Session, name: str, signed_by: str) -> list[Definition]:
    """Publish the newest version of a questionnaire (or `url|version`) with its scoring key and advice.

    Returns what became published by it. Raises NotFound, as `publish` does, and QuestionnaireError with what stands in
    the way of running it.
    """
    found = newest(session, "questionnaire", name)
    compiled = parse(from_json(found.document))
    if not compiled.publishable:
        raise QuestionnaireError(problem for problem in compiled.problems if problem.severity == "error")
    return publish_together(session, parts_of(session, found.url, found.version), signed_by)


def parts_of(session: Session, url: str, version: str) -> Sequence[Definition]:
    """Return a version of a questionnaire with its scoring key and advice, whatever their status."""
    return session.scalars(
        select(Definition).where(
            Definition.kind.in_(("questionnaire", "scoring-key", "advice")),
            Definition.url == url,
            Definition.version == version,
        )
    ).all()


def _check(session: Session, draft: Definition) -> None:
    canonical = f"{draft.url}|{draft.version}"
    if draft.kind == "rule-set":
        rules = parse_rule_set(session, from_json(draft.document))
        _try_examples(session, rules)
        refuse_endangering(session, rules)
    if draft.kind == "scoring-key" and one(session, "questionnaire", draft.url, draft.version).status != "draft":
        raise PublishedAlready(refusal((Change("meaning", "scoring-added"),)), url=draft.url, version=draft.version)
    if draft.kind == "questionnaire":
        if not _can_be_asked(draft):
            raise Invalid("document")
        problems = unsafe(session, canonical)
        if problems:
            raise NotSafe(problems)
        refuse_revealing(session, canonical)


def _try_examples(session: Session, rules: RuleSet) -> None:
    """Run the worked examples over the stored questionnaire; raises RuleError with what does not come out."""
    asked = [instrument(session, f"{rules.questionnaire}|{version}") for version in rules.questionnaire_versions]
    problems = alerts.library.check(rules, [(each.questionnaire, each.key) for each in asked])
    if rules.examples and problems:
        raise RuleError(problems)


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
