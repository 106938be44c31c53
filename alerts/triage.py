"""The order of a worklist: who first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from alerts.lifecycle import State, is_open
from alerts.rules import Severity


class Row(Protocol):
    """What the order needs of an alert; its instants are aware."""

    @property
    def severity(self) -> Severity: ...

    @property
    def raised_at(self) -> datetime: ...

    @property
    def next_action_at(self) -> datetime | None: ...

    @property
    def state(self) -> State: ...


AnyRow = TypeVar("AnyRow", bound=Row)


def order(rows: Iterable[AnyRow], now: datetime) -> list[AnyRow]:
    """Return the rows, most urgent first: severity, what is nobody's, the share of its time that is used, the oldest.

    What is closed stands last. Rows that are equal in all of this keep the order they came in.
    """
    return sorted(rows, key=lambda row: (not is_open(row.state), -row.severity, *_within_a_severity(row, now)))


def _within_a_severity(row: Row, now: datetime) -> tuple[bool, bool, float, datetime]:
    """An escalated alert has missed a deadline already, so the new one that it was given does not set it back."""
    is_somebodys = row.state in (State.ACKNOWLEDGED, State.SNOOZED)
    return is_somebodys, row.state is not State.ESCALATED, -share_used(row, now), row.raised_at


def share_used(row: Row, now: datetime) -> float:
    """Return how much of the time to the next action is gone: 0 at the start, 1 at the deadline, more when late.

    A row without a deadline ahead of its start counts as infinitely late, for no open alert may be without one.
    """
    if row.next_action_at is None or row.next_action_at <= row.raised_at:
        return float("inf")
    return max(0.0, (now - row.raised_at) / (row.next_action_at - row.raised_at))
