"""The routes of the JSON API, one file per resource, and `register()`, which puts all of them into an app."""

from flask import Flask

from prom.api.routes import (
    alerts,
    assignments,
    choices,
    contact,
    courses,
    decisions,
    documentation,
    episodes,
    exports,
    patients,
    reports,
    responses,
    sessions,
    settings,
    worklist,
)
from prom.api.routes.description import Description

RESOURCES = (
    *(sessions, choices, patients, episodes, assignments),
    *(courses, decisions, contact, settings),
    *(responses, reports, worklist, alerts, exports),
)


def register(app: Flask) -> None:
    """Register everything under /api: the versioned resources, the document and its page."""
    description = Description(app)
    for module in RESOURCES:
        description.register_blueprint(module.resource, url_prefix="/api/v1")
    app.register_blueprint(documentation.pages, url_prefix="/api")


__all__ = ["register"]
