"""`prom score` and `prom questionnaire score-with`: refusals first, then tables as registries have them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from prom import db
from prom.catalogue import queries
from questionnaires.documents import dumps
from questionnaires.response import build
from questionnaires.scoring import score
from tests.prom.commands.conftest import Prom, answer
from tests.questionnaires.samples import URL, choice, document

#: Scores a table: (exit status, what came out, standard error).
Tried = Callable[..., tuple[int, str, str]]

PHQ = ",".join(f"q{number}" for number in range(1, 10))


@pytest.fixture
def tried(nowhere: Prom, tmp_path: Path) -> Tried:
    """Score a table with a key, where there is neither database nor key of the house."""

    def run(key: str, table: str, *arguments: str, encoding: str = "utf-8") -> tuple[int, str, str]:
        given, out = tmp_path / "in.csv", tmp_path / "out.csv"
        given.write_bytes(table.encode(encoding))
        result = nowhere("score", key, "--csv", str(given), "--out", str(out), *arguments)
        assert "Traceback" not in result.output
        assert not (tmp_path / "out.csv.part").exists()
        return result.exit_code, out.read_bytes().decode() if out.exists() else "", result.stderr

    return run


def test_a_key_that_is_not_there_is_refused(tried: Tried) -> None:
    status, out, said = tried("hads", "q1\n1\n")
    assert (status, out) == (1, "")
    assert "There is no key 'hads'. See: prom score --list" in said
    assert "There is no file ./own.yaml." in tried("./own.yaml", "q1\n1\n")[2]


def test_a_table_without_any_item_is_refused(tried: Tried) -> None:
    assert "No column is an item of phq-9" in tried("phq-9", "id,name\n1,x\n")[2]
    assert "No column is an item of phq-9" in tried("phq-9", "")[2]


def test_a_table_that_is_not_utf_8_is_refused_and_leaves_nothing_behind(tried: Tried) -> None:
    status, out, said = tried("phq-9", f"{PHQ},navn\n1,1,1,1,1,1,1,1,1,Åse\n", encoding="latin-1")
    assert (status, out) == (1, "")
    assert "is not UTF-8" in said


def test_a_table_is_never_written_over(nowhere: Prom, tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    table.write_text(f"{PHQ}\n1,1,1,1,1,1,1,1,1\n", encoding="utf-8")
    (tmp_path / "same.csv").symlink_to(table)
    for out in (table, tmp_path / "same.csv"):
        refused = nowhere("score", "phq-9", "--csv", str(table), "--out", str(out))
        assert refused.exit_code == 2
        assert "would be written over" in refused.stderr
    assert table.read_text(encoding="utf-8") == f"{PHQ}\n1,1,1,1,1,1,1,1,1\n"


def test_a_column_that_stands_twice_is_refused(tried: Tried) -> None:
    assert "The table has two columns q1." in tried("phq-9", f"{PHQ},q1\n")[2]


def test_a_column_that_is_named_and_not_there_is_refused(tried: Tried) -> None:
    assert "The table has no column ghost." in tried("phq-9", f"{PHQ}\n", "--item", "q1=ghost")[2]
    assert "does not name an item of phq-9" in tried("phq-9", f"{PHQ}\n", "--item", "q77=q1")[2]


def test_a_bad_cell_is_named_counts_as_missing_and_lets_the_other_rows_through(tried: Tried) -> None:
    table = f"id,{PHQ}\na,{'1,' * 8}1\nb,{'1,' * 8}9\nc,{'1,' * 8}x\nd,{'2,' * 8}2\n"
    status, out, said = tried("phq-9", table)
    assert status == 1
    assert "row 2 (line 3), column q9: '9' is not a whole number from 0 to 3" in said
    assert "row 3 (line 4), column q9: 'x' is not a whole number from 0 to 3" in said
    assert [row["PHQ9"] for row in csv.DictReader(out.splitlines())] == ["9", "", "", "18"]


def test_a_row_with_too_many_or_too_few_cells_is_named(tried: Tried) -> None:
    status, out, said = tried("phq-9", f"{PHQ}\n1,1\n{'1,' * 8}1,5\n")
    assert status == 1
    assert "row 1 (line 2), 2 cells, where the header has 9" in said
    assert "row 2 (line 3), 10 cells, where the header has 9" in said
    assert [row["PHQ9"] for row in csv.DictReader(out.splitlines())] == ["", "9"]


def test_a_column_that_only_resembles_a_scale_is_carried(tried: Tried) -> None:
    status, out, said = tried("rand-36", "id,pain,fa,q21,q22\n1,mye,7,1,1\n")
    assert (status, "replaced" in said) == (0, False)
    (row,) = csv.DictReader(out.splitlines())
    assert (row["pain"], row["fa"], row["PAIN"]) == ("mye", "7", "100")
    assert tried("phq-9", f"{PHQ},phq9\n{'1,' * 9}77\n")[1] == f"{PHQ},phq9,PHQ9\n{'1,' * 9}77,9\n"


def test_a_column_with_the_very_name_of_a_scale_holds_ours_and_is_named_once(tried: Tried) -> None:
    table = f'navn,{PHQ},PHQ9,merknad\nÅse,{"1," * 9}77,"a, ""b"""\nBo,{"1," * 9}78,\n'
    status, out, said = tried("phq-9", table)
    assert status == 0
    assert out == f'navn,{PHQ},PHQ9,merknad\nÅse,{"1," * 9}9,"a, ""b"""\nBo,{"1," * 9}9,\n'
    assert said.count("column PHQ9 has a name of ours: what it held is replaced\n") == 1


