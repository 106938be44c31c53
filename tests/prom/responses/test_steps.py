"""Which question comes next, and where she left."""

from prom.responses.steps import Step, Steps
from questionnaires.definition import EnableWhen, Item, ItemType, Operator, Questionnaire, Texts, Value
from questionnaires.response import build


def question(link_id: str, *, required: bool = True, when: str | None = None, hidden: bool = False) -> Item:
    conditions = (EnableWhen(when, Operator.EQUAL, True),) if when else ()
    return Item(link_id, ItemType.BOOLEAN, required=required, enable_when=conditions, hidden=hidden)


def note(link_id: str) -> Item:
    return Item(link_id, ItemType.DISPLAY, text=Texts.of({"nb": link_id}))


GROUP = Item(
    "group",
    ItemType.GROUP,
    text=Texts.of({"nb": "Gruppe"}),
    items=(note("before"), question("c", required=False), question("d")),
)
ITEMS = (question("a"), question("b", when="a"), question("secret", required=False, hidden=True), GROUP, question("e"))
QUESTIONNAIRE = Questionnaire("urn:q", "1", "q", Texts.of({"nb": "Q"}), "draft", "nb", ("nb",), ITEMS)


def steps(**answers: Value) -> Steps:
    return Steps(QUESTIONNAIRE, build(QUESTIONNAIRE, answers, status="in-progress"))


def names(*found: Step | None) -> list[str | None]:
    return [step.questions[0].item.link_id if step is not None else None for step in found]


def test_there_is_no_question_outside_the_questionnaire() -> None:
    for key in ("0", "7", "x", "1-", "-1", "p1", "1x", "99999999", "\u0661"):
        assert steps().step(key) is steps().not_asked(key) is None
    assert steps().asking("no-such") == ()


def test_what_is_hidden_or_not_enabled_is_not_asked() -> None:
    assert names(*steps().asked) == ["a", "c", "d", "e"]
    assert names(*steps(a=True).asked) == ["a", "b", "c", "d", "e"]


def test_next_and_before_pass_over_what_is_not_asked() -> None:
    walk = steps(a=False)
    first, third, last = walk.asked[0], walk.asked[1], walk.asked[-1]
    assert names(walk.after(first), walk.before(third), walk.before(first), walk.after(last)) == ["c", "a", None, None]


def test_she_left_at_the_first_question_without_an_answer() -> None:
    assert names(steps().where_she_left) == ["a"]
    assert names(steps(a=True).where_she_left) == ["b"]


def test_an_optional_question_before_an_answered_one_was_skipped_on_purpose() -> None:
    assert names(steps(a=False, d=True).where_she_left) == ["e"]
    assert names(steps(a=False).where_she_left) == ["c"]


def test_a_required_question_that_opened_behind_her_comes_first() -> None:
    walk = steps(a=True, d=True, e=True)
    assert names(walk.where_she_left, walk.missing) == ["b", "b"]


def test_when_all_is_answered_she_left_nowhere() -> None:
    walk = steps(a=False, d=True, e=False)
    assert walk.where_she_left is None
    assert walk.missing is None


def test_a_question_knows_its_heading_and_the_words_before_it() -> None:
    walk = steps()
    first, second = GROUP.items[1], GROUP.items[2]
    assert walk.group(first) is GROUP
    assert walk.group(ITEMS[0]) is None
    assert [part.item.link_id for part in walk.asking("c")[0].parts] == ["group", "before", "c"]
    assert [part.item.link_id for part in walk.asking(second.link_id)[0].parts] == ["d"]
    assert names(*walk.asking("group")) == ["c", "d"]
