"""Pathways at the shell: what is wrong is told before one is taken in, and what its messages take at publishing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer
from tests.prom.pathways.documents import changed, said

Write = Callable[[Any], str]
OPERATION = ("--anchor", "operation=2026-11-23")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a pathway's document, and return where."""

    def do(document: Any) -> str:
        path = tmp_path / "pathway.json"
        path.write_text(json.dumps(document, default=str), encoding="utf-8")
        return str(path)

    return do


def test_a_document_that_cannot_be_read_is_named_by_every_wrong_place(nowhere: Prom, write: Write) -> None:
    result = nowhere("pathway", "check", write(changed(("items", 0, "timing", "every"), 0)))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "Error: items, daily-recovery-check, timing: 'every' must be a whole number from 1 to 1000, not 0",
        "pathway.json: not fit",
    ]


def test_what_publishing_would_refuse_ends_with_1_and_what_it_tells_does_not(nowhere: Prom, write: Write) -> None:
    unfit = nowhere("pathway", "check", write(changed(("texts", "sms"), said("Hei! {link}"))))
    assert (unfit.exit_code, "Error: texts, sms, nb: it ends with {link}" in unfit.stdout) == (1, True)
    telling = nowhere("pathway", "check", write(changed(("texts", "sms"), said("Hei fra sykehuset! {link} Takk"))))
    assert (telling.exit_code, "Warning: texts, sms, nb: 'sykehuset' may tell" in telling.stdout) == (0, True)


@pytest.mark.parametrize(
    "path, value, line",
    [
        (("afterAnswers", 0, "finding"), "fevre", "Error: afterAnswers, fever-again: 'finding' names 'fevre'"),
        (("items", 0, "rules"), "urn:x|1", "Warning: daily-recovery-check: urn:x|1 is not among what Prom ships"),
        (
            ("items", 0, "questionnaire"),
            "urn:x|1",
            "Warning: daily-recovery-check: urn:x|1 is not among what Prom ships",
        ),
    ],
)
def test_what_it_asks_and_judges_by_is_sought_among_what_is_shipped(
    nowhere: Prom, write: Write, path: tuple[str | int, ...], value: str, line: str
) -> None:
    assert line in nowhere("pathway", "check", write(changed(path, value))).stdout


def test_a_fit_pathway_is_told_with_the_sms_of_each_message_in_each_language(nowhere: Prom, write: Write) -> None:
    result = nowhere(
        "pathway", "check", write(changed(("texts", "sms"), {**said("Hei! {link} Takk"), "se": "Č {link} č"}))
    )
    assert result.exit_code == 0
    assert "SMS: sms en: 1 SMS, " in result.stdout
    assert "SMS: sms se: 2 SMS, " in result.stdout
    assert "UCS-2, because of 'Č' (U+010C) 'č' (U+010D)" in result.stdout
    assert result.stdout.splitlines()[-1] == "pathway.json: all well"


def test_a_check_can_be_read_by_a_machine(nowhere: Prom, write: Write) -> None:
    told = answer(nowhere("pathway", "check", write(changed(("texts", "ended"), said("Kreft"))), "--json"))
    assert told["valid"] is True
    assert {(each["code"], each["severity"]) for each in told["problems"]} == {("telling-word", "warning")}


@pytest.mark.parametrize("anchor", ["birth=2026-11-23", "operation", "operation=tomorrow"])
def test_an_unknown_anchor_or_day_is_refused(nowhere: Prom, write: Write, anchor: str) -> None:
    result = nowhere("pathway", "dates", write(changed(("version",), "2")), "--anchor", anchor)
    assert (result.exit_code, result.stdout) == (2, "")


def test_the_days_of_a_pathway_are_shown_before_anybody_takes_it_in(nowhere: Prom, write: Write) -> None:
    result = nowhere("pathway", "dates", write(changed(("version",), "2")), *OPERATION, "--most", "2")
    days = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert days["daily-recovery-check"] == "2026-11-24, 2026-11-25"
    assert days["daily-life-12-months"] == "2027-11-23"
    assert days["before-operation"] == "2026-11-20"


def test_what_hangs_on_a_day_that_is_not_given_is_not_shown(nowhere: Prom, write: Write) -> None:
    result = nowhere("pathway", "dates", write(changed(("version",), "2")))
    assert {line.split()[-1] for line in result.stdout.splitlines()} == {"-"}


def test_what_is_worth_a_look_is_told_when_a_pathway_is_taken_in(prom: Prom, hospital: Hospital, write: Write) -> None:
    mine = {**changed(("texts", "sms"), said("Hei {link}")), "url": "urn:mine"}
    result = prom("pathway", "import", write(mine), "--name", "mine")
    assert result.exit_code == 0
    assert "Error: texts, sms, nb: it ends with {link}" in result.stderr
    assert result.stdout == "Stored pathway mine 1.0.1 (draft).\n"


def test_an_unfit_pathway_is_not_published_and_a_fit_one_is_with_its_count(
    prom: Prom, hospital: Hospital, write: Write
) -> None:
    only = {"items": [], "afterAnswers": [], "version": "7"}
    unfit = {**changed(("texts", "sms"), said("Hei {link}")), **only, "url": "urn:mine"}
    assert prom("pathway", "import", write(unfit), "--name", "mine").exit_code == 0
    refused = prom("pathway", "publish", "mine", "--signed-by", "physician")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "mine: texts, sms, nb: it ends with {link}" in refused.stderr
    fit = {**unfit, "texts": {"sms": said("Hei {link} takk")}}
    assert prom("pathway", "import", write(fit), "--name", "mine").exit_code == 0
    published = prom("pathway", "publish", "mine", "--signed-by", "physician")
    assert published.exit_code == 0
    assert "SMS: sms nb: 1 SMS, " in published.stderr
    assert "Published pathway mine 7, signed by physician." in published.stdout


def test_publishing_tells_only_what_became_published_by_it(hospital: Hospital, prom: Prom) -> None:
    def listed() -> dict[str, str]:
        return {row["name"]: row["status"] for row in answer(prom("pathway", "list", "--json"))}

    assert listed()["surgery"] == "draft"
    first = answer(prom("pathway", "publish", "surgery", "--signed-by", "physician", "--json"))
    assert {"surgery"} <= {row["name"] for row in first}
    assert listed()["surgery"] == "active"
    assert answer(prom("pathway", "publish", "surgery", "--signed-by", "physician", "--json")) == []
    follow_up = answer(prom("pathway", "publish", "follow-up-late-effects", "--signed-by", "physician", "--json"))
    assert not {(row["kind"], row["url"], row["version"]) for row in first} & {
        (row["kind"], row["url"], row["version"]) for row in follow_up
    }
    assert "stands published already" in prom("pathway", "publish", "surgery", "--signed-by", "physician").stdout
    assert "surgery" in prom("pathway", "list").stdout
