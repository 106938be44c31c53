"""Whether all was asked that had to be, and nothing else: what is planned, what an answer asks for, and texts.

Everything is reckoned from the timings and from what befell the patient; the rows are only looked up.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from prom.assignments.models import Assignment
from prom.pathways.definition import AfterAnswer, Asked
from prom.simulation.book import Book, made_at
from prom.simulation.faults import LATE, Verdict
from prom.simulation.lives import Life, Stay
from prom.simulation.reckoning import Due, due_between, instant
from prom.simulation.telling import Matter, judge_telling, judge_text, url_of

#: What she has answered of herself is not asked again by plan within so long (docs/pathways.md).
JUST_NOW = timedelta(hours=3)
DAY = timedelta(days=1)


def judge_asking(verdict: Verdict, end: datetime, life: Life, stay: Stay, book: Book) -> None:
    """Judge one stay of one patient, up to the trial's end."""
    rows = [row for row in book.asked.get(stay.episode_id, ()) if row.origin in ("planned", "staff", "answer")]
    for occurrence, count in Counter(row.occurrence for row in rows).items():
        if count > 1:
            verdict.blame("asked twice", f"{occurrence} in episode {stay.episode_id}")
    matter = Matter(verdict, end, life, stay, book, {row.occurrence: row for row in rows})
    known = {name for item in stay.pathway.items for name in _judge_item(matter, item)}
    for after in stay.pathway.after_answers:
        known |= _judge_after(matter, after)
    for name in matter.rows.keys() - known:
        verdict.blame("asked and not planned", f"{name} in episode {stay.episode_id}")
    for text in stay.pathway.information:
        judge_text(matter, text)


def _judge_item(matter: Matter, item: Asked) -> Iterator[str]:
    """Judge each time that an item is due; yields the names that its rows may have."""
    if item.timing is None:
        return
    dues = due_between(item.timing, matter.stay.anchors, matter.stay.zone, matter.end)
    for number, due in enumerate(dues):
        name = f"{item.key}:{due.name}"
        yield name
        row, why = matter.rows.get(name), _excused(matter, item, due)
        if why is None:
            _judge_asked(matter, item, name, due.instant)
        elif why == "for another age" and row is not None:
            matter.verdict.blame("asked and not planned", f"{name} in episode {matter.stay.episode_id}: {why}")
        elif why == "in a pause":
            _judge_paused(matter, item, name, due, dues[number + 1 :])


def _judge_asked(matter: Matter, item: Asked, name: str, opens: datetime) -> None:
    """Judge what had to be asked at an instant: that it was, then, and with its messages."""
    matter.verdict.expected += 1
    row = matter.rows.get(name)
    if row is None:
        matter.verdict.blame("never asked", f"{name} in episode {matter.stay.episode_id}, due {opens:%Y-%m-%d %H:%M}")
        return
    _judge_opening(matter, row, opens)
    judge_telling(matter, item, row, opens)


def _judge_opening(matter: Matter, row: Assignment, due: datetime) -> None:
    late = made_at(row.id) - due
    matter.verdict.opened_late = max(matter.verdict.opened_late, late)
    if late > LATE or (row.opens_at != due and not matter.stay.paused(row.opens_at)):
        matter.verdict.blame("opened late", f"{row.occurrence}: due {due}, opens {row.opens_at}, made {late} late")


def _judge_paused(matter: Matter, item: Asked, name: str, due: Due, following: Sequence[Due]) -> None:
    """The newest that a pause held back is asked at its end, while it can still be answered."""
    ends = next(until for begins, until in matter.stay.pauses if begins <= due.instant < until)
    overtaken = any(each.instant <= ends for each in following)
    if overtaken or due.instant + item.window.expires <= ends + LATE or not matter.goes_on(ends):
        return
    matter.verdict.expected += 1
    row = matter.rows.get(name)
    if row is None or (row.status == "cancelled" and not _just_answered(matter, item, ends)):
        matter.verdict.blame("not asked after a pause", f"{name} in episode {matter.stay.episode_id}")
    else:
        _judge_opening(matter, row, ends)
        judge_telling(matter, item, row, ends)


def _excused(matter: Matter, item: Asked, due: Due) -> str | None:
    """Why this was rightly not asked, by what befell the patient; None where it had to be."""
    stay = matter.stay
    if item.timing is None or due.instant < max(stay.begun_at, stay.known_since[item.timing.start.anchor]):
        return "before it was planned"
    if stay.ended_at is not None and due.instant >= stay.ended_at:
        return "after the end"
    if item.minimum_age is not None and _age(matter.life, due.instant) < item.minimum_age:
        return "for another age" if _age(matter.life, due.instant) < item.minimum_age - 1 else "near the age"
    if stay.paused(due.instant):
        return "in a pause"
    return "just answered" if _just_answered(matter, item, due.instant) else None


def _just_answered(matter: Matter, item: Asked, due: datetime) -> bool:
    return any(due - JUST_NOW <= each.at <= due for each in matter.answers if each.url == url_of(item))


def _age(life: Life, at: datetime) -> int:
    born = life.fate.person.birth_date
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def _judge_after(matter: Matter, after: AfterAnswer) -> set[str]:
    """Judge what answers asked for: on its day, or once before; returns the names that its rows may have."""
    stay, opened, names = matter.stay, _opened(matter, after), set[str]()
    for answer in matter.answers:
        if after.finding not in answer.findings:
            continue
        day = answer.at.astimezone(stay.zone).date() + after.after_days * DAY
        due, name = instant(day, after.at, stay.zone), f"{after.plan_key}:{day:%Y-%m-%d}"
        names.add(name)
        asked = [at for at in opened if answer.at < at <= due]
        taken_back = any(
            answer.at < each.at <= due and each.rules == answer.rules and after.finding not in each.findings
            for each in matter.answers
        )
        often = sum(at <= answer.at for at in opened) >= after.most
        if not (asked or taken_back or often or stay.paused(due)) and matter.goes_on(due):
            matter.verdict.blame("not asked again after an answer", f"{name} in episode {stay.episode_id}")
        elif name in matter.rows and matter.goes_on(due) and not stay.paused(due):
            _judge_asked(matter, after.ask, name, due)
    return names


def _opened(matter: Matter, after: AfterAnswer) -> list[datetime]:
    return sorted(row.opens_at for name, row in matter.rows.items() if name.startswith(f"{after.plan_key}:"))
