"""The columns of an export and what each means: about the response, one per question, one per scale."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from prom.catalogue.queries import Instrument
from prom.exports.names import column_name, distinct
from prom.responses.cells import FREE_TEXT, Gap, safe
from questionnaires.definition import Item, Questionnaire
from questionnaires.values import Coding

LANGUAGES = ("nb", "nn", "en")
CODEBOOK_HEADER = (
    "column", "kind", "type", "link_id", "text_nb", "text_nn", "text_en", "options", "unit", "missing",
    "questionnaire_versions", "options_nn", "options_en", "numbers",
)  # fmt: skip
#: What stands where there is no answer: a letter (Stata's .a, .n, .s, .u), a number (SPSS and coded tables), and why.
MISSING: Mapping[Gap, tuple[int, str]] = {
    Gap.NOT_ASKED: (-9999, "not asked: this version does not have the question"),
    Gap.NOT_APPLICABLE: (-9998, "not applicable: an earlier answer ruled it out"),
    Gap.SKIPPED: (-9997, "skipped: passed over in a form that was sent"),
    Gap.NOT_ANSWERED: (-9996, "not answered: the form's time ran out first"),
}
WHY_MISSING = "; ".join(f".{gap} or {number}: {text}" for gap, (number, text) in MISSING.items())
#: About the response itself, in the order in which rows.py writes them: name, type, and texts in LANGUAGES.
ABOUT = (
    ("patient", "text", "Pseudonym for pasienten", "Pseudonym for pasienten", "Pseudonym of the patient"),
    ("response", "text", "Pseudonym for svaret", "Pseudonym for svaret", "Pseudonym of the response"),
    ("unit", "text", "Enhet", "Eining", "Unit"),
    (
        "authored",
        "datetime",
        "Når det ble besvart (lokal tid ved enheten)",
        "Når det vart svart (lokal tid ved eininga)",
        "When it was answered (local time of the unit)",
    ),
    ("source", "text", "Hvem som svarte", "Kven som svara", "Who answered: patient, proxy, staff"),
    ("status", "text", "Status", "Status", "completed, or in-progress for one that expired as begun"),
    ("language", "text", "Språk", "Språk", "Language it was answered in"),
    ("questionnaire", "text", "Skjema og versjon", "Skjema og versjon", "Questionnaire and version"),
    ("rules", "text", "Regelsett og versjon", "Regelsett og versjon", "Rule set and version"),
)


@dataclass(frozen=True)
class Choice:
    """One option of a choice: its code as cells hold it, its text by language, and its number in SPSS and Stata."""

    code: str
    texts: Mapping[str, str]
    number: int


@dataclass(frozen=True)
class Column:
    """One column: its name, the question or the scale it holds, and its row in the codebook."""

    name: str
    kind: str
    type: str
    texts: Mapping[str, str]
    link_id: str = ""
    scale: str = ""
    options: str = ""
    unit: str = ""
    missing: str = ""
    versions: str = ""
    choices: tuple[Choice, ...] = ()
    repeats: bool = False
    #: The question in the newest version that has it.
    item: Item | None = None

    @property
    def label(self) -> str:
        """What the column holds in bokmål, or in the first language that it has a text in."""
        return next((self.texts[each] for each in LANGUAGES if self.texts.get(each)), self.name)

    def codebook_row(self) -> list[str]:
        """Return the column's row in the codebook."""
        texts = [self.texts.get(language, "") for language in LANGUAGES]
        return [
            self.name, self.kind, self.type, self.link_id, *texts, self.options, self.unit, self.missing, self.versions,
            *(" | ".join(f"{each.code}={each.texts[language]}" for each in self.choices) for language in ("nn", "en")),
            " | ".join(f"{each.number}={each.code}" for each in self.choices),
        ]  # fmt: skip


def of(versions: Sequence[Instrument]) -> list[Column]:
    """Return the columns for all versions of one questionnaire, oldest first; each question stands once."""
    about = (Column(name, "response", kind, dict(zip(LANGUAGES, texts, strict=True))) for name, kind, *texts in ABOUT)
    found = [*about, *_questions(versions), *_scales(versions)]
    names = distinct([column.name for column in found])
    return [replace(column, name=name) for column, name in zip(found, names, strict=True)]


def _questions(versions: Sequence[Instrument]) -> Iterator[Column]:
    found: dict[str, list[tuple[Questionnaire, Item]]] = {}
    for made in versions:
        for item in made.questionnaire.questions:
            if item.type not in FREE_TEXT:
                found.setdefault(item.link_id, []).append((made.questionnaire, item))
    for link_id, asked in found.items():
        newest, types = asked[-1][1], {item.type for _, item in asked}
        choices = _choices([item for _, item in asked])
        yield Column(
            name=column_name(link_id),
            kind="question",
            type=newest.type if len(types) == 1 else "text",  # what is a number in one version and a code in another
            texts={language: newest.text.read(language)[0] for language in LANGUAGES} if newest.text else {},
            link_id=link_id,
            options=" | ".join(f"{choice.code}={choice.texts['nb']}" for choice in choices),
            unit=newest.unit or "",
            missing=WHY_MISSING,
            versions=" ".join(questionnaire.version for questionnaire, _ in asked),
            choices=choices if len(types) == 1 else (),
            repeats=any(_repeats(questionnaire, item) for questionnaire, item in asked),
            item=newest,
        )


def _repeats(questionnaire: Questionnaire, item: Item | None) -> bool:
    """Whether it can have several answers: it repeats, or something around it does."""
    while item is not None and not item.repeats:
        item = questionnaire.parent(item.link_id)
    return item is not None


def _scales(versions: Sequence[Instrument]) -> Iterator[Column]:
    newest = {scale.code: (scale, made.key) for made in versions if made.key for scale in made.key.scales}
    for code, (scale, key) in newest.items():
        yield Column(
            name=f"{column_name(code)}_{scale.kind}",
            kind=scale.kind,
            type="decimal",
            scale=code,
            texts={language: scale.title.read(language)[0] for language in LANGUAGES},
            options=f"{scale.direction}; scoring key {key.name} {key.version}",
            missing="empty: could not be computed, an item it needs is missing",
        )


def _choices(items: Sequence[Item]) -> tuple[Choice, ...]:
    """The options of all versions, oldest first: one that a later version adds changes the number of no other."""
    codings = {
        safe(option.value.code): option.value
        for item in items
        for option in item.options
        if isinstance(option.value, Coding)
    }
    # The codes themselves where they are numbers, as in most instruments; else their place in the list.
    are_numbers = all(re.fullmatch(r"\d{1,3}", code) for code in codings) and len({*map(int, codings)}) == len(codings)
    return tuple(
        Choice(code, _texts(coding), int(code) if are_numbers else place)
        for place, (code, coding) in enumerate(codings.items(), start=1)
    )


def _texts(coding: Coding) -> Mapping[str, str]:
    return {language: coding.display.read(language)[0] if coding.display else coding.code for language in LANGUAGES}
