"""What the documents claim: paths, commands, settings, jobs and functions that they name are there."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import prom
from prom.cli import main
from prom.jobs import JOBS
from prom.staff.permissions import Role

ROOT = Path(prom.__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("[aq]*/README.md")])
#: Where a path that a document names may begin.
BASES = (ROOT, ROOT / "tests", ROOT / "prom")
KEPT = ("prom", "alerts", "questionnaires", "tests", "requirements", "migrations", "docs")
#: Made by `make setup` or `make run`, or a text's place in a feature.
MADE = ("prom.sqlite", "var/", ".venv/", "prom/static/designsystemet", "texts/")


def spoken(document: Path) -> Iterator[str]:
    """Everything that stands between backticks."""
    yield from re.findall(r"`([^`\n]+)`", document.read_text())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("docs/screenshots/")]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_file_that_is_named_is_there(document: Path) -> None:
    looks_like_one = re.compile(r"[\w.-]+/[\w./-]*|\w+\.(py|md|cfg|toml)")
    named = [words for words in spoken(document) if looks_like_one.fullmatch(words) and not words.startswith(MADE)]
    somewhere = {path.name for base in KEPT for path in (ROOT / base).rglob("*")}
    missing = [words for words in named if not any((base / words).exists() for base in BASES)]
    assert [words for words in missing if words.rstrip("/") not in somewhere] == []


def test_every_function_that_is_named_with_its_file_is_there() -> None:
    named: list[tuple[str, str]] = []
    for document in DOCUMENTS:
        named += re.findall(r"`([\w/]+\.py): (\w+)\(\)`", document.read_text())
    assert len(named) > 10
    missing = [
        f"{path}: {name}()"
        for path, name in named
        if not re.search(rf"^\s*def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_the_guide_names_every_setting_and_no_other() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()
    source = (ROOT / "prom" / "config.py").read_text()
    read = set(re.findall(r'"((?:PROM|TWILIO)_[A-Z_]+|PORT)"', source))
    told = set(re.findall(r"`((?:PROM|TWILIO)_[A-Z_]+|PORT)`", guide))
    assert told == read


def test_the_guide_names_every_job_with_its_cadence() -> None:
    guide = " ".join((ROOT / "docs" / "operations.md").read_text().split())
    for job in JOBS:
        seconds = int(job.every.total_seconds())
        written = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
        assert re.search(rf"{job.name} \((every )?{written}\)", guide), job.name


def test_every_command_that_is_named_is_one() -> None:
    known = {" ".join(path) for path in _commands(main, ())}
    named = {
        words.removeprefix("prom ")
        for document in DOCUMENTS
        for words in re.findall(r"(?:`|    )(prom [a-z]+(?: [a-z]+)?)", document.read_text())
    }
    assert len(named) > 8
    assert {words for words in named if words not in known and words.partition(" ")[0] not in known} == set()


def _commands(group: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from _commands(command, (*path, name))


def test_the_guide_names_every_role() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()
    assert all(role.value in guide for role in Role)


def test_every_decision_stands_in_the_list_and_says_why_what_and_what_follows() -> None:
    folder = ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text()
    decisions = sorted(folder.glob("[0-9]*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text()
        title = text.partition("\n")[0].removeprefix(f"# {int(path.name[:4])}. ")
        assert f"| [{path.name[:4]}]({path.name}) | {title} |" in listed
        assert [word for word in ("**Context.**", "**Decision.**", "**Consequences.**") if word not in text] == []
