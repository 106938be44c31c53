"""Why a rule fired, in words: from a finding's reason (code and values, see `alerts.findings`) to a sentence.

Such as "Kvalme: nivå 3 (grense 3), var 1 den 9. nov.".
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from prom import language
from prom.clinic.vocabulary import Names, Reader
from prom.responses import wording
from prom.worklist.queries import OpenedEvidence
from questionnaires.definition import Coding, Item

Values = Mapping[str, Any]

#: Longer words of the patient are cut here on the list; her page has all of them.
LONGEST_QUOTE = 160
#: Which reason is read first where several are equally severe.
_READING_ORDER = (
    *("failed", "missing", "threshold", "change", "persistence", "trend"),
    *("all-of", "any-of", "count", "present", "overdue"),
)
_LIMITS = {">=": "at-least", ">": "above", "<=": "at-most", "<": "below", "=": "equal", "in": "in"}


def title_of(finding: Mapping[str, Any], reader: Reader) -> str:
    """Return what a finding is about, in the reader's language."""
    return reader.words(finding["title"])


def sentence(finding: Mapping[str, Any], names: Names, reader: Reader) -> str:
    """Return the whole reason: what it is about, and what was read against which limit."""
    title, words = title_of(finding, reader), explained(finding, names, reader)
    return reader.text("reason.sentence", title=title, reason=words) if words != title else title


def explained(finding: Mapping[str, Any], names: Names, reader: Reader) -> str:
    """Return what stands under a heading that says what it is about already; the title where nothing more is known."""
    reason = finding["reason"]
    return explanation(reason["code"], reason["values"], names, reader) or title_of(finding, reader)


def marked(words: str, evidence: OpenedEvidence, reader: Reader) -> str:
    """Return a reason, with a remark where it stands in no report that was sent: typed, and perhaps taken back."""
    typed_only = evidence.row.response_id is None and "item" in evidence.finding["reason"]["values"]
    return reader.text("reason.typed", reason=words) if typed_only else words


def explanation(code: str, values: Values, names: Names, reader: Reader) -> str:
    """Return the part that follows the title; empty for a reason this version knows no words for."""
    writer = _WRITERS.get(code)
    return writer(values, names, reader) if writer is not None else ""


def rank(finding: Mapping[str, Any]) -> tuple[int, bool]:
    """Return a key that orders equally severe findings: what says most stands first."""
    reason = finding["reason"]
    code = reason["code"]
    place = _READING_ORDER.index(code) if code in _READING_ORDER else len(_READING_ORDER)
    return place, reason["values"].get("reads") == "worst-attribute"


def in_reading_order(evidence: Iterable[OpenedEvidence]) -> list[OpenedEvidence]:
    """Return evidence as a nurse reads it: the gravest first, of those the newest, of those what says most."""
    return sorted(evidence, key=lambda each: (-each.row.severity, -each.row.found_at.timestamp(), rank(each.finding)))


def _threshold(values: Values, names: Names, reader: Reader) -> str:
    match values["reads"]:
        case "answer":
            return _answer(values, names, reader)
        case "worst-attribute":
            answer = _option_of_number(names.items.get(values["item"]), values["value"], reader)
            value = _shown(values["value"], reader)
            return reader.text("reason.worst-attribute", answer=answer, value=value, limit=_limit(values, reader))
        case kind:
            value = _shown(values["value"], reader)
            said = reader.text(f"reason.{kind}", value=value, limit=_limit(values, reader))
            return said + _earlier(values, reader)


def _answer(values: Values, names: Names, reader: Reader) -> str:
    item, value = names.items.get(values["name"]), values["value"]
    if isinstance(value, str):
        return reader.text("reason.quote", words=_option(item, value, reader))
    unit = wording.unit(values.get("unit"), reader.language)
    measured = f"{_shown(value, reader)} {unit}".strip()
    return reader.text("reason.measured", value=measured, limit=f"{_limit(values, reader)} {unit}".strip())


def _present(values: Values, names: Names, reader: Reader) -> str:
    words = _option(names.items.get(values["name"]), str(_shown(values["value"], reader)), reader)
    cut = words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE].rstrip() + "…"
    return reader.text("reason.quote", words=cut)


