"""Who may call a page: every view names its permission or stands as public, and what names neither is refused."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import current_app, g, request
from flask import session as cookie

from prom.db import reading, transaction
from prom.errors import NotPermitted, NotSignedIn
from prom.staff import sign_in
from prom.staff.permissions import Permission
from prom.staff.sign_in import SignedIn

P = ParamSpec("P")
R = TypeVar("R")

#: Where the signed cookie keeps the session's token.
TOKEN = "session"


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as being for those who are signed in and hold a permission."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            who = g.get("signed_in")
            if who is None:
                raise NotSignedIn
            if not who.may(permission):
                raise NotPermitted
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as being for everyone."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def signed_in() -> SignedIn:
    """Return who is signed in; raises NotSignedIn. A view with `requires` always has somebody."""
    who = g.get("signed_in")
    if who is None:
        raise NotSignedIn
    return cast(SignedIn, who)


def find_signed_in() -> None:
    """Before each request: find out who calls, and refuse a view that names no permission."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and request.endpoint != "static" and not hasattr(view, "permission"):
        raise NotPermitted
    token = cookie.get(TOKEN)
    if request.endpoint == "static" or not token:
        return
    with reading() as session:
        who = sign_in.find_session(session, token)
        stale = who is not None and sign_in.needs_seen(session, who)
    if who is None:
        cookie.pop(TOKEN)
        return
    g.signed_in = who
    if stale:
        with transaction() as session:
            sign_in.mark_seen(session, who)
