"""Who may call a page: every view names its permission or stands as public, and what names neither is refused."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar, cast

from flask import current_app, g, request
from flask import session as cookie

from prom.audit.service import Actor
from prom.db import reading, transaction
from prom.errors import NotPermitted, NotSignedIn
from prom.staff import sign_in
from prom.staff.permissions import Permission
from prom.staff.sign_in import SignedIn

P = ParamSpec("P")
R = TypeVar("R")

#: Where the signed cookie keeps the session's token.
TOKEN = "session"
#: The blueprints whose names begin so are for machines: there a bearer token counts, and no cookie.
MACHINE_DOORS = ("api", "fhir", "hooks")


class Caller(Protocol):
    """Whoever calls: a person who is signed in, or a registered client."""

    @property
    def tenant_id(self) -> uuid.UUID:
        """The hospital."""

    @property
    def unit_ids(self) -> frozenset[uuid.UUID]:
        """The units whose patients the caller reaches."""

    @property
    def actor(self) -> Actor:
        """The caller as the audit log knows it."""

    @property
    def language(self) -> str:
        """The caller's own language, where the request asks for none."""

    def may(self, permission: Permission) -> bool:
        """Whether the caller holds a permission."""


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as being for callers, people or machines, who hold a permission."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not caller().may(permission):
                raise NotPermitted
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as being for everyone."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def caller() -> Caller:
    """Return whoever calls; raises NotSignedIn. A view with `requires` always has somebody."""
    who = g.get("caller")
    if who is None:
        raise NotSignedIn
    return cast(Caller, who)


def signed_in() -> SignedIn:
    """Return the person who is signed in; raises NotSignedIn for nobody, and NotPermitted for a machine."""
    who = g.get("signed_in")
    if who is None and g.get("caller") is not None:
        raise NotPermitted
    if who is None:
        raise NotSignedIn
    return cast(SignedIn, who)


def at_machine_door() -> bool:
    """Whether this request came to a door for machines."""
    return (request.blueprint or "").startswith(MACHINE_DOORS)


def find_signed_in() -> None:
    """Before each request: find out whose browser calls, and refuse a view that names no permission."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and request.endpoint != "static" and not hasattr(view, "permission"):
        raise NotPermitted
    if request.endpoint == "static" or at_machine_door():
        return
    token = cookie.get(TOKEN)
    if not token:
        return
    with reading() as session:
        who = sign_in.find_session(session, token)
        stale = who is not None and sign_in.needs_seen(session, who)
    if who is None:
        cookie.pop(TOKEN)
        return
    g.signed_in = g.caller = who
    if stale:
        with transaction() as session:
            sign_in.mark_seen(session, who)
