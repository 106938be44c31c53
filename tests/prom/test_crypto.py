"""The door to cryptography: what is sealed opens in its own place only, and keys are kept from others."""

import os
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom import crypto, master_key
from prom.config import Settings, from_environment
from prom.crypto import CannotOpen, Keyring, Place
from prom.errors import StartRefused
from tests.prom.properties import sized

KEY = bytes(range(32))
PLACE = Place("patient", "identity_sealed", uuid.UUID(int=1), uuid.UUID(int=2))
DOCUMENT = {"given": "Åse", "nationalNumber": "10915596784", "line": 1, "none": None}
SEALED = crypto.seal(KEY, DOCUMENT, PLACE)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """Settings for an installation without keys."""
    return from_environment({"PROM_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, table="episode"),
        replace(PLACE, column="clinical_sealed"),
        replace(PLACE, tenant=uuid.UUID(int=9)),
        replace(PLACE, row=uuid.UUID(int=9)),
    ],
)
def test_what_was_sealed_for_one_place_does_not_open_in_another(elsewhere: Place) -> None:
    with pytest.raises(CannotOpen):
        crypto.open_sealed(KEY, SEALED, elsewhere)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(CannotOpen):
        crypto.open_sealed(crypto.new_key(), SEALED, PLACE)


@sized
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_one_changed_byte_never_opens(position: int, change: int) -> None:
    broken = bytearray(SEALED)
    broken[position] ^= change
    with pytest.raises(CannotOpen):
        crypto.open_sealed(KEY, bytes(broken), PLACE)


@sized
@given(st.integers(0, len(SEALED) - 1))
def test_what_was_cut_short_never_opens(length: int) -> None:
    with pytest.raises(CannotOpen):
        crypto.open_sealed(KEY, SEALED[:length], PLACE)


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_DOCUMENTS = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


@sized
@given(_DOCUMENTS)
def test_every_document_comes_back_as_it_was(document: object) -> None:
    assert crypto.open_sealed(KEY, crypto.seal(KEY, document, PLACE), PLACE) == document


def test_the_same_document_is_sealed_differently_each_time() -> None:
    assert len({crypto.seal(KEY, DOCUMENT, PLACE) for _ in range(20)}) == 20


def test_nothing_of_the_document_can_be_read_in_what_is_sealed() -> None:
    assert b"10915596784" not in SEALED
    assert "Åse".encode() not in SEALED


def test_a_tenant_whose_keys_were_never_loaded_has_none() -> None:
    with pytest.raises(CannotOpen, match="not loaded"):
        Keyring(KEY).tenant(uuid.UUID(int=1))


def test_a_tenants_keys_open_neither_under_another_master_key_nor_for_another_tenant_nor_exchanged() -> None:
    ours, tenant = Keyring(KEY), uuid.UUID(int=1)
    wrapping, lookup = ours.make_tenant(tenant)
    for ring, whose, first, second in (
        (Keyring(crypto.new_key()), tenant, wrapping, lookup),
        (Keyring(KEY), uuid.UUID(int=2), wrapping, lookup),
        (Keyring(KEY), tenant, lookup, wrapping),
    ):
        with pytest.raises(CannotOpen):
            ring.add_tenant(whose, first, second)
    again = Keyring(KEY)
    again.add_tenant(tenant, wrapping, lookup)
    assert again.tenant(tenant) == ours.tenant(tenant)


def test_keys_derived_for_two_purposes_or_from_two_masters_differ() -> None:
    made = {Keyring(KEY).derive("cookies"), Keyring(KEY).derive("other"), Keyring(crypto.new_key()).derive("cookies")}
    assert len(made) == 3
    assert KEY not in made
    assert Keyring(KEY).derive("cookies") in made


def test_without_a_key_file_it_says_where_a_key_is_expected_and_what_to_do(home: Settings) -> None:
    with pytest.raises(StartRefused, match=r"No master key.*prom db upgrade.*put the key back"):
        crypto.load_master_key(home)


@pytest.mark.parametrize("text", ["", "not hexadecimal", "ab" * 31, "ab" * 33])
def test_a_key_that_is_none_is_refused_without_being_repeated(home: Settings, text: str) -> None:
    home.key_file.parent.mkdir(parents=True)
    home.key_file.touch(0o600)
    home.key_file.write_text(text)
    for settings, where in ((home, str(home.key_file)), (replace(home, master_key=text), "PROM_MASTER_KEY")):
        with pytest.raises(StartRefused, match="64 hexadecimal digits") as refused:
            crypto.load_master_key(settings)
        assert where in str(refused.value)
        assert not text or text not in str(refused.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644])
def test_a_key_file_that_others_can_reach_is_refused_with_the_command_that_mends_it(home: Settings, mode: int) -> None:
    master_key.create(home)
    home.key_file.chmod(mode)
    with pytest.raises(StartRefused, match=f"chmod 600 {home.key_file}"):
        crypto.load_master_key(home)
    home.key_file.chmod(0o600)
    assert crypto.load_master_key(home) is crypto.keyring()


def test_a_new_key_file_is_its_owners_alone_whatever_the_umask(home: Settings) -> None:
    before = os.umask(0)
    try:
        master_key.create(home)
    finally:
        os.umask(before)
    assert home.key_file.stat().st_mode & 0o777 == 0o600
    assert home.key_file.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_file_that_is_there_is_never_overwritten(home: Settings) -> None:
    master_key.create(home)
    written = home.key_file.read_bytes()
    with pytest.raises(FileExistsError):
        master_key.create(home)
    assert home.key_file.read_bytes() == written


def test_the_environments_key_wins_over_the_file(home: Settings) -> None:
    master_key.create(home)
    given = crypto.load_master_key(replace(home, master_key=KEY.hex()))
    assert given.derive("cookies") == Keyring(KEY).derive("cookies")
    assert crypto.load_master_key(home).derive("cookies") != given.derive("cookies")


def test_a_keyed_hash_finds_only_the_same_value_of_the_same_purpose_and_tenant(home: Settings) -> None:
    ring = crypto.load_master_key(replace(home, master_key=KEY.hex()))
    ours, theirs = uuid.UUID(int=1), uuid.UUID(int=2)
    ring.make_tenant(ours)
    ring.make_tenant(theirs)
    hashed = crypto.keyed_hash(ours, "phone", "+4790000001")
    assert hashed == crypto.keyed_hash(ours, "phone", "+4790000001")
    assert hashed != crypto.keyed_hash(ours, "phone", "+4790000002")
    assert hashed != crypto.keyed_hash(ours, "national-number", "+4790000001")
    assert hashed != crypto.keyed_hash(theirs, "phone", "+4790000001")


def test_a_wrong_password_and_a_hash_that_is_none_match_nothing() -> None:
    stored = crypto.hash_password("correct horse battery")
    assert not crypto.password_matches(stored, "correct horse batterY")
    assert not crypto.password_matches(stored, "")
    assert not crypto.password_matches("correct horse battery", "correct horse battery")
    assert not crypto.password_matches("", "")


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    first, second = (crypto.hash_password("correct horse battery") for _ in range(2))
    assert first.startswith("$argon2id$")
    assert first != second
    assert crypto.password_matches(first, "correct horse battery")
    assert crypto.password_matches(second, "correct horse battery")


def test_tokens_are_long_and_never_the_same_and_only_their_hash_is_kept() -> None:
    tokens = {crypto.new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(len(token) >= 43 for token in tokens)
    token = tokens.pop()
    assert crypto.token_hash(token) == crypto.token_hash(token)
    assert token.encode() not in crypto.token_hash(token)
