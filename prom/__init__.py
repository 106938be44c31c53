"""Prom: patient-reported outcomes in cancer care. `create_app()` puts the web side together, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from prom.config import Settings

#: The largest form that anyone sends.
MOST_BYTES = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Make the web application; raises StartRefused, in words, for missing keys, wrong keys or another schema."""
    # Imported here, so that `import prom.clock` in a worker or a test does not load the whole web side.
    from flask import Flask

    from prom import config, crypto, logs, schema, traffic, web
    from prom.api.routes import register as register_api
    from prom.authoring.pages import pages as authoring
    from prom.backup import quarantine
    from prom.clinic.pages import pages as clinic
    from prom.duty.pages import pages as duty
    from prom.exports.pages import pages as exports
    from prom.fhir.routes import routes as fhir
    from prom.messaging.routes import routes as hooks
    from prom.my_page.pages import pages as my_page
    from prom.notes.pages import pages as notes
    from prom.oversight.pages import pages as oversight
    from prom.oversight.routes import routes as metrics
    from prom.quality.pages import pages as quality
    from prom.responses.pages import own_link
    from prom.responses.pages import pages as responses
    from prom.responses.sms.pages import pages as sms
    from prom.responses.sms.routes import routes as incoming
    from prom.safety.pages import pages as safety
    from prom.staff.pages import pages as staff

    settings = settings or config.from_environment()
    logs.configure(form=settings.log_format)
    schema.open_installation(settings)
    quarantine.refuse()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=crypto.keyring().derive_for_tenants("cookies"),
        SESSION_COOKIE_NAME="prom",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        # A page may lie open for hours; the token lives as long as its session.
        WTF_CSRF_TIME_LIMIT=None,
        # Our pages send no referrer; the token is the protection.
        WTF_CSRF_SSL_STRICT=False,
        PROM=settings,
    )
    traffic.watch(app)
    web.prepare(app)
    for pages in (
        staff,
        clinic,
        authoring,
        responses,
        own_link,
        my_page,
        exports,
        quality,
        safety,
        notes,
        duty,
        oversight,
        metrics,
        fhir,
        hooks,
        incoming,
        sms,
    ):
        app.register_blueprint(pages)
    register_api(app)
    web.exempt_machine_doors(app)
    return app
