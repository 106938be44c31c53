"""Writing the handover note of one patient."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.errors import Invalid, StaleVersion
from prom.handover.models import HandoverNote
from prom.handover.queries import newest
from prom.pathways.models import Episode
from prom.patients import sealing

#: What the next shift reads in a moment.
LONGEST = 1000


def write(session: Session, episode: Episode, words: str, seen: int, actor: Actor) -> HandoverNote:
    """Let a note stand in the place of version `seen` (0 = none); no words mean that nothing is left to hand over.

    Raises Invalid for one that is too long or would end what does not stand, StaleVersion where somebody has written
    meanwhile: nobody's words are replaced unread.
    """
    words = words.strip()
    if len(words) > LONGEST:
        raise Invalid("handover")
    session.execute(select(Episode.id).where(Episode.id == episode.id).with_for_update(key_share=True))
    before = newest(session, episode.id)
    if seen != (before.version if before is not None else 0):
        raise StaleVersion("handover")
    if not words and (before is None or before.is_empty):
        raise Invalid("handover")
    now = clock.now()
    if before is not None:
        before.replaced_at = now
        session.flush()
    row = HandoverNote(
        id=new_id(),
        tenant_id=episode.tenant_id,
        patient_id=episode.patient_id,
        episode_id=episode.id,
        unit_id=episode.unit_id,
        version=seen + 1,
        written_at=now,
        written_by=actor.id,
        is_empty=not words,
    )
    sealing.seal(session, row, "words", {"words": words})
    session.add(row)
    session.flush()
    audit.about(session, actor, "handover.write", row)
    return row
