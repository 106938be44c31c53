"""The ways out of the house: SMS by one transport, e-mail by another."""

from datetime import datetime

from prom.messaging.transport import Letter, Sent, Transport


class Ways:
    """Takes each letter to the transport that it is for: an address with an @ is mail."""

    def __init__(self, sms: Transport, mail: Transport) -> None:
        self._sms, self._mail = sms, mail

    def send(self, letter: Letter) -> Sent:
        """Hand a letter over; raises Refused or Ambiguous."""
        return self._way(letter).send(letter)

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Return the id of this letter where it was taken since an instant; raises Refused or Ambiguous."""
        return self._way(letter).find(letter, since)

    def _way(self, letter: Letter) -> Transport:
        return self._mail if "@" in letter.to else self._sms
