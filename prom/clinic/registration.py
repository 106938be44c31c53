"""From a form to a patient on a pathway, her first or another; everything wrong is named beside its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.episodes import set_anchor
from prom.assignments.service import plan_episode
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.errors import Invalid
from prom.pathways import service as pathways
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.service import FURTHEST_ANCHOR, INTENTS, Clinical, start_episode
from prom.patients import service as patients
from prom.patients.models import Patient
from prom.patients.queries import find_by_national_number
from prom.patients.service import Registration, register
from prom.staff.access import Caller
from prom.staff.models import Unit

#: What a stay on a pathway needs, in the form's order; who a new patient is; and her form.
STAY = ("pathway", "unit", "anchor", "diagnosis", "intent", "regimen", "line", "pathway_code")
PERSON = ("given", "family", "national_number", "birth_date", "mobile", "language")
FIELDS = (*PERSON, *STAY)
OPTIONAL = frozenset({"pathway_code"})
#: What a further day's field begins with; the code of the pathway's anchor follows.
FURTHER = "anchor."
_PATIENT = tuple(each.name for each in fields(Registration))
_TREATMENT = tuple(each.name for each in fields(Clinical))
#: Without a fault, and stored nowhere: each field of a form is checked in their place. The number is one of Tenor's.
_ANYBODY = Registration("A", "B", "10915596784", date(1955, 11, 10), "+4790000000", "nb")
_ANYTHING = Clinical("C50", INTENTS[0], "A", 1, "")
#: How people write a day beside ISO 8601.
_WRITTEN_DAY = "%d.%m.%Y"


class Faults(Exception):
    """What is wrong with the form: field -> code of the words beside it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__()
        further = [name for name in fields if name.startswith(FURTHER)]
        self.fields = {name: fields[name] for name in ("ends", *FIELDS, *further) if name in fields}


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A stay on a pathway that can be started."""

    clinical: Clinical
    pathway: Pathway
    unit: Unit
    anchor: date
    #: Code -> day of the pathway's further anchors that are known already.
    further: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Wanted(Stay):
    """A new patient with her first stay."""

    registration: Registration


@dataclass(frozen=True)
class Offered:
    """What can be chosen: each published pathway's newest version, and the units where the registering person works."""

    pathways: Sequence[Pathway]
    units: Sequence[Unit]

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents of treatment."""
        return INTENTS

    def pathway(self, canonical: str) -> Pathway | None:
        """Return the pathway `url|version` if it is offered."""
        return next((each for each in self.pathways if f"{each.url}|{each.version}" == canonical), None)

    def unit(self, unit_id: str) -> Unit | None:
        """Return the unit of this id if it is offered."""
        return next((each for each in self.units if str(each.id) == unit_id), None)


def read(given: Mapping[str, str], offered: Offered) -> Wanted:
    """Read the form of a new patient; raises Faults with everything that is wrong with it."""
    values = _values(given, offered, FIELDS)
    person = Registration(**{name: values[name] for name in _PATIENT})
    return Wanted(registration=patients.checked(person), **_stay(values))


def read_stay(given: Mapping[str, str], offered: Offered) -> Stay:
    """Read the form of another stay; raises Faults with everything that is wrong with it."""
    return Stay(**_stay(_values(given, offered, STAY)))


def _values(given: Mapping[str, str], offered: Offered, names: Sequence[str]) -> dict[str, Any]:
    text = {name: given.get(name, "").strip() for name in names}
    faults = {name: "blank" for name in names if not text[name] and name not in OPTIONAL}
    readers = {name: reader for name, reader in _readers(offered).items() if name in names}
    values = text | {name: _tried(name, text[name], faults, reader) for name, reader in readers.items()}
    for name in names:
        if name not in faults:
            _check(name, values[name], faults)
    further = _further(given, values["pathway"], values["anchor"], faults)
    if faults:
        raise Faults(faults)
    return values | {"further": further}


def _stay(values: Mapping[str, Any]) -> dict[str, Any]:
    clinical = pathways.checked(Clinical(**{name: values[name] for name in _TREATMENT}))
    return {"clinical": clinical} | {name: values[name] for name in ("pathway", "unit", "anchor", "further")}


def _further(
    given: Mapping[str, str], chosen: Pathway | None, first: date | None, faults: dict[str, str]
) -> dict[str, date]:
    """Read the further days of the chosen pathway that were filled in; those of other pathways are passed over.

    None may lie before the `first` day: she would never be asked.
    """
    found = {}
    for anchor in chosen.anchors[1:] if chosen is not None else ():
        name = f"{FURTHER}{anchor.code}"
        if text := given.get(name, "").strip():
            day = _tried(name, text, faults, _day)
            if day is not None:
                found[anchor.code] = day
            too_early = day is not None and first is not None and day < first
            if day is not None and (too_early or abs(day - clock.now().date()) > FURTHEST_ANCHOR):
                faults[name] = "wrong"
    return found


def _readers(offered: Offered) -> dict[str, Callable[[str], Any]]:
    return {
        "birth_date": _day,
        "anchor": _day,
        "line": int,
        "pathway": offered.pathway,
        "unit": offered.unit,
    }


def _tried(name: str, text: str, faults: dict[str, str], reader: Callable[[str], Any]) -> Any:
    """Read one field; what cannot be read is noted as a fault."""
    try:
        value = reader(text)
    except ValueError:
        value = None
    if value is None:
        faults.setdefault(name, "wrong")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.strptime(text, _WRITTEN_DAY).date()  # noqa: DTZ007 - a day has no zone


def _check(name: str, value: Any, faults: dict[str, str]) -> None:
    """Hold one field against the rules of the services, by itself, so that one fault hides no other."""
    try:
        if name in _PATIENT:
            patients.checked(replace(_ANYBODY, **{name: value}))
        elif name in _TREATMENT:
            pathways.checked(replace(_ANYTHING, **{name: value}))
        elif name == "anchor" and abs(value - clock.now().date()) > FURTHEST_ANCHOR:
            raise Invalid("anchor")
    except Invalid:
        faults[name] = "wrong"


def known(session: Session, who: Caller, wanted: Wanted) -> Patient | None:
    """Return the patient whose number this is already; that somebody asked stands in her log."""
    found = find_by_national_number(session, who.tenant_id, wanted.registration.national_number)
    if found is not None:
        audit.record(
            session,
            who.actor,
            "patient.find",
            tenant_id=who.tenant_id,
            entity="patient",
            entity_id=found.id,
            subjects=[found.id],
        )
    return found


def save(session: Session, wanted: Wanted, who: Caller) -> Episode:
    """Register the patient, start her episode and plan what she will be asked; raises Invalid naming a field."""
    return start(session, register(session, who.tenant_id, wanted.registration, who.actor), wanted, who.actor)


def start(session: Session, patient: Patient, stay: Stay, actor: Actor) -> Episode:
    """Start a patient's episode and plan what she will be asked; raises what `start_episode` raises."""
    episode = start_episode(session, patient, stay.unit, stay.pathway, stay.anchor, stay.clinical, actor)
    plan_episode(session, episode)
    for code, day in stay.further.items():
        set_anchor(session, episode, code, day, actor)
    return episode
