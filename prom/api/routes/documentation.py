"""The API's description of itself (OpenAPI 3.1), and a page to read it and try it, loaded from this server alone."""

import hashlib
import json
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, current_app, render_template, request, send_from_directory, url_for
from flask_smorest import Api

from prom.staff.access import public

pages = Blueprint("api-documentation", __name__, template_folder="../templates")

_SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
_OWN = Path(__file__).parent.parent / "swagger"


@pages.get("/openapi.json")
@public
def show_document() -> Response:
    """Send the document."""
    api: Api = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    text = json.dumps(api.document(), ensure_ascii=False, indent=1)
    answer = Response(text, mimetype="application/json")
    answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


@pages.get("/docs")
@public
def show_documentation() -> str:
    """Show the document as a page. Swagger UI lives under the policy of all our pages, loosened nowhere."""
    return render_template("api/documentation.html", document=url_for("api-documentation.show_document"))


@pages.get("/docs/swagger-ui.css")
@public
def send_style() -> Response:
    """Send Swagger UI's stylesheet."""
    return send_from_directory(_SWAGGER_UI, "swagger-ui.css")


@pages.get("/docs/swagger-ui-bundle.js")
@public
def send_bundle() -> Response:
    """Send Swagger UI itself."""
    return send_from_directory(_SWAGGER_UI, "swagger-ui-bundle.js")


@pages.get("/docs/start.js")
@public
def send_start() -> Response:
    """Send the lines that start it."""
    return send_from_directory(_OWN, "start.js")
