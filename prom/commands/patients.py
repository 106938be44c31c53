"""`prom patient add`: a patient on a pathway, from options or by asking."""

from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from prom import db
from prom.assignments.service import plan_episode
from prom.commands.hospital import unit_called
from prom.commands.speaking import as_json, opened, operator, say
from prom.language import PATIENT_LANGUAGES
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import offered
from prom.pathways.service import INTENTS, Clinical, start_episode
from prom.patients.service import Registration, register
from prom.staff.queries import the_tenant

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("patient")
def patient() -> None:
    """Look after patients."""


@patient.command("add")
@click.option("--given", prompt="Given name")
@click.option("--family", prompt="Family name")
@click.option("--national-number", prompt="National identity number")
@click.option("--birth-date", prompt="Date of birth (YYYY-MM-DD)", type=DAY)
@click.option("--mobile", prompt="Mobile number")
@click.option("--language", prompt="Language", type=click.Choice(PATIENT_LANGUAGES), default="nb")
@click.option("--unit", prompt="Unit")
@click.option("--pathway", prompt="Pathway", default="systemic-treatment")
@click.option("--first-day", prompt="First treatment day (YYYY-MM-DD)", type=DAY)
@click.option("--diagnosis", prompt="Diagnosis (ICD-10)")
@click.option("--intent", prompt="Intent", type=click.Choice(INTENTS))
@click.option("--regimen", prompt="Regimen")
@click.option("--line", prompt="Line of treatment", type=int, default=1)
@click.option("--pathway-code", prompt="Code of the pakkeforløp (may be empty)", default="", show_default=False)
@as_json
def add(as_json: bool, **given: Any) -> None:
    """Register a patient and start her on a pathway. What is not given as an option is asked for.

    Whoever can list this machine's processes can read options; where that matters, let yourself be asked.
    """
    opened()
    with db.transaction() as session:
        episode = _start(session, given)
    if as_json:
        say({"patient": str(episode.patient_id), "episode": str(episode.id)})
    else:
        click.echo(f"Registered as patient {episode.patient_id}.")


def _start(session: Session, given: dict[str, Any]) -> Episode:
    unit, pathway = unit_called(session, given["unit"]), _pathway(session, given["pathway"])
    registered = register(session, the_tenant(session).id, _registration(given), operator())
    clinical = Clinical(given["diagnosis"], given["intent"], given["regimen"], given["line"], given["pathway_code"])
    episode = start_episode(session, registered, unit, pathway, _day(given["first_day"]), clinical, operator())
    plan_episode(session, episode)
    return episode


def _registration(given: dict[str, Any]) -> Registration:
    return Registration(
        given=given["given"],
        family=given["family"],
        national_number=given["national_number"],
        birth_date=_day(given["birth_date"]),
        mobile=given["mobile"],
        language=given["language"],
    )


def _day(instant: datetime) -> date:
    return instant.date()


def _pathway(session: Session, name: str) -> Pathway:
    found = next((each for each in offered(session) if each.name == name), None)
    if found is None:
        raise click.ClickException(f"There is no published pathway {name!r}. Publish it first: prom pathway publish")
    return found
