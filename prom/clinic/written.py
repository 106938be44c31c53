"""What was written to a patient, as staff see it: who wrote what, whether she has read it, and whether she was told."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from prom.clinic import contact_log
from prom.clinic.vocabulary import Reader
from prom.communications import queries
from prom.communications.models import Communication
from prom.messaging.models import Message, State
from prom.staff.queries import clinician_names


@dataclass(frozen=True)
class Text:
    """A text with who wrote it, and the SMS that tells of it; `why` says in words why that was not sent or is late."""

    row: Communication
    words: str
    by: str
    sms: Message | None
    why: str

    @property
    def waits(self) -> bool:
        """Whether she has still to read it."""
        return self.row.read_at is None and self.row.taken_back_at is None

    @property
    def is_untold(self) -> bool:
        """Whether it waits, and no SMS has told or will tell her of it; one that another stood in for has."""
        if not self.waits or (self.sms is not None and self.sms.failure == "together"):
            return False
        return self.sms is None or self.sms.state in (State.FAILED, State.CANCELLED)


def texts(session: Session, patient_id: uuid.UUID, unit_ids: Collection[uuid.UUID], reader: Reader) -> list[Text]:
    """Open all that some units wrote to a patient, newest first. Whoever shows it writes the audit record."""
    written = queries.at_units(session, patient_id, unit_ids)
    names = clinician_names(session, [each.row.written_by for each in written])
    return [
        Text(
            row=each.row,
            words=each.words,
            by=names.get(each.row.written_by, ""),
            sms=each.sms,
            why=contact_log.why(each.sms, reader) if each.sms is not None else "",
        )
        for each in written
    ]
