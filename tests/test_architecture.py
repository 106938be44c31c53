"""What holds for the whole house: every route says who may call it, every text is there in every language."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

import prom
from prom import create_app, language
from prom.config import Settings
from prom.staff.permissions import Permission

HOME = Path(prom.__file__).parent
ROOT = HOME.parent

#: Who may call these is everybody. A page comes onto this list by a decision, never by being forgotten.
PUBLIC = {
    "api-documentation.send_bundle",
    "api-documentation.send_start",
    "api-documentation.send_style",
    "api-documentation.show_document",
    "api-documentation.show_documentation",
    "api-sessions.begin_session",
    "clinic.home",
    "fhir.show_metadata",
    "hooks-incoming.take_incoming",
    "hooks-twilio.take_status",
    "oversight.live",
    "oversight.ready",
    "oversight.watch",
    "staff.show_sign_in",
    "staff.do_sign_in",
    "staff.set_language",
}
#: All that a patient reaches through a link or a code; her visit's or her session's own cookie decides what it shows.
PATIENTS = ("responses.", "own_link.", "my_page.")


@pytest.fixture
def app(database: Settings) -> Flask:
    """The whole application."""
    return create_app(database)


def permission_of(view: Callable[..., object]) -> object:
    """The permission that a view names; None for a public one."""
    return vars(view)["permission"]


@pytest.mark.hazard("H34")
def test_every_route_names_its_permission_or_stands_on_the_list_of_public_ones(app: Flask) -> None:
    views = {name: view for name, view in app.view_functions.items() if name != "static"}
    assert [name for name, view in views.items() if not hasattr(view, "permission")] == []
    named = {name: permission_of(view) for name, view in views.items()}
    public = {name for name, permission in named.items() if permission is None}
    assert {name for name in public if not name.startswith(PATIENTS)} == PUBLIC
    assert all(isinstance(permission, Permission) for name, permission in named.items() if name not in public)
    assert len(named) > 30


def test_what_a_patient_reaches_is_public_and_nothing_else_of_hers_is_elsewhere(app: Flask) -> None:
    patients = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(PATIENTS)]
    assert len(patients) > 10
    assert [rule.rule for rule in patients if not rule.rule.startswith(("/a", "/r", "/me"))] == []
    assert all(permission_of(app.view_functions[rule.endpoint]) is None for rule in patients)


def test_no_address_carries_more_than_an_id_or_a_position(app: Flask) -> None:
    """What stands in an address stands in logs, histories and referrers."""
    converters = {
        f"{rule.rule}: {name}": type(converter).__name__
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for name, converter in rule._converters.items()
    }
    assert set(converters.values()) <= {"UUIDConverter", "IntegerConverter", "PlaceConverter"}, converters


@pytest.mark.hazard("H25")
def test_what_writes_is_never_a_get(app: Flask) -> None:
    """A link scanner follows every GET; one that reads an app's routes finds none that acts."""
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert methods in ({"GET"}, {"POST"}, {"PUT"}, {"DELETE"}), rule.rule


# Texts

KEY = r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+"
#: Functions that read a text: in templates t() and plain(), in Python text() and those that hand on to it.
WHOLE = re.compile(rf"""["']({KEY})["']""")
PREFIX = re.compile(rf"""["']({KEY}\.|[a-z-]+\.)["']\s*[+~]|f["']({KEY}\.|[a-z-]+\.)\{{""")
LANGUAGES = ("nb", "nn", "en")


