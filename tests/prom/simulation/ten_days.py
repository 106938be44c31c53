"""Ten days of one patient as the rows and the telephones would show them: all right, until a test makes it wrong."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from prom import clock
from prom.assignments.models import Assignment, Information
from prom.db import new_id
from prom.pathways.definition import Pathway, parse
from prom.simulation.asking import judge_asking
from prom.simulation.book import Book, Told
from prom.simulation.crowd import crowd
from prom.simulation.faults import Verdict
from prom.simulation.lives import Answer, Life, Stay
from questionnaires.trees import yaml_tree

PAGE = (Path(__file__).parents[3] / "docs" / "pathways.md").read_text(encoding="utf-8")
#: The pathway in docs/pathways.md: a weekly check on Mondays with a reminder after a day, a text on the first day, and
#: one more question the day after a fever.
PATHWAY: Pathway = parse(yaml_tree.load(PAGE.split("```yaml\n")[1].split("```")[0]), "example")
OSLO = ZoneInfo("Europe/Oslo")
#: A Thursday; the Monday after it is the first that is asked on.
BEGINS, ANCHOR = datetime(2026, 11, 5, 7, tzinfo=UTC), date(2026, 11, 5)
MONDAY, END = datetime(2026, 11, 9, 8, tzinfo=UTC), datetime(2026, 11, 15, 12, tzinfo=UTC)
URL, RULES = "urn:prom:questionnaire:symptom-check", "urn:prom:rules:symptom-check"
WEEKLY = "weekly-symptom-check:2026-11-09"
HOUR = timedelta(hours=1)


def at(instant: datetime) -> uuid.UUID:
    """The id of a row that was made then."""
    with clock.moved_to(instant):
        return new_id()


@dataclass
class Course:
    """Ten days of one patient in which all went right, to be made wrong."""

    rows: dict[str, Assignment] = field(default_factory=dict)
    told: dict[str, datetime] = field(default_factory=dict)
    texts: dict[str, Information] = field(default_factory=dict)
    together: set[str] = field(default_factory=set)
    stay: Stay = field(
        default_factory=lambda: Stay(
            uuid.uuid4(), PATHWAY, 0, OSLO, BEGINS, {"treatment-start": ANCHOR}, {"treatment-start": BEGINS}
        )
    )
    life: Life = field(init=False)

    def __post_init__(self) -> None:
        young = next(each for each in crowd(50, 10, 1) if each.person.age(ANCHOR) < 60)
        self.life = Life(young, uuid.uuid4(), [self.stay])
        given = BEGINS.replace(hour=9)
        self.texts["welcome"] = Information(id=at(given), key="welcome", given_at=given)
        self.told[f"information:{self.texts['welcome'].id}"] = given
        self.ask(WEEKLY, MONDAY)

    def ask(self, occurrence: str, opens: datetime, made: datetime | None = None) -> Assignment:
        """Let something open, with its message, its reminder, and the call list for her silence."""
        hours = 4, 5, 22, 23
        if not occurrence.startswith("after:"):
            hours = 24, 36, 120, 132
        due, overdue, ends, begun_ends = (opens + each * HOUR for each in hours)
        row = Assignment(
            id=at(made or opens), occurrence=occurrence, origin="planned", status="open", opens_at=opens, due_at=due,
            overdue_at=overdue, expires_at=ends, begun_expires_at=begun_ends, silence_raised_at=overdue,
        )  # fmt: skip
        self.rows[occurrence] = row
        self.told[f"assignment:{row.id}"] = made or opens
        if not occurrence.startswith("after:"):
            self.told[f"reminder:{row.id}:1"] = opens + 24 * HOUR
        return row

    def key(self, kind: str) -> str:
        """The key of the first message of a kind."""
        return next(each for each in self.told if each.startswith(kind))

    def answer(self, when: datetime, *findings: str) -> None:
        """Let her answer of herself."""
        self.life.answers.append(Answer(when, self.stay.episode_id, URL, RULES, frozenset(findings)))

    def judged(self) -> Verdict:
        """What the verdict is."""
        told = [
            Told(uuid.uuid4(), self.life.patient_id, key.partition(":")[0], key, when, when, None)
            for key, when in self.told.items()
        ]
        book = Book(
            {self.stay.episode_id: list(self.rows.values())}, {}, {self.stay.episode_id: self.texts}, told,
            {each.key: each for each in told}, {self.life.patient_id: told},
            frozenset(self.together),
        )  # fmt: skip
        verdict = Verdict()
        judge_asking(verdict, END, self.life, self.stay, book)
        return verdict
