"""What each request leaves behind: its id on every line and on its answer, one line in the log, one measurement.

The line tells the route with names where ids stand, and who called by id. No path, query, address or name.
"""

import re
from time import perf_counter
from typing import Any, cast

from flask import Flask, Request, Response, g, request
from werkzeug.local import LocalProxy

from prom import logs, metrics
from prom.logs import Origin

HEADER = "X-Request-Id"
#: What we take over from whoever stands in front. With a letter in it, so that it is no number of a person.
HARMLESS = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_.-]{1,64}").fullmatch


def watch(app: Flask) -> None:
    """Watch an app's requests. To be called before anything else is hooked into it: the first begins and ends them."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    asked = _request()
    given = asked.environ.get("HTTP_X_REQUEST_ID", "")
    logs.begin_request(given if HARMLESS(given) else logs.new_id(), asked.endpoint)


def _end(response: Response) -> Response:
    origin = logs.origin()
    if origin is None:  # a second time, where the answer to a fault failed as well
        return response
    response.headers[HEADER] = origin.stamps["request"]
    seen = _seen(response)
    if response.is_streamed:
        response.call_on_close(lambda: _finish(origin, seen))
    else:
        _finish(origin, seen)
    return response


def _seen(response: Response) -> dict[str, Any]:
    """What the line tells, as far as it stands now: an answer may still be on its way when the request is gone."""
    size = response.content_length if response.is_streamed else response.calculate_content_length()
    asked, caller = _request(), g.get("caller")
    actor = caller.actor if caller is not None else None
    return {
        "method": asked.method if asked.method in metrics.METHODS else "other",
        "route": asked.url_rule.rule if asked.url_rule is not None else None,
        "endpoint": asked.endpoint,
        "status": response.status_code,
        "bytes": size,
        "who": f"{actor.kind}:{actor.id}" if actor is not None else None,
    }


def _request() -> Request:
    """The request itself: each look through Flask's stand-in for it costs a microsecond, and this is on every way."""
    return cast(LocalProxy[Request], request)._get_current_object()


def _finish(origin: Origin, seen: dict[str, Any]) -> None:
    seconds = perf_counter() - origin.started
    metrics.request(seen["endpoint"], seen["method"], seen["status"], seconds)
    if origin.statements is not None:
        seen["statements"] = origin.statements
    logs.tell_request(ms=round(seconds * 1000, 1), **seen)
    logs.end_request()
