"""Callers of the API: with a token, and with what comes back opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Door:
    """A program that calls the API."""

    client: FlaskClient
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask."""
        return self.client.get(f"/api/v1{path}", headers=self._with(headers))

    def post(self, path: str, document: Any = None, **headers: str) -> TestResponse:
        """Send."""
        return self.client.post(f"/api/v1{path}", json=document, headers=self._with(headers))

    def delete(self, path: str) -> TestResponse:
        """End."""
        return self.client.delete(f"/api/v1{path}", headers=self._with({}))

    def read(self, path: str) -> Any:
        """Ask for what must be there, and return its document."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def _with(self, more: Mapping[str, str]) -> dict[str, str]:
        """Add headers, whose names are written here as Python can: If_Match."""
        return {**self.headers, **{name.replace("_", "-"): value for name, value in more.items()}}


def person(client: FlaskClient, username: str) -> Door:
    """Sign a person in through the API."""
    answer = client.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return Door(client, {"Authorization": f"Bearer {answer.get_json()['token']}"})


def refusal(answer: TestResponse, status: int, code: str) -> Any:
    """Return the problem document of an answer that must be this refusal."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == PROBLEM
    document = answer.get_json(force=True)
    assert document["type"] == f"urn:prom:problem:{code}"
    assert document["status"] == status
    assert document["detail"]
    return document


def faults(answer: TestResponse) -> dict[str, str]:
    """Return what is wrong with what was sent: field or linkId -> code."""
    document = answer.get_json(force=True)
    assert answer.status_code == 422, document
    assert answer.mimetype == PROBLEM
    assert all(each["detail"] for each in document["errors"])
    return {each.get("field") or each["linkId"]: each["code"] for each in document["errors"]}
