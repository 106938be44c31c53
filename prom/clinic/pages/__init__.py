"""The staff's pages: worklist, patient, registration, and reports taken by phone."""

from prom.clinic.pages import alerts, corrections, filters, patient, registration, reporting, worklist
from prom.clinic.pages.blueprint import pages

__all__ = ["alerts", "corrections", "filters", "pages", "patient", "registration", "reporting", "worklist"]
