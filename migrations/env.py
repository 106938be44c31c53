"""What alembic runs: with the connection that `prom.schema` hands over."""

from alembic import context

import prom.assignments.models
import prom.audit.models
import prom.backup.models
import prom.catalogue.models
import prom.clients.models
import prom.communications.models
import prom.decisions.models
import prom.duty.models
import prom.handover.models
import prom.messaging.models
import prom.my_page.models
import prom.notes.models
import prom.oversight.models
import prom.pathways.models
import prom.patients.models
import prom.responses.models
import prom.safety.models
import prom.settings.models
import prom.staff.models
import prom.worklist.models  # noqa: F401
from prom.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=False,
)
with context.begin_transaction():
    context.run_migrations()
