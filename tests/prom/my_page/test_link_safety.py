"""A messenger that looks behind a link, a shared screen or a history learns nothing: not from any page of a patient."""

import re

import pytest
from flask.testing import FlaskClient

from prom.web import PATIENTS
from tests.conftest import Hospital
from tests.prom.my_page.phones import Phone

#: What a title may not say, in any language that it is shown in.
TELLING = re.compile(
    r"kreft|cancer|svulst|cellegift|kjemo|chemo|onko|onco|pasient|patient|sykehus|hospital|poliklinikk|symptom|syk",
    re.I,
)
LANGUAGES = ("nb", "nn", "en", "se")


def addresses(client: FlaskClient) -> list[str]:
    """Every address of a patient's that a browser can ask for, with something in its places."""
    found = []
    for rule in client.application.url_map.iter_rules():
        if rule.endpoint.startswith(tuple(f"{name}." for name in PATIENTS)) and "GET" in (rule.methods or ()):
            found.append(re.sub(r"<uuid:\w+>", "00000000-0000-7000-8000-000000000000", rule.rule))
    return sorted(re.sub(r"<place:\w+>", "1", each) for each in found)


def check(client: FlaskClient, address: str, language: str) -> None:
    page = client.get(address, headers={"Accept-Language": language}, follow_redirects=True)
    assert page.headers["Referrer-Policy"] == "no-referrer", address
    assert page.headers["Cache-Control"] == "no-store", address
    assert "script-src 'self'" in page.headers["Content-Security-Policy"], address
    head = page.text.partition("</head>")[0]
    assert 'name="robots" content="noindex, nofollow"' in head, address
    assert re.findall(r'property="|"og:|"twitter:|name="description"|itemprop|ld\+json|rel="canonical"', head) == []
    (title,) = re.findall(r"<title>(.*?)</title>", head, re.S)
    assert TELLING.search(title) is None, (address, title)
    assert "Testine" not in page.text, address
    assert all(f"tel:{number}" in page.text for number in ("113", "116117", "+4722000001")), address


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_shows_through_a_link_without_a_session(client: FlaskClient, hospital: Hospital, language: str) -> None:
    found = addresses(client)
    assert {"/a", "/r", "/me", "/me/reports", "/me/code", "/a/new-link"} <= set(found)
    for address in found:
        check(client, address, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_shows_on_her_own_pages_but_what_she_came_for(inside: Phone, language: str) -> None:
    inside.client.post("/me/shown-language", data={"language": language})
    for address in addresses(inside.client):
        if address.startswith("/me"):
            check(inside.client, address, language)
