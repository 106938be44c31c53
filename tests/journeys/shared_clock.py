"""One clock for several processes, which moves as the machine's does and can leap."""

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path


class SharedClock:
    """The machine's clock, moved by the number of seconds in a file that all processes see."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("d", 0.0))
        with path.open("r+b") as file:
            self._seen = mmap.mmap(file.fileno(), 8)

    def now(self) -> datetime:
        """The instant that it shows."""
        moved: float = struct.unpack("d", self._seen[:8])[0]
        return datetime.fromtimestamp(time.time() + moved, UTC)

    def leap_to(self, instant: datetime) -> None:
        """Show this instant now, in all processes."""
        self._seen[:8] = struct.pack("d", instant.timestamp() - time.time())
