"""A document's anchors, phases, items, after-answers and information -> what a pathway is made of. PURE."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from prom import language
from prom.pathways.items import ANSWERERS, PATIENT, AfterAnswer, Anchor, Asked, InformationItem, Phase, Window
from prom.pathways.places import Place, each
from prom.pathways.reading_timings import read_offset, read_timing
from prom.pathways.timings import FIRST_ANCHOR, Offset
from questionnaires.definition import Texts

#: The code of the only phase of a document that names none.
FIRST_PHASE = "treatment"
#: Ten years, the longest that late effects are followed.
MOST_HOURS = 87_600
MOST_REMINDERS = 5

_ASKED = frozenset({"questionnaire", "rules", "window", "title", "answeredBy"})
_WINDOW = ("dueHours", "overdueHours", "expiresHours", "begunExpiresHours")


def read_anchors(place: Place) -> tuple[Anchor, ...]:
    """Read `anchors`; a document without them has one, the first treatment day."""
    if not place.has("anchors"):
        titles = {tag: language.text("pathways.first-anchor", tag) for tag in language.STAFF_LANGUAGES}
        return (Anchor(FIRST_ANCHOR, Texts.of(titles)),)
    parts = place.parts("anchors", "code") or place.wrong("anchors", "a list of at least one anchor")
    _once(parts, "code")
    return each(parts, _anchor)


def _anchor(place: Place) -> Anchor:
    place.only({"code", "title"})
    return Anchor(place.name("code"), place.texts("title"))


def read_phases(place: Place, anchors: Sequence[str], otherwise: Texts) -> tuple[Phase, ...]:
    """Read `phases`, each lasting until its own end or the next one; without any there is one, called `otherwise`."""
    parts = place.parts("phases", "code")
    if not parts:
        return (Phase(FIRST_PHASE, otherwise, Offset(anchors[0]), None),)
    _once(parts, "code")
    phases = each(parts, lambda part: _phase(part, anchors, may_begin_anywhere=part is parts[0]))
    following = [*(phase.start for phase in phases[1:]), None]
    return tuple(_ended(phase, after) for phase, after in zip(phases, following, strict=True))


def _phase(place: Place, anchors: Sequence[str], may_begin_anywhere: bool) -> Phase:
    place.only({"code", "title", "from", "until"})
    at_once = may_begin_anywhere and not place.has("from")
    return Phase(
        code=place.name("code"),
        title=place.texts("title"),
        start=Offset(anchors[0]) if at_once else read_offset(place, "from", anchors),
        until=read_offset(place, "until", anchors) if place.has("until") else None,
    )


def _ended(phase: Phase, following: Offset | None) -> Phase:
    """Return the phase with its last day: the day before the next one, where it names none itself."""
    if phase.until is not None or following is None:
        return phase
    return replace(phase, until=replace(following, days=following.days - 1))


def read_item(place: Place, anchors: Sequence[str], phases: Sequence[Phase]) -> Asked:
    """Read one entry of `items`: what is asked by plan."""
    place.only(_ASKED | {"key", "phase", "timing", "reminders", "onlyIf"})
    phase = _phase_of(place, phases)
    timing = read_timing(place.part("timing", 'a timing, as in {every: 1, unit: week, at: "09:00"}'), anchors, phase)
    return replace(read_asked(place, place.name("key")), timing=timing, phase=phase.code)


def _phase_of(place: Place, phases: Sequence[Phase]) -> Phase:
    if not place.has("phase"):
        return phases[0]
    by_code = {phase.code: phase for phase in phases}
    code = place.text("phase", "the code of a phase")
    if code not in by_code:
        place.refuse("unknown-name", "phase", found=code, kind="phase", known=", ".join(by_code))
    return by_code[code]


def read_on_demand(place: Place) -> Asked:
    """Read `onDemand`: what "I am worse: report again" asks."""
    place.only(_ASKED)
    return read_asked(place, "on-demand")


def read_recorded(place: Place) -> Asked:
    """Read one entry of `recorded`: what staff may fill in."""
    place.only(_ASKED | {"key", "onlyIf"})
    return read_asked(place, place.name("key"))


def read_asked(place: Place, key: str) -> Asked:
    """Read what all that is asked has in common, with the reminders and the age where they stand."""
    if "rules" not in place.values:
        place.wrong("rules", "the rule set that judges the answers, or null where nobody judges them")
    window = _window(place.part("window", "a window, as in {dueHours: 24, ...}"))
    return Asked(
        key=key,
        questionnaire=place.versioned("questionnaire"),
        rules=place.versioned("rules") if place.has("rules") else None,
        window=window,
        timing=None,
        title=place.texts("title") if place.has("title") else None,
        reminders=_reminders(place, window),
        minimum_age=_minimum_age(place),
        answered_by=place.words("answeredBy", ANSWERERS) if place.has("answeredBy") else (PATIENT,),
    )


def _window(place: Place) -> Window:
    place.only(_WINDOW)
    ends = [timedelta(hours=place.hours_long(name, MOST_HOURS)) for name in _WINDOW]
    if ends != sorted(ends):
        place.refuse("window-order", "window")
    return Window(*ends)


def _reminders(place: Place, window: Window) -> tuple[timedelta, ...]:
    if not place.has("reminders"):
        return ()
    part = place.part("reminders", "hours after the opening, as in {afterHours: [24, 48]}")
    part.only({"afterHours"})
    wanted = f"a list of at most {MOST_REMINDERS} whole hours, as in [24, 48]"
    hours = part.wholes("afterHours", 1, MOST_HOURS, wanted)
    if len(hours) > MOST_REMINDERS:
        part.wrong("afterHours", wanted)
    if list(hours) != sorted(set(hours)):
        part.refuse("reminders-order", "afterHours")
    if timedelta(hours=hours[-1]) >= window.expires:
        expires = f"{window.expires.total_seconds() / 3600:g}"
        part.refuse("reminder-too-late", "afterHours", hours=hours[-1], expires=expires)
    return tuple(timedelta(hours=each) for each in hours)


def _minimum_age(place: Place) -> int | None:
    if not place.has("onlyIf"):
        return None
    part = place.part("onlyIf", "a condition, as in {minimumAge: 65}")
    part.only({"minimumAge"})
    return part.whole("minimumAge", 1, 120)


def read_after_answer(place: Place) -> AfterAnswer:
    """Read one entry of `afterAnswers`."""
    place.only({"key", "finding", "ask", "most"})
    ask = place.part("ask", "what is asked then: questionnaire, rules, window, at")
    ask.only(_ASKED | {"afterDays", "at", "reminders"})
    key = place.name("key")
    return AfterAnswer(
        key=key,
        finding=place.text("finding", "the id of a rule, as in fever"),
        ask=read_asked(ask, key),
        after_days=ask.whole("afterDays", 0, 366, 1),
        at=ask.hour("at"),
        most=place.whole("most", 1, 100, 14),
    )


def read_information(place: Place, anchors: Sequence[str]) -> InformationItem:
    """Read one entry of `information`."""
    place.only({"key", "from", "at", "title", "text", "lastsHours"})
    return InformationItem(
        key=place.name("key"),
        start=read_offset(place, "from", anchors),
        at=place.hour("at"),
        title=place.texts("title"),
        text=place.texts("text"),
        lasts=timedelta(hours=place.hours_long("lastsHours", MOST_HOURS)) if place.has("lastsHours") else None,
    )


def _once(parts: Sequence[Place], name: str) -> None:
    """Refuse the first of two entries with one name."""
    names = [part.values.get(name) for part in parts]
    for number, part in enumerate(parts):
        if names[number] in names[:number]:
            part.refuse("twice", name, found=names[number])
