"""Helsenorge's scoring codes as a scoring key: the questionnaire itself says which questions its sums are made of.

An item coded QS gives its number to the sums; one coded SS holds the sum of all such items in its own group, however
deep; one coded TS holds that of the whole form. A question with several answers gives all of them, and an option
without a number adds nothing, but does not make a sum of 0 by itself. (Read at helsenorge/refero,
src/util/scoringCalculator.ts and src/constants/scoring.ts.) The answer that such an item holds is the sum of what was
answered, as there (`summing.py`). The score, which rules and exports read, is missing as long as a question that is
asked is unanswered: there it would count 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from questionnaires.definition import Item, Questionnaire
from questionnaires.keys.scales import Scale, ScoringKey
from questionnaires.values import Texts

SYSTEM = "http://ehelse.no/scoringFormulas"
QUESTION, SECTION, TOTAL = "QS", "SS", "TS"
_SOURCE = f"The questionnaire's own scoring codes ({SYSTEM})"


def coded_key(questionnaire: Questionnaire) -> ScoringKey | None:
    """Return the key that the item codes make, a scale per sum by its linkId; None where they make none."""
    scales = [scale for item in questionnaire.all_items if (scale := _scale(questionnaire, item)) is not None]
    if not scales:
        return None
    return ScoringKey(questionnaire.name, questionnaire.version, questionnaire.url, _SOURCE, tuple(scales))


def scoring_code(item: Item) -> str | None:
    """Return QS, SS or TS, the first that the item carries, or None."""
    codes = (coding.code for coding in item.codes if coding.system == SYSTEM)
    return next((code for code in codes if code in (QUESTION, SECTION, TOTAL)), None)


def _scale(questionnaire: Questionnaire, item: Item) -> Scale | None:
    code = scoring_code(item)
    if code not in (SECTION, TOTAL):
        return None
    group = questionnaire.parent(item.link_id) if code == SECTION else None
    questions = tuple(each.link_id for each in _questions(questionnaire.items if group is None else group.items))
    if not questions:
        return None
    named = next((each.text for each in (item, group) if each is not None and each.text is not None), None)
    title = named or Texts.of({"und": item.link_id})
    return Scale(item.link_id, title, "total", questions, 1, direction="no direction", all_asked=True)


def _questions(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the scored questions among these items and beneath them, but not beneath a sum."""
    for item in items:
        code = scoring_code(item)
        if code in (SECTION, TOTAL):
            continue
        if code == QUESTION and item.is_question:
            yield item
        yield from _questions(item.items)
