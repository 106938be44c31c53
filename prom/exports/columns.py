"""The columns of an export and what each means: about the response, one per question, one per scale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prom.catalogue.queries import Instrument
from prom.responses.cells import FREE_TEXT
from questionnaires.definition import Item
from questionnaires.values import Coding

LANGUAGES = ("nb", "nn", "en")
CODEBOOK_HEADER = (
    "column", "kind", "type", "link_id", "text_nb", "text_nn", "text_en", "options", "unit", "missing",
    "questionnaire_versions",
)  # fmt: skip
EMPTY_MEANS = "empty: not answered, not asked, or not applicable"
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

    def codebook_row(self) -> list[str]:
        """Return the column's row in the codebook."""
        texts = [self.texts.get(language, "") for language in LANGUAGES]
        return [
            self.name, self.kind, self.type, self.link_id, *texts, self.options, self.unit, self.missing, self.versions,
        ]  # fmt: skip


def of(versions: Sequence[Instrument]) -> list[Column]:
    """Return the columns for all versions of one questionnaire, oldest first; each question stands once."""
    about = (Column(name, "response", kind, dict(zip(LANGUAGES, texts, strict=True))) for name, kind, *texts in ABOUT)
    return [*about, *_questions(versions), *_scales(versions)]


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
            kind=scale.kind,
            type="decimal",
            scale=code,
            texts={language: scale.title.read(language)[0] for language in LANGUAGES},
            options=f"{scale.direction}; scoring key {key.name} {key.version}",
            missing="empty: could not be computed, an item it needs is missing",
        )


def column_name(link_id: str) -> str:
    """Return a name that R, SPSS and Stata take: letters, digits and underscores, a letter first."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in link_id)
    return name if name[:1].isalpha() else f"q_{name}"


def _options(item: Item) -> str:
    codings = (option.value for option in item.options)
    return " | ".join(
        f"{coding.code}={coding.display.read('nb')[0] if coding.display else coding.code}"
        for coding in codings
        if isinstance(coding, Coding)
    )
