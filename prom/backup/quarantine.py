"""A restored database does nothing until somebody has looked at it and says so."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, db
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.backup.models import Quarantine
from prom.errors import StartRefused
from prom.staff.queries import the_tenant

#: A backup that was taken in quarantine brings its own along: the newest tells of this restoring.
_STANDING = select(Quarantine).where(Quarantine.released_at.is_(None)).order_by(Quarantine.restored_at.desc())


def refuse() -> None:
    """Raise StartRefused while this database stands in quarantine: for whatever serves pages or runs jobs."""
    with db.reading() as session:
        found = standing(session)
    if found is not None:
        raise StartRefused(
            f"This database was restored from the backup of {found.taken_at:%Y-%m-%d %H:%M} UTC and is in quarantine: "
            "nothing is served and nothing is sent. Look at it with `prom doctor`, then run: prom restore --release"
        )


def standing(session: Session) -> Quarantine | None:
    """Return the restoring that nobody has released, or None."""
    return session.scalars(_STANDING).first()


def release(session: Session, by: Actor) -> Quarantine:
    """Let web and worker start again, on record; raises StartRefused where there is nothing to release."""
    found = standing(session)
    if found is None:
        raise StartRefused("This database is not in quarantine. Nothing was changed.")
    for each in session.scalars(_STANDING).all():
        each.released_at = clock.now()
    audit.record(
        session,
        by,
        "database.release",
        tenant_id=the_tenant(session).id,
        entity="quarantine",
        entity_id=found.id,
    )
    return found
