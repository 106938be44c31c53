"""What a request to this door asks for besides its document: media types, preferences, conditions on versions."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from prom.errors import PreconditionFailed
from prom.fhir.outcome import MEDIA_TYPE
from prom.fhir.refusals import BadRequest, NotAcceptable, UnsupportedMedia
from prom.responses.identifiers import Identifier

JSON = (MEDIA_TYPE, "application/json", "text/json")
FORM = "application/x-www-form-urlencoded"

_PREFERENCE = re.compile(r"\b(return|handling)\s*=\s*\"?([A-Za-z]+)")
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)


def check_format(asked: str | None) -> None:
    """Refuse `_format` for anything but JSON; it stands above the Accept header."""
    # A plus sign that nobody escaped arrives as a space.
    if asked is not None and asked.replace(" ", "+").partition(";")[0] not in ("json", *JSON):
        raise NotAcceptable


def check_accept(accepted: Iterable[tuple[str, float]]) -> None:
    """Refuse an Accept header (media types with their quality) that takes no JSON, or only that of another FHIR."""
    for media, quality in accepted:
        name, _, parameters = media.lower().replace(" ", "").partition(";")
        asked = dict(part.partition("=")[::2] for part in parameters.split(";"))
        if quality > 0 and name in (*JSON, "*/*", "application/*") and asked.get("fhirversion", "4.0") == "4.0":
            return
    raise NotAcceptable


def check_body(mimetype: str, parameters: Mapping[str, str], allowed: tuple[str, ...]) -> None:
    """Refuse a body of another media type, another charset than UTF-8, or another version of FHIR."""
    given = {name.lower(): value.lower() for name, value in parameters.items()}
    right = given.get("charset", "utf-8") in ("utf-8", "utf8") and given.get("fhirversion", "4.0") == "4.0"
    if mimetype not in allowed or not right:
        raise UnsupportedMedia


def preferences(header: str) -> dict[str, str]:
    """Read a Prefer header into what is known of it: `return` and `handling`."""
    return {name: value.lower() for name, value in _PREFERENCE.findall(header)}


def version_in(header: str | None) -> int | None:
    """Read If-Match; None for no condition. Raises PreconditionFailed for a version that cannot be one of ours."""
    if header is None or header.strip() == "*":
        return None
    match = _VERSION.fullmatch(header.strip())
    if match is None:
        raise PreconditionFailed("If-Match")
    return int(match[1])


def identifier_in(header: str | None) -> Identifier | None:
    """Read If-None-Exist: `identifier=system|value`, the one search that tells of a retry; BadRequest for another."""
    if header is None:
        return None
    asked = parse_qsl(header.strip().rpartition("?")[2], keep_blank_values=True)
    system, _, value = asked[0][1].partition("|") if len(asked) == 1 and asked[0][0] == "identifier" else ("", "", "")
    if not system.strip() or not value.strip() or "," in value:
        raise BadRequest("If-None-Exist")
    return Identifier(system, value)
