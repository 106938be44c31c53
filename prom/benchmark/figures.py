"""The figures that the benchmark takes: what each is called, its unit, its target, and what others reach.

Targets are those of issue 3, part 4; what others reach was measured on a 2-core machine for the design ("Where the time
goes": a Flask prototype of the same work, Truenth and ODK Central). PURE.
"""

from dataclasses import dataclass

CLIENTS = (1, 8, 16)


@dataclass(frozen=True)
class Figure:
    """One figure. `group` is what `--only` takes; `higher` says whether more of it is better, None for neither."""

    name: str
    group: str
    words: str
    unit: str
    higher: bool | None = False
    target: str = ""
    others: str = ""


def _load(clients: int) -> list[Figure]:
    mostly = clients == 8
    name, words = f"http.{clients}", f"HTTP, {clients} client{'s' if clients > 1 else ''}"
    return [
        Figure(
            f"{name}.rate",
            "http",
            f"{words}: submissions",
            "/s",
            True,
            "600 or more, aim 1,200" if mostly else "",
            "prototype 1,000-1,280; Truenth 1.9; ODK Central 166-280" if mostly else "",
        ),
        Figure(f"{name}.p50", "http", f"{words}: p50", "ms"),
        Figure(
            f"{name}.p99", "http", f"{words}: p99", "ms", target="under 25" if mostly else "",
            others="prototype 10" if mostly else "",
        ),
        Figure(f"{name}.web-cpu", "http", f"{words}: CPU of web", "ms each", others="prototype 1.1" if mostly else ""),
        Figure(f"{name}.database-cpu", "http", f"{words}: CPU of database", "ms each"),
        Figure(f"{name}.load-cpu", "http", f"{words}: CPU of load generator", "ms each"),
    ]  # fmt: skip


FIGURES = (
    Figure("submit.statements", "submit", "submit(): SQL statements", "each"),
    Figure("submit.round-trips", "submit", "submit(): round trips to the database", "each"),
    Figure("submit.cpu", "submit", "submit(): CPU of Python", "ms each", others="prototype 1.1"),
    Figure("submit.database-cpu", "submit", "submit(): CPU of database", "ms each"),
    Figure("submit.rate", "submit", "submit(), one after the other", "/s", True),
    Figure("bare.cpu", "submit", "seven rows and a commit alone: CPU of Python", "ms each"),
    Figure("bare.rate", "submit", "seven rows and a commit alone, one after the other", "/s", True),
    Figure("door.statements", "submit", "POST in process: SQL statements", "each"),
    Figure("door.round-trips", "submit", "POST in process: round trips", "each"),
    Figure("door.cpu", "submit", "POST in process: CPU of Python", "ms each"),
    Figure("forms.symptom-check", "forms", "validate and score the symptom check, one core", "/s", True),
    Figure("forms.long", "forms", "validate and score 250 items, one core", "/s", True),
    *(figure for clients in CLIENTS for figure in _load(clients)),
    Figure("past.few", "past", "submit() after few responses: CPU", "ms each"),
    Figure("past.many", "past", "submit() after many responses: CPU", "ms each"),
    Figure("past.ratio", "past", "the same, many to few", "x", None, "1.0"),
    Figure("past.statements", "past", "more SQL statements after many than after few", "each", None, "0"),
    Figure("long.p50", "long-form", "250 items, open loop: p50", "ms"),
    Figure("long.p99", "long-form", "250 items, open loop: p99", "ms"),
    Figure("long.late", "long-form", "250 items, open loop: later than 1 s", "requests", target="0"),
    Figure("long.failed", "long-form", "250 items, open loop: failed", "requests", target="0"),
    Figure("long.web-cpu", "long-form", "250 items: CPU of web", "ms each"),
    Figure("worklist.few.query", "worklist", "worklist query, few patients: p99", "ms"),
    Figure("worklist.few.page", "worklist", "worklist page over HTTP, few patients: p50", "ms"),
    Figure("worklist.few.page-p99", "worklist", "worklist page over HTTP, few patients: p99", "ms"),
    Figure("worklist.query-p50", "worklist", "worklist query, many patients: p50", "ms"),
    Figure("worklist.query", "worklist", "worklist query, many patients: p99", "ms", False, "under 1", "prototype 0.4"),
    Figure("worklist.find", "worklist", "who stands on the list, in order: p99", "ms"),
    Figure("worklist.page", "worklist", "worklist page over HTTP, many patients: p50", "ms"),
    Figure("worklist.page-p99", "worklist", "worklist page over HTTP, many patients: p99", "ms"),
    Figure("worklist.unchanged", "worklist", "the same, unchanged (304): p50", "ms"),
    Figure("planning.rate", "planning", "assignments planned: instants fixed", "/s", True, "50,000 or more",
           "prototype 125,000, set-based"),
    Figure("planning.episodes", "planning", "the same: episodes planned", "/s", True),
    Figure("planning.python-cpu", "planning", "the same: CPU of Python", "µs each"),
    Figure("planning.database-cpu", "planning", "the same: CPU of database", "µs each"),
    Figure("planning.again", "planning", "planned a second time: statements and rows written", "", None, "0"),
    Figure("opening.rate", "opening", "assignments opened: stored, with message and reminder", "/s", True),
    Figure("opening.python-cpu", "opening", "the same: CPU of Python", "µs each"),
    Figure("opening.database-cpu", "opening", "the same: CPU of database", "µs each"),
    Figure("tick.few", "tick", "a tick with nothing due, few patients: CPU of Python", "ms"),
    Figure("tick.few-database-cpu", "tick", "the same: CPU of database", "ms"),
    Figure("tick.many", "tick", "a tick with nothing due, many patients: CPU of Python", "ms"),
    Figure("tick.many-database-cpu", "tick", "the same: CPU of database", "ms"),
    Figure("tick.statements", "tick", "a tick with nothing due: SQL statements", "each"),
    Figure("tick.more", "tick", "more of them with many than with few patients", "each", None, "0"),
    Figure("nine.queued", "nine-o-clock", "due at 09:00: all queued within", "s", False, "60"),
    Figure("nine.rate", "nine-o-clock", "the same: assignments queued", "/s", True),
    Figure("nine.answers", "nine-o-clock", "answers meanwhile", "answers", None),
    Figure("nine.answers-p99", "nine-o-clock", "answers meanwhile: p99", "ms"),
    Figure("nine.answers-failed", "nine-o-clock", "answers meanwhile: failed", "answers", target="0"),
    Figure("nine.letters", "nine-o-clock", "letters composed and sent by one worker", "/s", True),
    Figure("export.rate", "export", "sealed export", "rows/s", True, "40,000 or more", "prototype 88,000"),
    Figure("export.memory", "export", "sealed export: peak memory", "MB"),
    Figure("start.ready", "start", "`prom serve`: from start to ready", "s"),
    Figure("start.web-memory", "start", "memory of web (2 processes and their parent)", "MB"),
    Figure("start.worker-memory", "start", "memory of worker", "MB"),
)  # fmt: skip

GROUPS = tuple(dict.fromkeys(figure.group for figure in FIGURES))
BY_NAME = {figure.name: figure for figure in FIGURES}
