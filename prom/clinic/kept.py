"""Things that were dear to make, kept in this process for a while: so many at most, and none for longer than said."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """At most `most` values, each for `lasts` from when it was put in; the oldest goes first."""

    def __init__(self, most: int, lasts: timedelta) -> None:
        self._most, self._lasts = most, lasts
        self._values: OrderedDict[Hashable, tuple[datetime, Value]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._values)

    def get(self, key: Hashable, now: datetime) -> Value | None:
        """Return what is kept under a key, or None; whatever is too old by now is dropped."""
        with self._lock:
            self._drop(now)
            found = self._values.get(key)
        return found[1] if found is not None else None

    def put(self, key: Hashable, value: Value, now: datetime) -> None:
        """Keep a value; whatever is too old or too much is dropped."""
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = now, value
            self._drop(now)

    def _drop(self, now: datetime) -> None:
        while self._values:
            since = next(iter(self._values.values()))[0]
            # A clock that was set back makes nothing last longer.
            if len(self._values) <= self._most and since <= now < since + self._lasts:
                return
            self._values.popitem(last=False)
