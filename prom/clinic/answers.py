"""A response's answers in words: each question and what was answered to it, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass

from prom.clinic.record import Record, Report
from prom.clinic.vocabulary import Reader
from prom.responses import wording
from questionnaires.branching import enabled
from questionnaires.definition import Item, ItemType


@dataclass(frozen=True)
class Answered:
    """One question with its answer; `own_words` where it was written freely, None as `answer` where it was left out."""

    question: str
    answer: str | None
    own_words: bool = False


@dataclass(frozen=True)
class Section:
    """The questions of one group."""

    title: str | None
    answered: tuple[Answered, ...]


def sections(record: Record, report: Report) -> list[Section]:
    """Return all that was asked in a report, in the order of the questionnaire."""
    instrument = record.instruments.get(report.row.questionnaire)
    if instrument is None:
        return [Section(None, tuple(_by_link_id(report)))]
    asked = enabled(instrument.questionnaire, report.given)
    found = [_section(item, report, asked, record.reader) for item in instrument.questionnaire.items]
    return [section for section in found if section.answered]


def own_words(found: list[Section]) -> list[str]:
    """Return what was written freely."""
    answered = [each for section in found for each in section.answered if each.own_words]
    return [each.answer for each in answered if each.answer is not None]


def _section(item: Item, report: Report, asked: frozenset[str], reader: Reader) -> Section:
    title = reader.words(item.text) if item.type is ItemType.GROUP and item.text is not None else None
    questions = [each for each in _inside(item) if each.is_question and each.link_id in asked]
    return Section(title, tuple(_answered(each, report, reader) for each in questions))


def _inside(item: Item) -> Iterator[Item]:
    yield item
    for child in item.items:
        yield from _inside(child)


def _answered(item: Item, report: Report, reader: Reader) -> Answered:
    values = report.given.answers_to(item.link_id)
    words = [wording.answer(item, value, reader.language, reader.zone).text for value in values]
    return Answered(
        question=wording.question(item, reader.language).text,
        answer=", ".join(words) if words else None,
        own_words=item.type in (ItemType.TEXT, ItemType.STRING),
    )


def _by_link_id(report: Report) -> Iterator[Answered]:
    for link_id, values in report.given.flat().items():
        yield Answered(link_id, ", ".join(str(getattr(value, "code", value)) for value in values))
