"""Whether she was told of all that she was asked, reminded as planned, and given the pathway's texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from prom.assignments.models import Assignment
from prom.pathways.definition import Asked, InformationItem
from prom.simulation.book import Book, made_at
from prom.simulation.faults import LATE, Verdict
from prom.simulation.hours import earliest
from prom.simulation.lives import Answer, Life, Stay
from prom.simulation.reckoning import day_of, instant

#: Opened later than this it is counted from the moment of its message (docs/pathways.md).
COUNTED_ANEW = timedelta(hours=1)
#: Where another message leads to the same place, one of them is left out once that is with the vendor. It waits two
#: minutes for that, and then goes by itself; so whoever has nothing by then, and the minute that any may be late, was
#: not told.
TOGETHER = timedelta(minutes=2) + LATE


@dataclass(frozen=True)
class Matter:
    """One stay of one patient that is judged: what is known of it, and the rows by occurrence."""

    verdict: Verdict
    end: datetime
    life: Life
    stay: Stay
    book: Book
    rows: Mapping[str, Assignment]

    @cached_property
    def answers(self) -> list[Answer]:
        """What she answered in this stay, oldest first."""
        return sorted(
            (each for each in self.life.answers if each.episode_id == self.stay.episode_id), key=lambda each: each.at
        )

    def goes_on(self, at: datetime) -> bool:
        """Whether the stay and the trial last longer, and no pause begins, so that what is due then can be done."""
        until = at + LATE
        ended = self.stay.ended_at is not None and self.stay.ended_at <= until
        return until < self.end and not ended and not self.stay.paused(until)

    def hears(self, at: datetime) -> bool:
        """Whether she can be sent an SMS then."""
        out = self.life.opted_out_at
        return self.goes_on(at) and (out is None or out > at + LATE)

    def has_answered(self, asked: Asked, row: Assignment, by: datetime) -> bool:
        """Whether she had answered this, or the same in another form, by then."""
        answered = self.life.answered.get(row.id)
        return (answered is not None and answered <= by) or any(
            each.url == url_of(asked) and row.opens_at <= each.at <= by for each in self.answers
        )


def url_of(asked: Asked) -> str:
    """Which questionnaire is asked, without its version."""
    return asked.questionnaire.partition("|")[0]


def judge_telling(matter: Matter, asked: Asked, row: Assignment, opens: datetime) -> None:
    """Judge the message and the reminders of what opened at an instant, and that her silence was told."""
    if not {"patient", "proxy"} & set(asked.answered_by):
        return
    since = row.opens_at if made_at(row.id) - row.opens_at < COUNTED_ANEW else opens
    ends = max(row.opens_at + asked.window.expires, since + asked.window.overdue)
    _judge_message(matter, asked, row, f"assignment:{row.id}", opens, row.begun_expires_at)
    for number, after in enumerate(asked.reminders, 1):
        if not matter.stay.paused(since + after):  # what falls into a pause is not said at all
            _judge_message(matter, asked, row, f"reminder:{row.id}:{number}", since + after, ends)
    _judge_silence(matter, asked, row, since + asked.window.overdue)


def _judge_message(matter: Matter, asked: Asked, row: Assignment, key: str, wanted: datetime, ends: datetime) -> None:
    due, told = earliest(wanted, matter.stay), matter.book.by_key.get(key)
    if told is not None and told.at < wanted:
        matter.verdict.blame("sent too soon", f"{key}, due {wanted:%Y-%m-%d %H:%M}")
    if due + LATE >= ends or not matter.hears(due) or matter.has_answered(asked, row, due + LATE):
        return
    if key.startswith("reminder") and any(begins < due and wanted < until for begins, until in matter.stay.pauses):
        return
    matter.verdict.expected += 1
    what = f"{key} in episode {matter.stay.episode_id}, due {due:%Y-%m-%d %H:%M}"
    if told is None:
        if not _told_together(matter, key, wanted, due):
            matter.verdict.blame("never reminded" if key.startswith("reminder") else "never told", what)
    elif told.at - due > LATE:
        matter.verdict.blame("sent late", what)


def _told_together(matter: Matter, key: str, wanted: datetime, due: datetime) -> bool:
    """Whether her contact log says of this very message that it went with another, and another came."""
    told = matter.book.by_patient.get(matter.life.patient_id, ())
    return key in matter.book.together and any(wanted <= each.at <= due + TOGETHER for each in told)


def _judge_silence(matter: Matter, asked: Asked, row: Assignment, overdue: datetime) -> None:
    """Whoever has not answered in time is put on the call list then."""
    if row.status == "cancelled" or not matter.goes_on(overdue) or matter.has_answered(asked, row, overdue + LATE):
        return
    if row.silence_raised_at is None or abs(row.silence_raised_at - overdue) > LATE:
        what = f"{row.occurrence} in episode {matter.stay.episode_id}, overdue {overdue:%Y-%m-%d %H:%M}"
        matter.verdict.blame("silence not told", what)


def judge_text(matter: Matter, text: InformationItem) -> None:
    """Judge that a text of the pathway was given on its day, with its message."""
    stay, day = matter.stay, day_of(text.start, matter.stay.anchors)
    if day is None:
        return
    due = instant(day, text.at, stay.zone)
    known = max(stay.begun_at, stay.known_since[text.start.anchor])
    if due < known or stay.paused(due) or not matter.goes_on(due):
        return
    matter.verdict.expected += 1
    given = matter.book.given.get(stay.episode_id, {}).get(text.key)
    what = f"{text.key} in episode {stay.episode_id}, due {due:%Y-%m-%d %H:%M}"
    if given is None:
        matter.verdict.blame("text never given", what)
        return
    if abs(given.given_at - due) > LATE:
        matter.verdict.blame("opened late", what)
    heard = earliest(due, stay)
    key = f"information:{given.id}"
    told = matter.book.by_key.get(key)
    if told is None and matter.hears(heard) and not _told_together(matter, key, due, heard):
        matter.verdict.blame("never told", what)
