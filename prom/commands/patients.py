"""`prom patient ...`: a patient on a pathway, from options or by asking, and what is done to her episode."""

import uuid
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from prom import db
from prom.assignments import episodes
from prom.assignments.episodes import PAUSE_REASONS
from prom.assignments.service import plan_episode
from prom.clinic import acting, course
from prom.clinic.previewing import Verb
from prom.commands.hospital import unit_called
from prom.commands.speaking import as_json, opened, operator, say
from prom.errors import NotFound
from prom.language import PATIENT_LANGUAGES
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import episodes_of, offered
from prom.pathways.service import INTENTS, Clinical, start_episode
from prom.patients.service import Registration, register
from prom.staff.queries import the_tenant

DAY = click.DateTime(["%Y-%m-%d"])
PATIENT = click.argument("patient_id", metavar="PATIENT", type=click.UUID)


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


@patient.command("pause")
@PATIENT
@click.option("--until", required=True, type=DAY, help="The day on which it goes on, at most 90 days ahead.")
@click.option("--reason", required=True, type=click.Choice(PAUSE_REASONS))
@as_json
def pause(patient_id: uuid.UUID, until: datetime, reason: str, as_json: bool) -> None:
    """Ask a patient nothing, and send nothing, until a day. It goes on by itself."""
    _act(patient_id, lambda session, episode: acting.pause(session, episode, _day(until), reason, operator()))
    _done(as_json, patient_id, f"Paused until {_day(until)}. It goes on by itself.")


@patient.command("resume")
@PATIENT
@as_json
def resume(patient_id: uuid.UUID, as_json: bool) -> None:
    """End a patient's pause now."""
    _act(patient_id, lambda session, episode: episodes.resume(session, episode, operator()))
    _done(as_json, patient_id, "The pause is over.")


@patient.command("anchor")
@PATIENT
@click.argument("code")
@click.argument("day", type=DAY)
@as_json
def anchor(patient_id: uuid.UUID, code: str, day: datetime, as_json: bool) -> None:
    """Set or move a DAY (YYYY-MM-DD) that the pathway is reckoned from, by its CODE in the pathway."""
    _act(patient_id, lambda session, episode: episodes.set_anchor(session, episode, code, _day(day), operator()))
    _done(as_json, patient_id, f"{code} is {_day(day)}. What was answered is not asked again.")


@patient.command("end")
@PATIENT
@click.option("--reason", required=True, type=click.Choice(acting.offered_ends()))
@as_json
def end(patient_id: uuid.UUID, reason: str, as_json: bool) -> None:
    """End a patient's episode. She is told that nobody reads any more, unless it was an error."""
    _act(patient_id, lambda session, episode: episodes.end(session, episode, reason, operator()))
    _done(as_json, patient_id, "The episode has ended. Nothing more is asked.")


@patient.command("stop")
@PATIENT
@click.option("--yes", is_flag=True, help="Do not ask once more.")
@as_json
def stop(patient_id: uuid.UUID, yes: bool, as_json: bool) -> None:
    """Register a death: everything about the patient stops for good, and nothing is sent any more."""
    if not yes:
        click.confirm(
            "This stops everything for good and is taken back by `restore` only. Has the patient died?", abort=True
        )
    _act(patient_id, lambda session, _episode: episodes.stop_person(session, patient_id, "died", operator()))
    _done(as_json, patient_id, "Everything is stopped.")


@patient.command("restore")
@PATIENT
@click.option("--why", required=True, help="What the mistake was; kept sealed.")
@as_json
def restore(patient_id: uuid.UUID, why: str, as_json: bool) -> None:
    """Take back a death that was registered by mistake. Nothing is sent for the time between."""
    _act(patient_id, lambda session, _episode: episodes.restore_person(session, patient_id, why, operator()))
    _done(as_json, patient_id, "The patient is followed up again.")


def _act(patient_id: uuid.UUID, verb: Verb) -> None:
    opened()
    with db.transaction() as session:
        found = episodes_of(session, patient_id)
        if not found:
            raise NotFound("patient")
        course.hold(session, found[0])
        verb(session, found[0])


def _done(as_json: bool, patient_id: uuid.UUID, words: str) -> None:
    if as_json:
        say({"patient": str(patient_id)})
    else:
        click.echo(words)
