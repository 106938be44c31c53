"""What the shipped instrument keys make of answers: the worked values and the traps of clinical.md 1 and 6."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.keys import instrument_library
from questionnaires.keys.scales import Safety
from questionnaires.keys.table_columns import spellings
from tests.questionnaires.samples import sized
from tests.questionnaires.tables import explained, numbered, row_of, worth

NAMES = instrument_library.names()
C30 = instrument_library.load("qlq-c30")


def c30(*numbers: object) -> dict[str, object]:
    """A whole QLQ-C30."""
    return numbered("q", numbers)


BEST, WORST = c30(*[1] * 28, 7, 7), c30(*[4] * 28, 1, 1)


# QLQ-C30


def test_the_summary_is_missing_as_soon_as_one_of_its_thirteen_scales_is() -> None:
    for scale in C30.scales[-1].of:
        items = dict.fromkeys(next(each for each in C30.scales if each.code == scale).items)
        assert explained("qlq-c30", BEST | items)["C30SUMMARY"] == (None, "too few answered")


def test_the_summary_needs_neither_global_health_nor_finances() -> None:
    made = worth("qlq-c30", BEST | {"q28": None, "q29": None, "q30": None})
    assert (made["FI"], made["QL"], made["C30SUMMARY"]) == (None, None, 100)


def test_a_scale_with_fewer_than_half_of_its_items_is_missing() -> None:
    assert worth("qlq-c30", BEST | dict.fromkeys(("q1", "q2", "q3")))["PF"] is None
    assert worth("qlq-c30", BEST | dict.fromkeys(("q1", "q2")))["PF"] == 100
    assert explained("qlq-c30", BEST | dict.fromkeys(("q8", "q6", "q7")))["RF"] == (None, "not answered")


def test_the_ends_of_the_scales_are_where_the_manual_has_them() -> None:
    low = ("FA", "NV", "PA", "DY", "SL", "AP", "CO", "DI", "FI")
    high = ("QL", "PF", "RF", "EF", "CF", "SF", "C30SUMMARY")
    assert worth("qlq-c30", BEST) == dict.fromkeys(low, 0) | dict.fromkeys(high, 100)
    assert worth("qlq-c30", WORST) == dict.fromkeys(low, 100) | dict.fromkeys(high, 0)


def test_a_row_in_the_middle_comes_out_unrounded() -> None:
    made = worth("qlq-c30", c30(1, 2, 1, 1, 4, *[2] * 23, 6, 1))
    assert made["PF"] == pytest.approx(100 * (1 - 0.8 / 3), abs=1e-12)
    assert made["QL"] == pytest.approx(100 * 2.5 / 6, abs=1e-12)


@sized
@given(st.lists(st.none() | st.integers(1, 4), min_size=28, max_size=28), st.lists(st.integers(1, 7), min_size=2))
def test_every_scale_lies_within_its_range_or_is_missing_with_a_reason(answers: list[Any], whole: list[int]) -> None:
    made = explained("qlq-c30", c30(*answers, *whole[:2]))
    for scale in C30.scales:
        value, missing = made[scale.code]
        assert (value is None) == bool(missing)
        assert value is None or (scale.lowest is not None and scale.highest is not None)
        assert value is None or float(scale.lowest or 0) <= value <= float(scale.highest or 0)


#: The first raw sum that trips, by how many items are answered (clinical.md 1.1, third and fourth column).
TRIPS = {
    "PF": {5: 8, 4: 7, 3: 5},
    "RF": {2: 5, 1: 3},
    "EF": {4: 8, 3: 6, 2: 4},
    "CF": {2: 4, 1: 2},
    "SF": {2: 5, 1: 3},
    "FA": {3: 7, 2: 5},
    "NV": {2: 3, 1: 2},
    "PA": {2: 4, 1: 2},
    "DY": {1: 2},
    "SL": {1: 3},
    "AP": {1: 3},
    "CO": {1: 3},
    "DI": {1: 2},
    "FI": {1: 2},
}


@pytest.mark.parametrize("code", TRIPS)
def test_a_threshold_trips_at_the_whole_number_that_was_published_for_every_reachable_sum(code: str) -> None:
    scale = next(each for each in C30.scales if each.code == code)
    (threshold,) = scale.cut_offs
    for answered, first in TRIPS[code].items():
        for answers in product(range(1, 5), repeat=answered):
            cells = dict.fromkeys(scale.items) | dict(zip(scale.items, answers, strict=False))
            value = worth("qlq-c30", BEST | cells)[code]
            assert value is not None
            assert threshold.reached(value) == (sum(answers) >= first), (answers, value)


def test_four_items_that_give_83_and_a_third_trip_nothing() -> None:
    scale = next(each for each in C30.scales if each.code == "PF")
    value = worth("qlq-c30", BEST | {"q1": 3, "q2": 1, "q3": 1, "q4": 1, "q5": None})["PF"]
    assert value == pytest.approx(83.3333333)
    assert not scale.cut_offs[0].reached(value or 0)


# PRO-CTCAE


def test_a_branch_that_was_not_asked_is_missing_unless_it_is_to_be_imputed() -> None:
    absent = {"PROCTCAE_9A_SCL": 0, "PROCTCAE_9B_SCL": None}
    assert explained("pro-ctcae", absent)["PROCTCAE_9_COMP"] == (None, "not answered")
    assert worth("pro-ctcae", absent, impute=True) == {"PROCTCAE_9_COMP": 0}


def test_a_missing_attribute_of_a_symptom_that_is_there_is_never_imputed() -> None:
    there = {"PROCTCAE_9A_SCL": 2, "PROCTCAE_9B_SCL": None}
    assert worth("pro-ctcae", there, impute=True) == {"PROCTCAE_9_COMP": None}


def test_a_symptom_without_columns_gives_no_column_and_yes_or_no_is_not_graded() -> None:
    assert worth("pro-ctcae", {"PROCTCAE_1A_SCL": 3, "PROCTCAE_5A_IND": 1}) == {"PROCTCAE_1_COMP": 3}


@pytest.mark.parametrize(
    "answers, level", [((1, 0, 0), 0), ((2, 0, 0), 0), ((3, 0, 0), 1), ((0, 4, 4), 0), ((4, 3, 2), 3)]
)
def test_three_attributes_are_graded_by_the_table(answers: tuple[int, ...], level: int) -> None:
    assert worth("pro-ctcae", dict(zip(("48A", "48B", "48C"), answers, strict=True))) == {"PROCTCAE_48_COMP": level}


def test_an_amount_is_graded_as_interference_is() -> None:
    assert [worth("pro-ctcae", {"27A": number})["PROCTCAE_27_COMP"] for number in range(5)] == [0, 1, 1, 2, 2]


def test_every_symptom_of_the_library_that_is_not_answered_by_yes_or_no_has_a_composite() -> None:
    yes_or_no = {5, 12, 24, 29, 31, 32, 33, 34, 35, 37, 38, 42, 43, 57, 58, 64, 69, 70, 73, 76, 79}
    made = [scale.code for scale in instrument_library.load("pro-ctcae").scales]
    graded = [number for number in range(1, 81) if number not in yes_or_no]
    assert sorted(made) == sorted(f"PROCTCAE_{number}_COMP" for number in graded)


# EQ-5D-5L


@pytest.mark.parametrize("missing", ["MO", "SC", "UA", "PD", "AD"])
def test_one_missing_dimension_leaves_neither_profile_nor_index(missing: str) -> None:
    cells = row_of("MO SC UA PD AD VAS", [2, 1, 3, 4, 2, 60]) | {missing: None}
    assert {code for code, value in worth("eq-5d-5l", cells).items() if value is not None} == {"EQVAS"}


@pytest.mark.parametrize("profile, index", [("11111", 1.0), ("55555", -0.453), ("21342", 0.537328)])
def test_the_norwegian_index_comes_out_exactly(profile: str, index: float) -> None:
    made = worth("eq-5d-5l", row_of("MO SC UA PD AD", list(profile)))
    assert made["VT_Norway"] == index
    assert made["PROFILE"] == int(profile)
    assert made["LSS"] == sum(map(int, profile))


def test_the_norwegian_index_follows_its_formula_for_all_3125_states() -> None:
    weights, steps = (205, 206, 179, 391, 472), (0, 152, 317, 775, 1000)
    for state in product(range(1, 6), repeat=5):
        index = 1 - sum(weight * steps[level - 1] for weight, level in zip(weights, state, strict=True)) / 1_000_000
        made = worth("eq-5d-5l", row_of("MO SC UA PD AD", list(state)))["VT_Norway"]
        assert made == pytest.approx(index, abs=1e-12)


def test_other_countries_have_their_own_index() -> None:
    made = worth("eq-5d-5l", row_of("MO SC UA PD AD", list("13224")))
    assert made["VT_Denmark"] == 0.439
    worst = worth("eq-5d-5l", row_of("MO SC UA PD AD", list("55555")))
    assert worst["VT_Denmark"] == -0.758
    assert worth("eq-5d-5l", row_of("MO SC UA PD AD", list("11111")))["VT_Netherlands"] == 1


# The others, as worked in clinical.md 1.3 to 1.11


@pytest.mark.parametrize("item", ["q2", "q4", "q5", "q10"])
def test_a_t_score_needs_all_four_of_its_items(item: str) -> None:
    made = explained("promis-global-10", numbered("q", [3] * 6 + [5] + [3] * 3) | {item: None})
    assert made["GMH_T"] == (None, "too few answered")
    assert made["GPH_T"][0] == 39.8


def test_promis_recodes_pain_and_reads_the_tables() -> None:
    made = worth("promis-global-10", numbered("global", [2, 3, 2, 1, 1, 2, 4, 2, 5, 1]))
    assert made == {"GPH_RAW": 9, "GMH_RAW": 6, "GPH_T": 32.4, "GMH_T": 28.4}
    best = worth("promis-global-10", numbered("global", [5] * 6 + [0] + [5] * 3))
    assert (best["GPH_T"], best["GMH_T"]) == (67.7, 67.6)


FACT = [
    f"{part}{number}" for part, most in (("GP", 7), ("GS", 7), ("GE", 6), ("GF", 7)) for number in range(1, most + 1)
]


def test_fact_g_wants_more_than_half_of_a_subscale_and_more_than_four_fifths_of_all() -> None:
    full: dict[str, object] = dict.fromkeys(FACT, 2)
    half = worth("fact-g", full | dict.fromkeys(["GE1", "GE3", "GE4"]))
    assert (half["EWB"], half["FACTG"]) == (None, None)
    five_missing = full | dict.fromkeys(["GP1", "GP2", "GS1", "GS2", "GF1"])
    assert worth("fact-g", five_missing)["FACTG"] == 54
    six_missing = explained("fact-g", five_missing | {"GF2": None})
    assert six_missing["FACTG"] == (None, "too few answered")
    assert all(six_missing[scale][0] is not None for scale in ("PWB", "SWB", "EWB", "FWB"))


@pytest.mark.parametrize("answer, scores", [(0, (28, 0, 20, 0, 48)), (4, (0, 28, 4, 28, 60))])
def test_fact_g_turns_physical_and_emotional_items_but_one(answer: int, scores: tuple[int, ...]) -> None:
    assert tuple(worth("fact-g", dict.fromkeys(FACT, answer)).values()) == scores


EPIC = row_of(
    "1 2 3 4a 4b 4c 4d 4e 6a 6b 6c 6d 6e 7 8a 8b 9 10 11 12 13a 13b 13c 13d 13e",
    [3, 2, 2, 2, 1, 3, 3, 3, 3, 2, 1, 1, 2, 4, 3, 2, 3, 1, 4, 3, 3, 3, 4, 4, 4],
)


def test_epic_26_wants_all_urinary_items_and_lets_others_lack_one() -> None:
    made = worth("epic-26", EPIC | dict.fromkeys(["3", "4b", "7", "8a", "13a"]))
    assert [scale for scale, value in made.items() if value is None] == ["UI", "UIO"]
    assert worth("epic-26", EPIC | dict.fromkeys(["6a", "7"]))["BOWEL"] is None


def test_epic_26_comes_out_as_worked() -> None:
    assert worth("epic-26", EPIC) == {"UI": 41.5, "UIO": 37.5, "BOWEL": 50, "SEXUAL": 44.5, "HORMONAL": 10}


def test_rand_36_comes_out_as_worked() -> None:
    answers = [
        3,
        1,
        1,
        2,
        1,
        1,
        2,
        2,
        3,
        2,
        2,
        2,
        1,
        1,
        2,
        2,
        1,
        2,
        1,
        3,
        2,
        3,
        1,
        2,
        4,
        4,
        3,
        5,
        5,
        5,
        2,
        3,
        1,
        2,
        2,
        2,
    ]
    made = worth("rand-36", numbered("q", answers))
    assert made.pop("RE") == pytest.approx(100 / 3)
    assert made == {"PF": 40, "RP": 50, "EF": 65, "EWB": 44, "SF": 50, "PAIN": 65, "GH": 45}


@pytest.mark.parametrize(
    "answers, physical, mental",
    [
        ([1, 3, 3, 2, 2, 2, 2, 1, 1, 1, 6, 5], 62.37966, 65.38813),
        ([5, 1, 1, 1, 1, 1, 1, 5, 6, 6, 1, 2], 17.67266, 10.81346),
        ([5, 1, 3, 2, 1, 2, 2, 1, 6, 6, 1, 5], 39.46188, 25.88550),
    ],
)
def test_rand_12_comes_out_as_the_registries_have_it(answers: list[int], physical: float, mental: float) -> None:
    assert worth("rand-12", numbered("q", answers)) == {"PCS": physical, "MCS": mental}
    assert worth("rand-12", numbered("q", [*answers[:11], None])) == {"PCS": None, "MCS": None}


def test_rand_12_takes_the_registries_own_names() -> None:
    names = "rand_1 rand_2a rand_2b rand_3a rand_3b rand_4a rand_4b rand_5 rand_6a rand_6b rand_6c rand_7"
    made = worth("rand-12", row_of(names, [5, 1, 3, 2, 1, 2, 2, 1, 6, 6, 1, 5]))
    assert made == {"PCS": 39.46188, "MCS": 25.8855}


@pytest.mark.parametrize(
    "key, answers, scores",
    [
        ("phq-9", [3, 0, 1, 2, 0, 0, 1, 0, 3], {"PHQ9": 10}),
        ("gad-7", [3, 0, 1, 2, 0, 0, 1], {"GAD7": 7}),
        ("who-5", [4, 1, 0, 2, 3], {"WHO5_RAW": 10, "WHO5": 40}),
        ("phq-4", [1, 2, 3, 0], {"GAD2": 3, "PHQ2": 3, "PHQ4": 6}),
        ("phq-2", [3, 2], {"PHQ2": 5}),
        ("gad-2", [1, 0], {"GAD2": 1}),
        ("patient-experience", [1, 2, 3, 4, 5, None, None, None, None, None], {"EXPERIENCE": 50}),
        ("patient-experience", [1, 2, 3, 4, None, None, None, None, None, None], {"EXPERIENCE": None}),
    ],
)
def test_short_scales_come_out_as_worked(key: str, answers: list[object], scores: dict[str, float]) -> None:
    assert worth(key, numbered("q", answers)) == scores


def test_esas_has_each_symptom_and_three_sums() -> None:
    made = worth("esas-r", numbered("esas_", [1, 2, 3, 4, 5, 6, 7, 8, 9]))
    assert (made["ESAS_NAUSEA"], made["ESAS_PHYSICAL"], made["ESAS_EMOTIONAL"], made["ESAS_TOTAL"]) == (4, 21, 15, 45)


def test_g8_knows_half_points() -> None:
    assert worth("g8", row_of("A B C E F H P age", [2, 3, 2, 2, 3, 1, 0.5, 1])) == {"G8": 14.5}


@pytest.mark.parametrize(
    "key, column, cell",
    [("cfs", "CFS", 5), ("ecog", "ECOG", 0), ("karnofsky", "KPS", 70), ("distress-thermometer", "DT", 4)],
)
def test_what_is_one_number_is_that_number(key: str, column: str, cell: int) -> None:
    assert list(worth(key, {column: cell}).values()) == [cell]


# All of them


@pytest.mark.parametrize("name", NAMES)
def test_without_any_answer_every_scale_is_missing_and_says_so(name: str) -> None:
    key = instrument_library.load(name)
    made = explained(name, dict.fromkeys(item.name for item in key.items))
    assert len(made) == len(key.scales)
    assert all(value is None and missing in ("not answered", "too few answered") for value, missing in made.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_scale_of_random_answers_lies_within_the_range_that_the_key_states(name: str) -> None:
    key = instrument_library.load(name)

    @sized
    @given(st.tuples(*(st.sampled_from(sorted(item.values or [0, 1])) for item in key.items)))
    def holds(answers: tuple[object, ...]) -> None:
        made = worth(key, dict(zip([item.name for item in key.items], map(_plain, answers), strict=True)))
        for scale in key.scales:
            value = made[scale.code]
            assert value is not None
            assert float(scale.lowest or 0) - 1e-9 <= value <= float(scale.highest or 0) + 1e-9, scale.code

    holds()


def _plain(number: Any) -> object:
    return number if isinstance(number, int) else float(number)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_says_where_it_comes_from_and_under_what_licence(name: str) -> None:
    key = instrument_library.load(name)
    assert key.source
    assert key.licence
    assert key.missing
    for scale in key.scales:
        assert {"nb", "nn", "en"} <= scale.title.by_language.keys()
        assert scale.lowest is not None
        assert scale.highest is not None


@pytest.mark.parametrize("name", NAMES)
def test_in_one_spelling_no_two_items_have_one_name(name: str) -> None:
    key = instrument_library.load(name)
    made = spellings(key)
    assert len(made) >= len(key.columns)
    assert all(len(set(names.values())) == len(key.items) for names in made)


def test_item_nine_is_an_emergency_of_its_own() -> None:
    assert instrument_library.load("phq-9").safety == (Safety("q9", Decimal(0)),)


def test_a_key_that_is_not_shipped_is_not_found() -> None:
    for name in ("hads", "phq-9|9.9.9", ""):
        with pytest.raises(KeyError):
            instrument_library.load(name)


def test_the_document_of_the_instruments_names_every_key_and_how_its_columns_may_be_called() -> None:
    said = (Path(__file__).parents[2] / "docs" / "instruments.md").read_text()
    for name in NAMES:
        assert f"### `{name}`" in said
        assert f"`{instrument_library.load(name).columns[0]}`" in said