@pytest.mark.parametrize(
    "key, scale", [("ecog", "ECOG"), ("cfs", "CFS"), ("karnofsky", "KPS"), ("distress-thermometer", "DT")]
)
def test_a_column_that_an_item_is_read_from_is_carried_also_where_it_is_no_answer(
    tried: Tried, key: str, scale: str
) -> None:
    number = "10" if scale in ("KPS", "DT") else "2"
    status, out, said = tried(key, f"{scale}\nx\n{number}\n")
    assert status == 1
    assert f"column {scale}: 'x' is not" in said
    assert out == f"{scale},{scale}_SCORE\nx,\n{number},{number}\n"
    assert tried(key, f"{scale.lower()}\n{number}\n")[1] == f"{scale.lower()},{scale}\n{number},{number}\n"


def test_absent_columns_count_as_unanswered(tried: Tried) -> None:
    status, out, _ = tried("qlq-c30", "q1,q2,q3\n1,1,2\n")
    assert status == 0
    (row,) = csv.DictReader(out.splitlines())
    assert float(row["PF"]) == pytest.approx(88.8888888888889)
    assert {name for name in row if row[name]} == {"q1", "q2", "q3", "PF"}


def test_semicolons_decimal_commas_a_byte_order_mark_and_line_ends_stay_as_they_were(tried: Tried) -> None:
    table = "\ufeffid;A;B;C;E;F;H;P;age\r\n1;2;3;2;2;3;1;0,5;1\r\n"
    status, out, _ = tried("g8", table)
    assert status == 0
    assert out == "\ufeffid;A;B;C;E;F;H;P;age;G8\r\n1;2;3;2;2;3;1;0,5;1;14,5\r\n"


def test_a_semicolon_without_decimal_commas_keeps_the_point(tried: Tried) -> None:
    assert tried("g8", "A;B;C;E;F;H;P;age\n2;3;2;2;3;1;0.5;1\n")[1] == "A;B;C;E;F;H;P;age;G8\n2;3;2;2;3;1;0.5;1;14.5\n"


def test_what_was_not_asked_is_imputed_only_when_told_so(tried: Tried) -> None:
    table = "id,PROCTCAE_9A_SCL,PROCTCAE_9B_SCL,PROCTCAE_5A_IND\n1,0,,1\n2,2,,0\n"
    assert [line.split(",")[-1] for line in tried("pro-ctcae", table)[1].splitlines()] == ["PROCTCAE_9_COMP", "", ""]
    assert tried("pro-ctcae", table, "--impute")[1].splitlines()[1] == "1,0,,1,0"


def test_a_missing_scale_says_why_when_asked(tried: Tried) -> None:
    assert tried("ecog", "ecog\n\n2\n", "--reasons")[1] == "ecog,ECOG,ECOG_MISSING\n,,not answered\n2,2,\n"


