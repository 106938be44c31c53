"""Pathway documents: a wrong one is refused by its name and place; the shipped one asks every Monday at nine."""

from copy import deepcopy
from datetime import time, timedelta
from typing import Any

import pytest

from prom.catalogue.service import PATHWAYS
from prom.pathways.definition import Offset, Pathway, PathwayError, Timing, Unit, parse
from questionnaires.parsing import read

SHIPPED = sorted(PATHWAYS.glob("*/*.yaml"))
DOCUMENT: dict[str, Any] = dict(read(PATHWAYS / "systemic-treatment" / "1.0.0.yaml"))


def changed(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The shipped document with one place changed, or left out where the value is `...`."""
    document = deepcopy(DOCUMENT)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


@pytest.mark.parametrize(
    "path, value, named",
    [
        (("url",), ..., "'url' is missing"),
        (("title",), ..., "'title' is missing"),
        (("items", 0, "key"), ..., "'key' is missing"),
        (("items", 0, "rules"), ..., "'rules' is missing"),
        (("items", 0, "window", "expiresHours"), ..., "'expiresHours' is missing"),
        (("items", 0, "window", "dueHours"), "soon", "soon"),
        (("items", 0, "timing", "unit"), "month", "'weekday' goes only with 'unit: week'"),
        (("items", 0, "timing", "weekday"), "mandag", "must be one of monday, tuesday,"),
        (("items", 0, "timing", "every"), 0, "'every' must be a whole number from 1 to 1000, not 0"),
        (("items", 0, "timing", "at"), "25:00", "'at' must be an hour as \"09:00\""),
        (("onDemand",), ..., "'onDemand' is missing"),
        (("onDemand",), "the same", "systemic-treatment"),
        (("items",), 7, "systemic-treatment"),
    ],
)
def test_a_wrong_document_is_refused_by_its_name_and_place(path: tuple[str | int, ...], value: Any, named: str) -> None:
    with pytest.raises(PathwayError, match=r"^systemic-treatment: ") as refused:
        parse(changed(path, value), "systemic-treatment")
    assert named in str(refused.value)


def test_rules_are_left_out_only_by_saying_so() -> None:
    """`rules: null` means that nobody judges; a forgotten line must not mean the same."""
    assert parse(changed(("items", 0, "rules"), None), "x").items[0].rules is None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_every_shipped_pathway_is_whole(path: Any) -> None:
    pathway = parse(read(path), path.parent.name)
    assert (pathway.name, pathway.version) == (path.parent.name, path.stem)
    for asked in pathway.asked:
        window = asked.window
        assert timedelta(0) < window.due <= window.overdue <= window.expires <= window.begun_expires
        assert "|" in asked.questionnaire
    assert len({asked.key for asked in pathway.asked}) == len(pathway.asked)


def test_the_systemic_treatment_pathway_asks_every_monday_at_nine() -> None:
    pathway = parse(DOCUMENT, "systemic-treatment")
    (weekly,) = pathway.items
    assert weekly.timing == Timing(1, Unit.WEEK, (time(9, 0),), Offset("treatment-start"), weekdays=(0,))
    assert (pathway.on_demand.timing, pathway.on_demand.questionnaire) == (None, weekly.questionnaire)
    assert {each.key for each in pathway.recorded} == {"frailty", "experience"}


@pytest.mark.parametrize("language", ["nb", "nn", "en", "se"])
def test_an_sms_fits_one_message_with_its_link_inside_it_and_tells_nothing_of_illness(language: str) -> None:
    words, _ = the_pathway().texts["sms"].read(language)
    assert words.count("{link}") == 1
    assert not words.startswith("{link}")
    assert not words.endswith("{link}")
    link = "https://prom.sykehuset.example/a#" + "x" * 43
    assert len(words.replace("{link}", link)) <= 160
    assert not any(word in words.lower() for word in ("kreft", "cancer", "symptom", "sykehus", "behandling", "onkolog"))
    gsm_7 = set("@£$¥èéùìòÇØøÅåÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà") | set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    )
    assert set(words.replace("{link}", "")) <= gsm_7


def the_pathway() -> Pathway:
    """The shipped pathway, compiled."""
    return parse(DOCUMENT, "systemic-treatment")
