import random

import pytest

from prom.patients import phone
from prom.patients.national_number import is_valid
from prom.simulation.people import FIRST_MOBILE, people


def test_more_people_than_there_are_names_are_refused() -> None:
    with pytest.raises(ValueError, match="60 patients"):
        people(61, random.Random(1))


def test_everybody_has_an_official_synthetic_number_of_her_own() -> None:
    everybody = people(60, random.Random(1))
    assert all(is_valid(person.national_number) for person in everybody)
    assert all(int(person.national_number[2:4]) > 80 for person in everybody)
    assert len({person.national_number for person in everybody}) == 60


def test_the_number_holds_the_birth_date() -> None:
    for person in people(60, random.Random(2)):
        assert person.national_number[:2] == f"{person.birth_date:%d}"
        assert int(person.national_number[2:4]) - 80 == person.birth_date.month
        assert person.national_number[4:6] == f"{person.birth_date:%y}"


def test_everybody_has_a_mobile_number_that_no_operator_has_given_out() -> None:
    for person in people(60, random.Random(1)):
        assert phone.mobile(person.mobile) == person.mobile
        assert person.mobile.startswith(f"+{FIRST_MOBILE}"[:7])


def test_every_name_says_that_nobody_has_it() -> None:
    assert {person.family for person in people(60, random.Random(1))} == {"Syntetisk", "Oppdiktet", "Prøvesen"}


def test_the_same_seed_gives_the_same_people() -> None:
    assert people(60, random.Random(7)) == people(60, random.Random(7))
