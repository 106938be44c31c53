"""The contact log: every message to a patient, where it stands, and in plain words why one was not sent.

The words of messages are never shown, and never opened here. Whoever shows it writes the audit record.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import language
from prom.clinic.vocabulary import Reader
from prom.communications.queries import is_of_communication
from prom.messaging.models import Incoming, Kind, Message, State
from prom.pathways.models import Episode
from prom.pathways.queries import pathway

#: As many as a page shows unless asked for all.
SHOWN = 100


@dataclass(frozen=True)
class Entry:
    """A message to her, or one from her. `kind` is a Kind of messaging, `incoming` for hers, `communication` for an SMS
    that tells of a text which staff wrote to her.

    `state` is a State, for hers the code of what became of it. `why` says in words why it was not sent, is late or
    failed; empty where there is nothing to say. `code` is the short code behind it. `pathway` is the title of the one
    that has ended, of a notice that nobody reads any more.
    """

    id: uuid.UUID
    at: datetime
    kind: str
    state: str
    changed_at: datetime
    segments: int | None
    why: str
    code: str | None
    assignment_id: uuid.UUID | None = None
    pathway: str = ""

    @property
    def is_incoming(self) -> bool:
        """Whether it came from her."""
        return self.kind == "incoming"


def entries(
    session: Session, patient_id: uuid.UUID, seen: Sequence[Episode], reader: Reader, most: int | None = None
) -> list[Entry]:
    """Return what was sent to a patient and what came from her, newest first.

    `seen` are those of her episodes that whoever reads may see: no other's pathway is named.
    """
    sent = session.scalars(
        select(Message)
        .where(Message.patient_id == patient_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(most)
    )
    came = session.scalars(
        select(Incoming)
        .where(Incoming.patient_id == patient_id)
        .order_by(Incoming.received_at.desc(), Incoming.id.desc())
        .limit(most)
    )
    titles = {
        f"{Kind.ENDED.value}:{each.id}": reader.words(pathway(session, each.pathway_url, each.pathway_version).title)
        for each in seen
    }
    found: Sequence[Entry] = [*(_sent(each, titles, reader) for each in sent), *(_came(each) for each in came)]
    return sorted(found, key=lambda each: (each.at, each.id), reverse=True)[:most]


def _sent(message: Message, titles: Mapping[str, str], reader: Reader) -> Entry:
    return Entry(
        id=message.id,
        at=message.created_at,
        kind="communication" if is_of_communication(message) else message.kind,
        state=message.state,
        changed_at=message.settled_at or message.accepted_at or message.try_at,
        segments=message.segments,
        why=why(message, reader),
        code=message.failure,
        assignment_id=message.assignment_id,
        pathway=titles.get(message.key, ""),
    )


def _came(incoming: Incoming) -> Entry:
    return Entry(
        id=incoming.id,
        at=incoming.received_at,
        kind="incoming",
        state=incoming.outcome or "waiting",
        changed_at=incoming.handled_at or incoming.received_at,
        segments=None,
        why="",
        code=incoming.outcome,
    )


def why(message: Message, reader: Reader) -> str:
    """Return in plain words why a message was not sent, is late or failed; empty where all is well."""
    code = message.failure
    if message.state == State.CANCELLED:
        return _words(f"withheld.{code or 'no-longer'}", code, reader)
    if message.state == State.FAILED:
        return _words(f"failure.{code or 'unknown'}", code, reader)
    if message.state == State.AMBIGUOUS:
        return reader.text("waits.ambiguous")
    if message.state in (State.PENDING, State.LEASED) and code:
        again = language.as_instant(message.try_at, reader.zone, reader.language)
        return _words(f"waits.{code}", code, reader, time=again)
    return ""


def _words(key: str, code: str | None, reader: Reader, **values: object) -> str:
    """Return the words of a code; one that has none is shown as it is, rather than nothing."""
    if language.has(key, reader.language):
        return reader.text(key, **values)
    return reader.text(f"{key.partition('.')[0]}.other", code=code, **values)