def test_the_published_limits_that_are_reached_are_written_when_asked(tried: Tried) -> None:
    table = "q1,q2\n3,3\n1,1\n,1\n"
    assert tried("phq-2", table, "--cut-offs")[1] == ("q1,q2,PHQ2,PHQ2_REACHED\n3,3,6,screens positive\n1,1,2,\n,1,,\n")


def test_a_hospitals_own_key_scores_a_table(tried: Tried, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        """
name: own
version: "1"
title: {nb: Egen}
source: ours
licence: ours
missing: half
items: {a-c: {low: 0, high: 4}}
columns: ["{name}"]
scales:
  - {code: INDEX, title: {nb: Indeks}, method: percent, items: [a-c], minimumAnswered: 2, direction: high is good}
"""
    )
    assert tried(str(own), "a,b,c\n4,2,\n0,,\n")[1] == "a,b,c,INDEX\n4,2,,75\n0,,,\n"


def test_the_keys_are_listed_with_how_their_columns_may_be_named(nowhere: Prom) -> None:
    listed = {key["name"]: key for key in answer(nowhere("score", "--list", "--json"))}
    assert set(listed) >= {"qlq-c30", "pro-ctcae", "eq-5d-5l", "fact-g", "phq-9"}
    assert "phq9_{n}" in listed["phq-9"]["columns"]
    assert listed["phq-9"]["safety"] == [{"item": "q9", "above": 0}]
    assert "q1     a whole number from 0 to 3" in nowhere("score", "phq-9", "--columns").stdout
    assert "qlq-c30" in nowhere("score", "--list").stdout


def test_a_table_is_told_in_json(nowhere: Prom, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("ecog\n7\n")
    result = nowhere("score", "ecog", "--csv", str(tmp_path / "t.csv"), "--out", str(tmp_path / "o.csv"), "--json")
    made = json.loads(result.stdout)
    assert (made["key"], made["rows"], made["bad"]) == ("ecog|1.0.0", 1, 1)


# A key attached to an imported questionnaire


def imported(prom: Prom, folder: Path, *codes: str) -> None:
    """Import nine questions of the hospital's own."""
    asked = document(*(choice(f"phq9-{number}", *codes) for number in range(1, 10)), name="ours")
    (folder / "q.json").write_text(dumps(asked))
    assert answer(prom("questionnaire", "import", str(folder / "q.json"), "--json"))["outcome"] == "imported"


def test_a_questionnaire_that_does_not_fit_is_refused_and_nothing_is_stored(prom: Prom, tmp_path: Path) -> None:
    imported(prom, tmp_path, "0", "1", "7")
    result = prom("questionnaire", "score-with", URL, "phq-9")
    assert result.exit_code == 1
    assert "phq9-1: scale PHQ9: the ordinal of option 7 lies outside 0 to 3" in result.stderr
    assert "is bound to no question" in prom("questionnaire", "score-with", URL, "rand-12").stderr
    with db.reading() as session:
        assert queries.instrument(session, f"{URL}|1.0.0").key is None


def test_a_questionnaire_that_is_not_there_or_a_binding_that_is_none_is_refused(prom: Prom, tmp_path: Path) -> None:
    imported(prom, tmp_path, "0", "1")
    assert "There is no questionnaire 'ghost'" in prom("questionnaire", "score-with", "ghost", "phq-9").stderr
    assert "ITEM=NAME" in prom("questionnaire", "score-with", URL, "phq-9", "--item", "q1").stderr
    assert "CODE=NUMBER" in prom("questionnaire", "score-with", URL, "phq-9", "--answer", "x").stderr


def test_an_imported_wording_is_scored_from_then_on(prom: Prom, tmp_path: Path) -> None:
    imported(prom, tmp_path, "0", "1", "2", "3")
    made = answer(prom("questionnaire", "score-with", URL, "phq-9", "--json"))
    assert made["instrument"] == "phq-9|1.0.0"
    assert made["items"]["q9"] == "phq9-9"
    with db.reading() as session:
        found = queries.instrument(session, f"{URL}|1.0.0")
        assert found.key is not None
        response = build(found.questionnaire, {f"phq9-{number}": "2" for number in range(1, 10)})
        assert score(found.key, found.questionnaire, response)["PHQ9"].value == 18
        assert found.key.safety[0].item == "phq9-9"
