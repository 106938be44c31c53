"""How a sweep goes over its rows: together or one by one, past those that fail, and no further than it is let."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from prom.db import reading, transaction

#: How many rows are looked for at a time.
FOUND_AT_ONCE = 200

log = structlog.get_logger()

#: Set when this process is to stop: each sweep finishes the row it is at, and leaves the others to the next worker.
stopping = threading.Event()

_Row = TypeVar("_Row")


def until_stopped(found: Iterable[_Row]) -> Iterator[_Row]:
    """Go over rows one by one, and past none once this process is to stop: each may keep it waiting outside."""
    for row in found:
        if stopping.is_set():
            break
        yield row


class SomeFailed(Exception):
    """Rows of a sweep failed, each by itself; the others are done."""


@dataclass(frozen=True)
class Moved:
    """How many of the rows found were done, and which of them failed; false where nothing came of any."""

    done: int
    failed: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.done or self.failed)


def many_at_once(
    act: Callable[[Session], Collection[UUID]],
    find: Callable[[Session], list[UUID]],
    act_on: Callable[[Session, list[UUID]], Collection[UUID]],
) -> Moved:
    """Act on what is due in one transaction. Where that fails, on each row found by itself: one holds up no other."""
    try:
        with transaction() as session:
            return Moved(len(act(session)))
    except Exception as error:
        log.warning("rows failed together", error=type(error).__name__)
    with reading() as session:
        found = find(session)
    return _each(found, lambda session, row_id: bool(act_on(session, [row_id])))


def one_by_one(find: Callable[..., list[UUID]], act: Callable[[Session, UUID], bool]) -> int:
    """Act on each row found, in a transaction of its own: one that fails holds up no other.

    `find(session, limit=n)` is asked again until it finds nothing new: after hours without a worker all of it is caught
    up with in one run, also behind rows that fail or that another worker holds.
    """
    tried, done, failed = set[UUID](), 0, False
    while not stopping.is_set():
        with reading() as session:
            found = [each for each in find(session, limit=FOUND_AT_ONCE + len(tried)) if each not in tried]
        if not found:
            break
        moved = _each(found, act)
        done, failed, tried = done + moved.done, failed or bool(moved.failed), tried | set(found)
    if failed:  # beside others that went well too, or the watch stays green over a patient who is never reached
        raise SomeFailed
    return done


def _each(found: Sequence[UUID], act: Callable[[Session, UUID], bool]) -> Moved:
    done, failed = 0, set[UUID]()
    for row_id in until_stopped(found):
        try:
            with transaction() as session:
                done += act(session, row_id)
        except Exception as error:
            log.error("row failed", row=str(row_id), error=type(error).__name__)
            failed.add(row_id)
    return Moved(done, frozenset(failed))
