"""The staff's pages: worklist, patient, episode, contact, adherence, settings, registration, reports taken by phone."""

from prom.clinic.pages import (
    adherence,
    alerts,
    contact,
    corrections,
    deciding,
    downtime,
    episodes,
    filters,
    handing_on,
    own_link,
    patient,
    registration,
    reporting,
    settings,
    summary,
    worklist,
)
from prom.clinic.pages.blueprint import pages

__all__ = [
    "adherence",
    "alerts",
    "contact",
    "corrections",
    "deciding",
    "downtime",
    "episodes",
    "filters",
    "handing_on",
    "own_link",
    "pages",
    "patient",
    "registration",
    "reporting",
    "settings",
    "summary",
    "worklist",
]
