"""The transport of an installation without a vendor: messages are printed where the worker runs."""

import sys
from datetime import datetime

from prom.messaging.transport import Letter, Sent


class Console:
    """Prints each SMS on standard output. It remembers nothing, so a letter that may have been printed is again."""

    def send(self, letter: Letter) -> Sent:
        """Print the masked number and the body, which holds the link."""
        sys.stdout.write(f"SMS {masked(letter.to)}: {letter.body}\n")
        sys.stdout.flush()
        return Sent(f"console-{letter.message_id}")

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Return None: nobody can tell what stood on a screen."""
        return None


def masked(number: str) -> str:
    """Write a phone number with only its first three and last two characters, as `+47******01`."""
    return number[:3] + "*" * max(len(number) - 5, 0) + number[-2:] if len(number) > 5 else "*" * len(number)
