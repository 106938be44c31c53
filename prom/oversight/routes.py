"""Prometheus' door: the metrics, for a client with the scope prom/metrics.read. A machine's door: no cookie counts."""

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from prom.db import reading
from prom.errors import NotSignedIn, Refused, TooMany
from prom.metrics import exposition
from prom.oversight.figures import figures
from prom.staff.access import requires
from prom.staff.permissions import Permission

routes = Blueprint("api_metrics", __name__)


@routes.get("/metrics")
@requires(Permission.READ_METRICS)
def show() -> Response:
    """Tell what all processes on this host have counted, and what is open, late or silent in the database."""
    with reading() as session:
        measured = list(figures(session))
    return Response(exposition(measured), content_type=CONTENT_TYPE_PLAIN_0_0_4)


@routes.errorhandler(Refused)
def refuse(refused: Refused) -> Response:
    """Answer in one word: nobody reads it but a machine's log."""
    answer = Response(f"{refused.code}\n", status=refused.status, content_type="text/plain")
    if isinstance(refused, NotSignedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refused, TooMany):
        answer.headers["Retry-After"] = str(refused.values.get("retry_after", 60))
    return answer
