"""The columns of an export and what each means: about the response, one per question, one per scale."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from prom.catalogue.queries import Instrument
from prom.responses.models import Response
from questionnaires.definition import Item, ItemType
from questionnaires.values import Coding, Quantity, Value

LANGUAGES = ("nb", "nn", "en")
CODEBOOK_HEADER = (
    "column", "kind", "type", "link_id", "text_nb", "text_nn", "text_en", "options", "unit", "missing",
    "questionnaire_versions",
)  # fmt: skip
#: Left out unless asked for and granted: a person can be known from her own words.
FREE_TEXT = (
    ItemType.TEXT,
    ItemType.STRING,
    ItemType.URL,
    ItemType.ATTACHMENT,
    ItemType.OPEN_CHOICE,
    ItemType.REFERENCE,
)
EMPTY_MEANS = "empty: not answered, not asked, or not applicable"
#: What a spreadsheet would run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Exported:
    """One response, opened, as the columns read it. `authored` is in the unit's zone."""

    pseudonym: str
    response_pseudonym: str
    row: Response
    unit: str
    authored: datetime
    answers: Mapping[str, tuple[Value, ...]]
    scores: Mapping[str, float | None]
    instrument: Instrument


@dataclass(frozen=True)
class Column:
    """One column: its name, how its value is taken from a response, and its row in the codebook."""

    name: str
    value: Callable[[Exported], str]
    kind: str
    type: str
    texts: Mapping[str, str]
    link_id: str = ""
    options: str = ""
    unit: str = ""
    missing: str = ""
    versions: str = ""

    def codebook_row(self) -> list[str]:
        """Return the column's row in the codebook."""
        texts = [self.texts.get(language, "") for language in LANGUAGES]
        return [
            self.name, self.kind, self.type, self.link_id, *texts, self.options, self.unit, self.missing, self.versions,
        ]  # fmt: skip


def of(versions: Sequence[Instrument]) -> list[Column]:
    """Return the columns for all versions of one questionnaire, oldest first; each question stands once."""
    return [*_about_the_response(), *_questions(versions), *_scales(versions)]


def _about_the_response() -> Iterator[Column]:
    def column(name: str, kind: str, value: Callable[[Exported], str], nb: str, nn: str, en: str) -> Column:
        return Column(name, value, "response", kind, {"nb": nb, "nn": nn, "en": en})

    yield column(
        "patient",
        "text",
        lambda each: each.pseudonym,
        "Pseudonym for pasienten",
        "Pseudonym for pasienten",
        "Pseudonym of the patient",
    )
    yield column(
        "response",
        "text",
        lambda each: each.response_pseudonym,
        "Pseudonym for svaret",
        "Pseudonym for svaret",
        "Pseudonym of the response",
    )
    yield column("unit", "text", lambda each: safe(each.unit), "Enhet", "Eining", "Unit")
    yield column(
        "authored",
        "datetime",
        lambda each: each.authored.strftime("%Y-%m-%d %H:%M:%S"),
        "Når det ble besvart (lokal tid ved enheten)",
        "Når det vart svart (lokal tid ved eininga)",
        "When it was answered (local time of the unit)",
    )
    yield column(
        "source",
        "text",
        lambda each: each.row.source,
        "Hvem som svarte",
        "Kven som svara",
        "Who answered: patient, proxy, staff",
    )
    yield column(
        "status",
        "text",
        lambda each: each.row.status,
        "Status",
        "Status",
        "completed, or in-progress for one that expired as begun",
    )
    yield column("language", "text", lambda each: each.row.language, "Språk", "Språk", "Language it was answered in")
    yield column(
        "questionnaire",
        "text",
        lambda each: each.row.questionnaire,
        "Skjema og versjon",
        "Skjema og versjon",
        "Questionnaire and version",
    )
    yield column(
        "rules",
        "text",
        lambda each: each.row.rules or "",
        "Regelsett og versjon",
        "Regelsett og versjon",
        "Rule set and version",
    )


def _questions(versions: Sequence[Instrument]) -> Iterator[Column]:
    found: dict[str, tuple[Item, list[str]]] = {}
    for made in versions:
        for item in made.questionnaire.questions:
            if item.type not in FREE_TEXT:
                _, numbers = found.get(item.link_id, (item, []))
                found[item.link_id] = (item, [*numbers, made.questionnaire.version])
    for link_id, (item, numbers) in found.items():
        yield Column(
            name=column_name(link_id),
            value=_answer(link_id),
            kind="question",
            type=item.type,
            texts={language: item.text.read(language)[0] for language in LANGUAGES} if item.text else {},
            link_id=link_id,
            options=_options(item),
            unit=item.unit or "",
            missing=EMPTY_MEANS,
            versions=" ".join(numbers),
        )


def _scales(versions: Sequence[Instrument]) -> Iterator[Column]:
    newest = {scale.code: (scale, made.key) for made in versions if made.key for scale in made.key.scales}
    for code, (scale, key) in newest.items():
        yield Column(
            name=f"{column_name(code)}_{scale.kind}",
            value=_score(code),
            kind=scale.kind,
            type="decimal",
            texts={language: scale.title.read(language)[0] for language in LANGUAGES},
            options=f"{scale.direction}; scoring key {key.name} {key.version}",
            missing="empty: could not be computed, an item it needs is missing",
        )


def column_name(link_id: str) -> str:
    """Return a name that R, SPSS and Stata take: letters, digits and underscores, a letter first."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in link_id)
    return name if name[:1].isalpha() else f"q_{name}"


def _answer(link_id: str) -> Callable[[Exported], str]:
    return lambda exported: " ".join(as_text(value) for value in exported.answers.get(link_id, ()))


def _score(code: str) -> Callable[[Exported], str]:
    def read(exported: Exported) -> str:
        value = exported.scores.get(code)
        return "" if value is None else f"{value:.15g}"

    return read


def _options(item: Item) -> str:
    codings = (option.value for option in item.options)
    return " | ".join(
        f"{coding.code}={coding.display.read('nb')[0] if coding.display else coding.code}"
        for coding in codings
        if isinstance(coding, Coding)
    )


def as_text(value: Value) -> str:
    """Write one answer for a CSV cell: codes for choices, 1 and 0 for yes and no, a point as decimal sign."""
    match value:
        case bool():
            return "1" if value else "0"
        case Coding():
            return safe(value.code)
        case Quantity():
            return format(value.value, "f")
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
    return safe(str(value)) if isinstance(value, str) else str(value)


def safe(text: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
