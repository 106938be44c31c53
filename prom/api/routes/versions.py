"""Versions of what is sent (ETag): not to send it twice, and not to change what somebody else has changed meanwhile."""

from flask import Response, request

from prom.errors import PreconditionFailed, PreconditionRequired


def tag(version: object) -> dict[str, str]:
    """Return the header that names a version."""
    return {"ETag": f'"{version}"'}


def unchanged(version: object) -> Response | None:
    """Return the 304 where the caller has this version already (If-None-Match), else None."""
    if str(version) not in request.if_none_match or request.if_none_match.star_tag:
        return None
    return Response(status=304, headers=tag(version))


def require_stated() -> None:
    """Raise PreconditionRequired unless the caller names a version (If-Match). `*` names none."""
    if request.if_match.star_tag or not request.if_match.as_set(include_weak=True):
        raise PreconditionRequired("if_match")


def require(version: object) -> None:
    """Raise PreconditionFailed unless the version that the caller names is the present one."""
    require_stated()
    if str(version) not in request.if_match:
        raise PreconditionFailed("if_match")
