"""From the registration form to a patient on a pathway; everything wrong is named beside its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from prom.assignments.service import plan_episode
from prom.errors import Invalid
from prom.pathways import service as pathways
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.service import INTENTS, Clinical, start_episode
from prom.patients import phone
from prom.patients import service as patients
from prom.patients.service import Registration, register
from prom.staff.models import Unit
from prom.staff.sign_in import SignedIn

#: The form's fields in their order.
FIELDS = (
    *("given", "family", "national_number", "birth_date", "mobile", "language"),
    *("pathway", "unit", "anchor", "diagnosis", "intent", "regimen", "line", "pathway_code"),
)
OPTIONAL = frozenset({"pathway_code"})
#: How people write a day beside ISO 8601.
_WRITTEN_DAY = "%d.%m.%Y"


class Faults(Exception):
    """What is wrong with the form: field -> code of the words beside it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__()
        self.fields = {name: fields[name] for name in FIELDS if name in fields}


@dataclass(frozen=True)
class Wanted:
    """A form that can be saved."""

    registration: Registration
    clinical: Clinical
    pathway: Pathway
    unit: Unit
    anchor: date


@dataclass(frozen=True)
class Offered:
    """What can be chosen: the published pathways, and the units where the registering person works."""

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
    """Read the form; raises Faults with every field that is blank, and all else that is wrong."""
    text = {name: given.get(name, "").strip() for name in FIELDS}
    faults = {name: "blank" for name in FIELDS if not text[name] and name not in OPTIONAL}
    values = {name: _tried(name, text[name], faults, reader) for name, reader in _readers(offered).items()}
    registration = Registration(
        given=text["given"],
        family=text["family"],
        national_number=text["national_number"],
        birth_date=values["birth_date"] or date(1900, 1, 1),
        mobile=text["mobile"],
        language=text["language"],
    )
    clinical = Clinical(text["diagnosis"], text["intent"], text["regimen"], values["line"] or 1, text["pathway_code"])
    for check in (
        lambda: patients.checked(registration),
        lambda: pathways.checked(clinical),
        lambda: phone.mobile(text["mobile"]),
    ):
        _check(check, faults)
    if faults:
        raise Faults(faults)
    return Wanted(
        patients.checked(registration), pathways.checked(clinical), values["pathway"], values["unit"], values["anchor"]
    )


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


def _check(check: Callable[[], object], faults: dict[str, str]) -> None:
    try:
        check()
    except Invalid as refused:
        faults.setdefault(refused.field or "", "wrong")


def save(session: Session, wanted: Wanted, who: SignedIn) -> Episode:
    """Register the patient, start her episode and plan what she will be asked; raises Invalid naming a field."""
    patient = register(session, who.tenant_id, wanted.registration, who.actor)
    episode = start_episode(session, patient, wanted.unit, wanted.pathway, wanted.anchor, wanted.clinical, who.actor)
    plan_episode(session, episode)
    return episode
