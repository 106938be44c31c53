"""Cursors: they come back as they were given, and nothing else is one."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom.api import paging
from tests.prom.properties import sized


@sized
@given(st.uuids())
def test_a_cursor_comes_back_as_it_was_given(row_id: uuid.UUID) -> None:
    assert paging.read(paging.cursor(row_id)) == row_id


@sized
@given(st.text(max_size=40))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        found = paging.read(text)
    except ValueError:
        return
    assert paging.cursor(found) == text


@pytest.mark.parametrize("text", ["", "=", "A", "A" * 21, "A" * 23, "é" * 22, "A" * 21 + "B", " " + "A" * 21])
def test_what_looks_like_one_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"cursor|ASCII"):
        paging.read(text)
