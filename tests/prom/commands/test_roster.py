"""`prom roster`: a file of shifts is taken in whole or not at all, and holes are told."""

from pathlib import Path
from uuid import UUID

import pytest

from prom.db import new_id, reading
from prom.duty.models import Shift
from prom.duty.queries import ringing
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer
from tests.prom.steps import count

HEAD = "starts,ends,level,phone,name\n"
#: Far ahead: a command reads the real clock.
ROW = "2090-01-02 08:00,2090-01-03 08:00,1,90000061,Vakt\n"
AT = ("--unit", "Poliklinikk A")


def written(folder: Path, text: str, encoding: str = "utf-8") -> str:
    """A file of shifts."""
    file = folder / "roster.csv"
    file.write_text(text, encoding=encoding)
    return str(file)


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "lacks the column starts"),
        ("starts,ends,level,phone\n", "lacks the column name"),
        (HEAD + "2090-01-02 08:00,2090-01-03 08:00\n", "Shift 1"),
        (HEAD + ROW + ROW.replace("\n", ",more\n"), "Shift 2"),
        (HEAD + ROW + ROW.replace(",1,", ",4,"), "level; shift: 2"),
        (HEAD + ROW + ROW.replace("90000061", "113"), "phone; shift: 2"),
    ],
)
def test_a_wrong_file_is_refused_where_it_is_wrong_and_nothing_of_it_is_kept(
    hospital: Hospital, prom: Prom, tmp_path: Path, text: str, says: str
) -> None:
    result = prom("roster", "import", written(tmp_path, text), *AT)
    assert (result.exit_code, says in result.stderr) == (1, True)
    assert count(Shift) == 0


def test_a_file_in_another_encoding_is_refused(hospital: Hospital, prom: Prom, tmp_path: Path) -> None:
    result = prom("roster", "import", written(tmp_path, HEAD + ROW.replace("Vakt", "Bjørg"), "latin-1"), *AT)
    assert "no CSV in UTF-8" in result.stderr


def test_an_unknown_unit_and_an_unknown_shift_are_refused(hospital: Hospital, prom: Prom, tmp_path: Path) -> None:
    assert "Nowhere" in prom("roster", "import", written(tmp_path, HEAD + ROW), "--unit", "Nowhere").stderr
    assert prom("roster", "remove", str(new_id()), *AT).exit_code == 1


@pytest.mark.hazard("H39")
def test_a_file_is_taken_in_once_shown_and_taken_off_again(hospital: Hospital, prom: Prom, tmp_path: Path) -> None:
    file = written(tmp_path, HEAD + ROW, "utf-8-sig")
    assert answer(prom("roster", "import", file, *AT, "--json")) == {"added": 1, "there": 0}
    assert answer(prom("roster", "import", file, *AT, "--json")) == {"added": 0, "there": 1}
    shown = answer(prom("roster", "show", *AT, "--json"))
    (shift,) = shown["shifts"]
    assert (shift["level"], shift["phone"], shift["name"]) == (1, "+4790000061", "Vakt")
    assert shift["startsAt"] == "2090-01-02T07:00:00+00:00"
    assert [hole["level"] for hole in shown["holes"]] == [1]
    words = prom("roster", "show", *AT).stdout
    assert "Vakt" in words
    assert "Nobody at level 1" in words
    with reading() as session:
        at = session.get_one(Shift, UUID(shift["shift"])).starts_at
        assert ringing(session, hospital.unit, at) == [["+4790000061"], ["+4790000091"]]
    assert answer(prom("roster", "remove", shift["shift"], *AT, "--json")) == {"removed": shift["shift"]}
    assert "the unit's own on-call phone rings" in prom("roster", "show", *AT).stdout
