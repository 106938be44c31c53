"""What clinicians do to an episode, from the fields of a form or a document to the verbs that do it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import episodes
from prom.assignments.timing import instant_of
from prom.audit.service import Actor
from prom.clinic.course import newer_version
from prom.clinic.previewing import Verb
from prom.errors import Conflict, Invalid
from prom.pathways.models import Episode
from prom.settings import service as settings
from prom.settings.known import KNOWN
from prom.settings.service import Seen
from prom.staff.models import Unit

#: A pause has an end, and none lies further away: who is silent for longer is asked whether she wants to go on.
LONGEST_PAUSE = timedelta(days=90)
#: Her clinic's part of the origins of an assignment.
CLINICIAN = "clinician"
_WRITTEN_DAY = "%d.%m.%Y"


@dataclass(frozen=True)
class Change:
    """What somebody wants done. `asks` is how often she is asked to confirm it after she has seen what it changes."""

    name: str
    verb: Verb
    asks: int = 0


def read(name: str, given: Mapping[str, str], actor: Actor) -> Change:
    """Read what is wanted from a form; raises Invalid naming the field at fault. Nothing is done yet."""
    verb, asks = _READERS[name]
    return Change(name, verb(given, actor), asks)


def day_in(given: Mapping[str, str], field: str) -> date:
    """Read a day, as a browser sends it or as people write it; raises Invalid naming the field."""
    text = given.get(field, "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.strptime(text, _WRITTEN_DAY).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Invalid(field) from None


def _pause(given: Mapping[str, str], actor: Actor) -> Verb:
    day, reason = day_in(given, "until"), given.get("reason", "")
    return lambda session, episode: pause(session, episode, day, reason, actor)


def pause(session: Session, episode: Episode, day: date, reason: str, actor: Actor) -> None:
    """Pause until the beginning of a local day; raises Invalid for one that is past or too far away."""
    zone = ZoneInfo(session.get_one(Unit, episode.unit_id).zone)
    today = clock.now().astimezone(zone).date()
    if not today < day <= today + LONGEST_PAUSE:
        raise Invalid("until")
    episodes.pause(session, episode, instant_of(day, time(), zone), reason, actor)


def _resume(_given: Mapping[str, str], actor: Actor) -> Verb:
    return lambda session, episode: episodes.resume(session, episode, actor)


def _anchor(given: Mapping[str, str], actor: Actor) -> Verb:
    code, day = given.get("anchor", ""), day_in(given, "day")
    return lambda session, episode: episodes.set_anchor(session, episode, code, day, actor)


def _version(_given: Mapping[str, str], actor: Actor) -> Verb:
    return lambda session, episode: change_version(session, episode, actor)


def change_version(session: Session, episode: Episode, actor: Actor) -> None:
    """Go on by the newest published version; raises Conflict where the episode is on it already."""
    newer = newer_version(session, episode)
    if newer is None:
        raise Conflict("version")
    episodes.change_version(session, episode, newer, actor)


def _end(given: Mapping[str, str], actor: Actor) -> Verb:
    reason = given.get("reason", "")
    if reason not in offered_ends():
        raise Invalid("reason")
    return lambda session, episode: episodes.end(session, episode, reason, actor)


def offered_ends() -> tuple[str, ...]:
    """Return why a clinician may end an episode; a death is registered on its own, for it stops more than this."""
    return tuple(each for each in episodes.END_REASONS if each != "died")


def _death(_given: Mapping[str, str], actor: Actor) -> Verb:
    return lambda session, episode: episodes.stop_person(session, episode.patient_id, "died", actor)


def _alive(given: Mapping[str, str], actor: Actor) -> Verb:
    why = given.get("why", "")
    return lambda session, episode: episodes.restore_person(session, episode.patient_id, why, actor)


def _ask(given: Mapping[str, str], actor: Actor) -> Verb:
    key = given.get("key", "")

    def verb(session: Session, episode: Episode) -> None:
        episodes.ask_now(session, episode, key, actor, CLINICIAN)

    return verb


def _setting(given: Mapping[str, str], actor: Actor) -> Verb:
    name, text = given.get("name", ""), given.get("value", "")
    seen = _moment(given.get("seen", ""))
    return lambda session, episode: choose(session, "patient", episode.patient_id, name, text, actor, seen)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def choose(
    session: Session,
    level: str,
    owner_id: uuid.UUID,
    name: str,
    text: str,
    actor: Actor,
    seen: Seen = settings.ANYTHING,
) -> None:
    """Keep a setting as a form sends it, or let what lies further out apply again where it says `inherit`.

    Raises Invalid naming the setting, and PreconditionFailed where another choice stands there than was `seen`.
    """
    if text == "inherit":
        settings.take_back(session, level, owner_id, name, actor, seen)
    else:
        settings.choose(session, level, owner_id, name, typed(name, text), actor, seen)


def typed(name: str, text: str) -> object:
    """Return what a form's text means for a setting; what it cannot mean is left for the setting's own check."""
    form = KNOWN[name].form if name in KNOWN else ""
    text = text.strip()
    if form == "yes-no":
        return {"yes": True, "no": False}.get(text, text)
    if form in ("number", "target"):
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
    return text or None


_READERS: Mapping[str, tuple[Callable[[Mapping[str, str], Actor], Verb], int]] = {
    "pause": (_pause, 0),
    "resume": (_resume, 0),
    "anchor": (_anchor, 1),
    "version": (_version, 1),
    "end": (_end, 1),
    # Whoever is marked as dead by mistake is no longer looked after: it is asked twice.
    "death": (_death, 2),
    "alive": (_alive, 0),
    "ask": (_ask, 0),
    "setting": (_setting, 0),
}

#: Everything that can be done to an episode.
NAMES = tuple(_READERS)
