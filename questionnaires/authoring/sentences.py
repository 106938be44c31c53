"""What an author is told in English: what differs between versions, and what is to be mended."""

from __future__ import annotations

from collections.abc import Mapping

AUTHORING: Mapping[str, str] = {
    # What differs between two versions, and asks for a new version: differences.py
    "item-added": "the item is new",
    "item-removed": "the item is gone",
    "item-moved": "the item stands in another place",
    "type-changed": "the type was {before} and is {after}",
    "required-changed": "whether an answer is required was {before} and is {after}",
    "bounds-changed": "{field} was {before} and is {after}",
    "unit-changed": "{field} was {before} and is {after}",
    "logic-changed": "{field} has changed: when or with what the item is asked or filled in",
    "setting-changed": "{field} was {before} and is {after}",
    "option-added": "the option {option} is new",
    "option-removed": "the option {option} is gone",
    "options-moved": "the options stand in another order",
    "option-value-changed": "the option {option} counted {before} and counts {after}",
    "option-exclusive-changed": "whether the option {option} stands alone has changed",
    "otherwise-changed": "the document says something else in {field}",
    "scoring-added": "there is a scoring key now",
    "scoring-removed": "there is no scoring key any more",
    "scoring-changed": "the scoring key says something else in {field}",
    "scale-added": "the scale {scale} is new",
    "scale-removed": "the scale {scale} is gone",
    "scale-changed": "the scale {scale} says something else in {field}",
    # What differs in words only
    "text-changed": "{what} reads otherwise in {language}",
    "translation-added": "{what} has a text in {language} now",
    "translation-removed": "{what} has no text in {language} any more",
    "about-changed": "{field} has changed",
    # Why a published version is not changed
    "published-already": "this version is published already and differs; give it a new version",
    "published-already-wording": "only words differ, no meaning; but what is published keeps its words too",
    # What an author should mend: linting.py
    "no-translation": "{what} has no text in {language}",
    "partly-translated": "{given} texts are missing in {language}",
    "language-unknown": "the document does not say which language it is in",
    "red-flag-late": "an answer here can be an emergency, but {earlier} is asked before it",
    "red-flag-prefilled": "an answer here can be an emergency, but it is filled in before anybody answers",
    "no-red-flag": "no answer in here is known to raise an emergency",
    "never-asked": "no answers make this be asked",
    "never-asked-required": "an answer is required, but no answers make this be asked",
    "option-without-code": "the option {option} is a bare text; what is scored needs a code",
    "option-without-ordinal": "the option {option} has no ordinal",
    "option-text-twice": "two options read {text} in {language}",
    "scored-item-repeats": "the item is scored, but can have several answers",
    "text-too-long": "{what} has {given} characters in {language}; more than {most} fill a phone",
    "number-without-help": "nothing says how the number is to be given",
    "number-without-unit": "the number has no unit",
    "slider-without-ends": "the slider has no lowest or no highest value; {least} and {most} are taken",
    "number-without-bounds": "the number has no lowest or no highest value",
    "no-end-text": "nothing is said at the end: neither a shown text comes last nor is there advice",
    "link-id-as-column": "{given} makes a poor name of a column: letters first, then digits, . _ and -, at most {most}",
    "hard-to-read": "the texts in {language} have a readability index (LIX) of {given}; plain ones stay below {most}",
    # Why what is declared to reveal nothing cannot be asked by SMS: declaring.py
    "sms-never": "this questionnaire asks for symptoms, which no SMS may name",
    "sms-too-many": "{given} questions, where at most {most} may be asked by SMS",
    "sms-danger": "an answer here can be an emergency, which needs a page that tells what to do",
    "sms-open": "only yes or no, one of the item's own options, or a whole number within bounds is asked by SMS",
    "sms-words-lost": "these words stand outside the questions, and an SMS would leave them out",
    "sms-numbers-clash": "some options are numbers and some are not, so that a number sent by SMS can mean two of them",
    # What stands in the way of publishing an instrument that asks about danger
    "safety-without-rules": "the instrument asks about danger, but no published rule set judges this version",
    "safety-without-emergency": "the answer {option} raises no emergency in {rules}",
    "safety-without-instruction": "the emergency of {rules} does not say in {language} what to do",
    "safety-without-crisis-text": "there is no advice document with a crisis text in {language}",
    "safety-without-item": "the questionnaire does not have the item of its safety question",
    "safety-without-danger": "no answer to the safety question counts above {above}, so nothing raises an alert",
}
