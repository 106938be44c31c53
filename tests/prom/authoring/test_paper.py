"""What stands on paper: only what somebody answers, with the same ends of a scale as on the phone."""

from prom.authoring.paper import on_paper, steps_of
from questionnaires.definition import Item, ItemType
from questionnaires.keys.scoring_codes import SYSTEM
from tests.questionnaires.expressed_samples import calculated
from tests.questionnaires.samples import choice, group, item, questionnaire


def test_a_sum_is_not_printed_and_has_no_number() -> None:
    total = item("sum", "decimal", code=[{"system": SYSTEM, "code": "TS"}])
    scored = choice("a", "0", "1") | {"code": [{"system": SYSTEM, "code": "QS"}]}
    double = item("double", "decimal", extension=calculated("1 + 1"))
    printed = on_paper(questionnaire(group("g", total, double), scored, item("b", readOnly=True), item("c")), "nb")
    assert [(each.item.link_id, each.number) for each in printed] == [("g", None), ("a", 1), ("c", 2)]
    assert printed[0].items == ()


def test_a_slider_without_ends_has_those_of_the_phone_on_paper() -> None:
    slider = Item("a", ItemType.INTEGER, item_control="slider")
    assert steps_of(slider) == ("0", "100") == tuple(str(each) for each in slider.slider_ends)
    assert steps_of(Item("a", ItemType.INTEGER, item_control="slider", min_value=1, max_value=3)) == ("1", "2", "3")
