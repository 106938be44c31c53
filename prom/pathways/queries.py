"""Finding pathways and episodes."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.catalogue.models import Definition
from prom.catalogue.queries import definitions, from_json, stamp
from prom.catalogue.service import one
from prom.errors import NotFound
from prom.pathways.definition import Pathway, parse
from prom.pathways.models import Episode

_compiled: dict[tuple[uuid.UUID, datetime], Pathway] = {}
#: What was found while no definition came, by the dialect of its engine: one process may speak to several, in tests.
_known: dict[tuple[object, ...], Pathway] = {}
MOST_KNOWN = 1000


def pathway(session: Session, url: str, version: str) -> Pathway:
    """Return a compiled pathway version; raises NotFound. It is read anew only when a definition has come since."""
    place = (session.get_bind().dialect, url, version, *stamp(session))
    found = _known.get(place)
    if found is None:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        found = _known[place] = _compile(one(session, "pathway", url, version))
    return found


def pathways_of(session: Session, episodes: Iterable[Episode]) -> dict[tuple[str, str], Pathway]:
    """Return url and version -> the compiled pathway version of each of these episodes; raises NotFound."""
    names = {(each.pathway_url, each.pathway_version) for each in episodes}
    return {name: pathway(session, *name) for name in names}


def offered(session: Session) -> Sequence[Pathway]:
    """Return the published pathways, of which an episode can be started."""
    return [_compile(row) for row in definitions(session, "pathway") if row.status == "active"]


def newest_offered(session: Session) -> Sequence[Pathway]:
    """Return the newest published version of each pathway: what a patient is put on."""
    newest: dict[str, Pathway] = {}
    for each in sorted(offered(session), key=lambda each: version_order(each.version)):
        newest[each.url] = each
    return sorted(newest.values(), key=lambda each: each.name)


def version_order(version: str) -> tuple[tuple[int, str], ...]:
    """Return what versions are sorted by: 1.10.0 comes after 1.9.0."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in version.split("."))


def asking_what_is_retired(session: Session) -> dict[str, list[str]]:
    """Return `name version` of each pathway that episodes are on -> the questionnaires it asks that are retired.

    They go on being asked, so that nothing stops in silence; another version of the pathway is the way out.
    """
    retired = {f"{row.url}|{row.version}" for row in definitions(session, "questionnaire") if row.status == "retired"}
    running = select(Episode.pathway_url, Episode.pathway_version).where(Episode.status == "active").distinct()
    found = {}
    for url, version in session.execute(running) if retired else ():
        chosen = pathway(session, url, version)
        asked = sorted({each.questionnaire for each in chosen.asked} & retired)
        if asked:
            found[f"{chosen.name} {chosen.version}"] = asked
    return found


def _compile(row: Definition) -> Pathway:
    stamp = (row.id, row.imported_at)
    if stamp not in _compiled:
        _compiled[stamp] = parse(from_json(row.document), row.name)
    return _compiled[stamp]


def episode(session: Session, episode_id: uuid.UUID) -> Episode:
    """Return an episode; raises NotFound."""
    found = session.get(Episode, episode_id)
    if found is None:
        raise NotFound("episode")
    return found


def episodes_of(session: Session, patient_id: uuid.UUID) -> Sequence[Episode]:
    """Return a patient's episodes, newest first."""
    return session.scalars(
        select(Episode).where(Episode.patient_id == patient_id).order_by(Episode.started_at.desc(), Episode.id.desc())
    ).all()


def active_episode(session: Session, patient_id: uuid.UUID) -> Episode | None:
    """Return the patient's newest active episode, if there is one."""
    return next((each for each in episodes_of(session, patient_id) if each.status == "active"), None)