def _change(values: Values, names: Names, reader: Reader) -> str:
    return _worse(f"reason.change.{values['against']}", values, reader)


def _trend(values: Values, names: Names, reader: Reader) -> str:
    return _worse("reason.trend", values, reader, days=_shown(values["days"], reader))


def _worse(key: str, values: Values, reader: Reader, **more: str) -> str:
    earlier = reader.short_day(datetime.fromisoformat(values["earlier_authored"]))
    by = abs(values["value"] - values["earlier"])
    return reader.text(
        key,
        what=_what(values, reader),
        value=_shown(values["value"], reader),
        earlier=_shown(values["earlier"], reader),
        date=earlier,
        by=_shown(by, reader),
        **more,
    )


def _persistence(values: Values, names: Names, reader: Reader) -> str:
    since = reader.short_day(datetime.fromisoformat(values["since"]))
    return reader.text(
        "reason.persistence",
        what=_what(values, reader),
        value=_shown(values["value"], reader),
        reports=_shown(values["reports"], reader),
        date=since,
        limit=_limit(values, reader),
    )


def _count(values: Values, names: Names, reader: Reader) -> str:
    topics = [topic for topic in values["topics"].split(",") if topic]
    words = ", ".join(reader.words(names.topics[topic]) if topic in names.topics else topic for topic in topics)
    return reader.text("reason.count", topics=words, count=_shown(values["count"], reader))


def _overdue(values: Values, names: Names, reader: Reader) -> str:
    late = language.as_waiting(timedelta(hours=values["hours"]).total_seconds(), reader.language)
    return reader.text("reason.overdue.begun" if values["begun"] == "true" else "reason.overdue", time=late)


def _several(values: Values, names: Names, reader: Reader) -> str:
    parts = []
    for number in range(1, int(values["count"]) + 1):
        own = {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{number}.")}
        parts.append(explanation(own["code"], own, names, reader))
    return reader.text("reason.and").join(parts)


def _sms(values: Values, names: Names, reader: Reader) -> str:
    words = str(values["words"]).strip()
    return reader.text("reason.quote", words=words) if words else reader.text("reason.sms.empty")


def _missing(values: Values, names: Names, reader: Reader) -> str:
    return reader.text("reason.missing", why=reader.text(f"reason.missing.{values['missing']}"))


def _failed(values: Values, names: Names, reader: Reader) -> str:
    key = f"reason.failed.{values['detail']}"
    return reader.text(key if language.has(key, reader.language) else "reason.failed")


def _what(values: Values, reader: Reader) -> str:
    """A score is no level: it has a scale of its own."""
    return reader.text("score.is" if values.get("reads") == "score" else "level.is")


def _earlier(values: Values, reader: Reader) -> str:
    if values.get("earlier") is None or values.get("earlier_authored") is None:
        return ""
    day = reader.short_day(datetime.fromisoformat(values["earlier_authored"]))
    return reader.text("reason.earlier", value=_shown(values["earlier"], reader), date=day)


def _limit(values: Values, reader: Reader) -> str:
    said = reader.text(f"reason.limit.{_LIMITS[values['comparison']]}", limit=_shown(values["limit"], reader))
    usual = values.get("usual")  # only where the limit is one patient's own
    return said if usual is None else said + reader.text("reason.usual", usual=_shown(usual, reader))


def _shown(value: float | str, reader: Reader) -> str:
    return value if isinstance(value, str) else reader.number(value)


def _option(item: Item | None, code: str, reader: Reader) -> str:
    coding = item.option(code) if item is not None else None
    return reader.words(coding.display) if coding is not None and coding.display is not None else code


def _option_of_number(item: Item | None, number: float, reader: Reader) -> str:
    for option in item.options if item is not None else ():
        coding = option.value
        if isinstance(coding, Coding) and coding.ordinal is not None and float(coding.ordinal) == number:
            return _option(item, coding.code, reader)
    return _shown(number, reader)


_WRITERS: Mapping[str, Callable[[Values, Names, Reader], str]] = {
    "threshold": _threshold,
    "present": _present,
    "change": _change,
    "persistence": _persistence,
    "trend": _trend,
    "count": _count,
    "overdue": _overdue,
    "all-of": _several,
    "any-of": _several,
    "missing": _missing,
    "failed": _failed,
    "sms": _sms,
}