def catalogues(tag: str) -> dict[str, str]:
    """Every text of a language by its key; a key that stands twice fails here."""
    found: dict[str, str] = {}
    for path in sorted(HOME.glob(f"**/texts/{tag}.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=tag):
                if message.id:
                    key = str(message.id)
                    assert key not in found, f"{key} stands twice in {tag}"
                    found[key] = str(message.string)
    return found


def sources() -> Iterator[str]:
    """The text of every template and every module of prom."""
    for path in sorted((*HOME.rglob("*.html"), *HOME.rglob("*.py"), *HOME.rglob("*.js"))):
        yield path.read_text()


@pytest.mark.hazard("H32")
def test_every_language_has_every_text() -> None:
    keys = {tag: {key for key, words in catalogues(tag).items() if words.strip()} for tag in LANGUAGES}
    assert keys["nn"] == keys["nb"]
    assert keys["en"] == keys["nb"]
    assert set(catalogues("se")) <= keys["nb"]
    assert len(keys["nb"]) > 300


@pytest.mark.parametrize("tag", ["nn", "en", "se"])
def test_a_text_has_the_same_places_in_every_language(tag: str) -> None:
    base = catalogues("nb")
    for key, words in catalogues(tag).items():
        assert places(words) == places(base[key]), key


def places(words: str) -> set[str]:
    """The `{places}` of a text."""
    return set(re.findall(r"\{(\w*)\}", words))


def test_every_text_that_is_asked_for_is_there() -> None:
    keys = set(catalogues("nb"))
    calls = re.compile(rf"""\b(?:t|plain|text|said)\(\s*["']({KEY})["']\s*[,)]""")
    asked = {key for source in sources() for key in calls.findall(source)}
    assert len(asked) > 150
    assert asked - keys == set()


def test_every_text_that_is_put_together_has_a_family() -> None:
    keys = set(catalogues("nb"))
    call = re.compile(r"""\b(?:t|plain|text|said)\(\s*(?:["']([a-z0-9.-]+\.)["']\s*[+~]|f["']([a-z0-9.-]+\.)\{)""")
    prefixes = {first or second for source in sources() for first, second in call.findall(source)}
    assert len(prefixes) > 10
    assert {prefix for prefix in prefixes if not any(key.startswith(prefix) for key in keys)} == set()


def test_no_text_stands_unused() -> None:
    whole = {key for source in sources() for key in WHOLE.findall(source)}
    prefixes = tuple({first or second for source in sources() for first, second in PREFIX.findall(source)})
    assert {key for key in catalogues("nb") if key not in whole and not key.startswith(prefixes)} == set()


#: What may stand in a template: the project's name, entities, and attributes without a value.
NO_WORDS = {"Prom", "nbsp", "required", "checked", "selected", "disabled"}


def test_templates_hold_no_words_of_their_own() -> None:
    """What people read stands in the catalogues; numbers to call and the project's name are the same in all of them."""
    found = {}
    for path in HOME.rglob("*.html"):
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(), flags=re.S)
        bare = re.sub(r"<kbd>.*?</kbd>|<[^>]*>", " ", re.sub(r"""[\w-]+="[^"]*\"""", " ", bare), flags=re.S)
        words = [word for word in re.findall(r"[^\W\d_]{2,}", bare) if word not in NO_WORDS]
        if words:
            found[path.name] = words
    assert found == {}


#: Words that no text for people holds: instruments that are not ours to name, grades that ours are not, and leftovers.
FORBIDDEN = ("ctcae", "eortc", "qlq", "eq-5d", "promis", "hads", "phq", "fact-g", "todo", "fixme", "lorem", "xxx")


@pytest.mark.parametrize("tag", [*LANGUAGES, "se"])
def test_no_text_holds_a_forbidden_word(tag: str) -> None:
    for key, words in catalogues(tag).items():
        found = [word for word in FORBIDDEN if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", words.lower())]
        assert found == [], key


def test_every_language_is_offered_by_its_own_name() -> None:
    assert set(language.LANGUAGE_NAMES) == set(language.PATIENT_LANGUAGES)
    assert set(language.STAFF_LANGUAGES) == set(LANGUAGES)


# Names

#: Names that say nothing, or that design.md replaces by another (its table of words).
NAMES = re.compile(
    r"(^|_)(util|utils|helper|helpers|manager|managers|misc|survey|surveys|inbox|cron|dismiss|enrolment|repository)(_|$)"
)


def modules() -> list[Path]:
    """Every module of the three packages and the migrations."""
    found = [
        path for name in ("prom", "alerts", "questionnaires", "migrations") for path in (ROOT / name).rglob("*.py")
    ]
    assert len(found) > 100
    return found


def test_no_module_class_or_function_has_a_name_that_the_house_does_not_use() -> None:
    found = []
    for path in modules():
        tree = ast.parse(path.read_text())
        defined = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        names = [path.stem, *(node.name for node in ast.walk(tree) if isinstance(node, defined))]
        found += [f"{path.relative_to(ROOT)}: {name}" for name in names if NAMES.search(_words(name))]
    assert found == []


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
