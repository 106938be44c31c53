"""Every text that the staff's pages ask for is there, in every language of the staff."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import prom
from alerts.lifecycle import EARLIER_OUTCOMES, Outcome, Place, Verb
from alerts.rules import Severity
from prom.language import STAFF_LANGUAGES, has
from prom.messaging.models import Kind, State
from prom.pathways.service import INTENTS
from prom.staff.permissions import Role

HOME = Path(prom.__file__).parent
CLINIC = HOME / "clinic"
#: Keys in templates and code that stand whole; those that are put together are listed below.
WHOLE = re.compile(r"""\b(?:t|plain|text|said)\(\s*["']([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)["'][,)\s]""")
PUT_TOGETHER = (
    *(f"severity.{each.word}" for each in Severity),
    *(f"outcome.{each}" for each in (*Outcome, *EARLIER_OUTCOMES)),
    *(f"place.{each}" for each in Place),
    *(f"step.{each}" for each in (*Verb, "raise", "join", "note", "enter-in-error", "evidence-withdrawn")),
    *(f"action.alert.{each}" for each in (*Verb, "raise", "join", "note", "enter-in-error", "evidence-withdrawn")),
    *(f"intent.{each}" for each in INTENTS),
    *(f"role.{each}" for each in Role),
    *(f"message.kind.{each}" for each in Kind),
    *(f"message.state.{each}" for each in State),
    *(f"source.{each}" for each in ("patient", "proxy", "staff")),
    *(f"report.source.{each}" for each in ("patient", "proxy", "staff")),
    *(f"origin.{each}" for each in ("planned", "patient", "staff")),
    *(f"contact.{each}" for each in ("completed", "begun", "locked", "silent", "open", "expired", "cancelled")),
    *(f"actor.{each}" for each in ("patient", "proxy", "operator", "system")),
    *(f"level.{each}" for each in range(4)),
)


def asked_for() -> set[str]:
    files = [*CLINIC.rglob("*.html"), *CLINIC.rglob("*.py"), HOME / "templates" / "staff.html"]
    return {key for file in files for key in WHOLE.findall(file.read_text())}


def actions() -> set[str]:
    """Every action that is written into the audit log with its name whole."""
    named = re.compile(r'"((?:assignment|audit|episode|patient|response|visit)\.[a-z-]+)"')
    found = {key for file in HOME.rglob("*.py") for key in named.findall(file.read_text())}
    return {f"action.{key}" for key in found if not key.endswith(".id")}


def bases() -> set[str]:
    """Every basis that an audit record gives."""
    named = re.compile(r'\breason="([a-z-]+)"')
    return {f"audit.reason.{key}" for file in HOME.rglob("*.py") for key in named.findall(file.read_text())}


def keys(language: str) -> set[str]:
    with (CLINIC / "texts" / f"{language}.po").open("rb") as file:
        return {str(message.id) for message in read_po(file) if message.id and message.string}


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_no_page_asks_for_a_text_that_a_language_lacks(language: str) -> None:
    wanted = asked_for() | set(PUT_TOGETHER)
    assert len(wanted) > 150
    assert {key for key in wanted if not has(key, language)} == set()


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_action_in_the_log_has_words(language: str) -> None:
    assert {key for key in actions() | bases() if not has(key, language)} == set()


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_catalogues_hold_the_same_texts(language: str) -> None:
    assert keys(language) == keys("nb")


@pytest.mark.parametrize("language", ["nn", "en"])
def test_a_text_has_the_same_places_in_every_language(language: str) -> None:
    def places(tag: str) -> dict[str, set[str]]:
        with (CLINIC / "texts" / f"{tag}.po").open("rb") as file:
            return {str(each.id): set(re.findall(r"{(\w+)}", str(each.string))) for each in read_po(file) if each.id}

    assert places(language) == places("nb")
