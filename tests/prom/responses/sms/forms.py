"""Small closed questions of our own, and the two-question check that the tests of SMS ask."""

from typing import Any

from questionnaires.definition import AnswerOption, Coding, Item, ItemType, Texts

SLEEP = ("Godt", "Passe", "Dårlig", "Svært dårlig", "Ikke i det hele tatt")


def option(code: str, nb: str, **others: str) -> AnswerOption:
    """An option with its words."""
    return AnswerOption(Coding("urn:prom:codes:test", code, Texts.of({"nb": nb, **others})))


def choice(*options: AnswerOption, **fields: Any) -> Item:
    """A question with options."""
    return Item("q", ItemType.CHOICE, text=Texts.of({"nb": "Hvordan går det?"}), options=options, **fields)


def five(**fields: Any) -> Item:
    """Five options, numbered 1 to 5."""
    english = ("Well", "Fairly", "Badly", "Very badly", "Not at all")
    return choice(*(option(f"o{at}", nb, en=english[at]) for at, nb in enumerate(SLEEP)), **fields)


def yes_no(**fields: Any) -> Item:
    """A question for yes or no."""
    return Item("b", ItemType.BOOLEAN, text=Texts.of({"nb": "Har du spist?"}), **fields)


def whole(low: int = 0, high: int = 10, **fields: Any) -> Item:
    """A question for a whole number."""
    given = {"min_value": low, "max_value": high, **fields}
    return Item("n", ItemType.INTEGER, text=Texts.of({"nb": "Hvor mange?"}), **given)


def _said(field: str, nb: str, nn: str, en: str) -> dict[str, Any]:
    """A text in three languages, as FHIR writes it."""
    url = "http://hl7.org/fhir/StructureDefinition/translation"
    parts = [
        {"url": url, "extension": [{"url": "lang", "valueCode": tag}, {"url": "content", "valueString": text}]}
        for tag, text in (("nn", nn), ("en", en))
    ]
    return {field: nb, f"_{field}": {"extension": parts}}


def _answer(number: int, nb: str, nn: str, en: str) -> dict[str, Any]:
    ordinal = {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": number}
    coding = {"system": "urn:prom:codes:night", "code": f"night-{number}", "extension": [ordinal]}
    return {"valueCoding": {**coding, **_said("display", nb, nn, en)}}


#: Two questions of our own that reveal nothing; the second is asked of whoever slept less than well.
CHECK: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "id": "sleep-check",
    "url": "urn:prom:questionnaire:sleep-check",
    "version": "1.0.0",
    "status": "draft",
    "language": "nb",
    **_said("title", "I natt", "I natt", "Last night"),
    "extension": [{"url": "urn:prom:fhir:reveals-nothing", "valueBoolean": True}],
    "item": [
        {
            "linkId": "night",
            "type": "choice",
            "required": True,
            **_said("text", "Hvordan var natten?", "Korleis var natta?", "How was your night?"),
            "answerOption": [
                _answer(0, "God", "God", "Good"),
                _answer(1, "Passe", "Passe", "Fair"),
                _answer(2, "Dårlig", "Dårleg", "Bad"),
                _answer(3, "Svært dårlig", "Svært dårleg", "Very bad"),
            ],
        },
        {
            "linkId": "call",
            "type": "boolean",
            "required": True,
            **_said("text", "Vil du at vi ringer deg?", "Vil du at vi ringjer deg?", "Shall we call you?"),
            "enableWhen": [
                {
                    "question": "night",
                    "operator": "!=",
                    "answerCoding": {"system": "urn:prom:codes:night", "code": "night-0"},
                }
            ],
        },
    ],
}
CHECK_KEY: dict[str, Any] = {
    "name": "sleep-check",
    "version": "1.0.0",
    "questionnaire": CHECK["url"],
    "source": "made up for tests",
    "scales": [
        {
            "code": "night-scale",
            "title": {"nb": "Natt", "nn": "Natt", "en": "Night"},
            "kind": "scale",
            "method": "single",
            "items": ["night"],
            "direction": "low is good",
        }
    ],
}
CHECK_RULES: dict[str, Any] = {
    "url": "urn:prom:rules:sleep-check",
    "version": "1.0.0",
    "name": "sleep-check",
    "title": {"nb": "Natt", "nn": "Natt", "en": "Night"},
    "questionnaire": CHECK["url"],
    "questionnaireVersions": ["1.0.0"],
    "rules": [
        {
            "id": "wants-a-call",
            "kind": "threshold",
            "topic": "contact",
            "reads": {"answer": "call"},
            "compare": "=",
            "value": True,
            "severity": "same-day",
            "title": {"nb": "Ønsker å bli ringt", "nn": "Ønskjer å bli ringt", "en": "Wants a call"},
            "source": "made up for tests",
            "whenMissing": "not applicable",
        },
        {
            "id": "bad-night",
            "kind": "threshold",
            "topic": "night",
            "reads": {"score": "night-scale"},
            "compare": ">=",
            "value": 3,
            "severity": "emergency",
            "title": {"nb": "Svært dårlig natt", "nn": "Svært dårleg natt", "en": "Very bad night"},
            "instruction": {
                "nb": "Svært dårlig natt: ring {unit_phone} nå.",
                "nn": "Svært dårleg natt: ring {unit_phone} no.",
                "en": "A very bad night: call {unit_phone} now.",
            },
            "source": "made up for tests",
            "whenMissing": "not applicable",
        },
    ],
}
