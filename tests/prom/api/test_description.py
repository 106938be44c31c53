"""The document: every route stands in it, every path of it exists, and it says all that a caller has to know."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

PROBLEM = "application/problem+json"


@pytest.fixture
def document(client: FlaskClient) -> Any:
    """The document, as anybody gets it."""
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Every operation with its method and path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield method.upper(), path, operation


def test_every_route_stands_in_the_document_and_every_path_of_it_exists(client: FlaskClient, document: Any) -> None:
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    routes = {
        (method, re.sub(r"<uuid:(\w+)>", lambda part: "{" + _camel(part[1]) + "}", rule.rule))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(method, path) for method, path, _ in operations(document)} == routes
    assert len(routes) >= 27


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda part: part[1].upper(), name)


def test_it_is_openapi_3_1_and_names_its_server_and_its_tokens(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert [server["url"] for server in document["servers"]] == ["/"]
    assert document["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    assert document["security"] == [{"bearer": []}]


def test_only_signing_in_asks_for_no_token(document: Any) -> None:
    assert [path for _, path, operation in operations(document) if "security" in operation] == ["/api/v1/sessions"]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(document: Any) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for _, path, operation in operations(document):
        assert operation["summary"].endswith("."), path
        assert len(operation["tags"]) == 1, path


def test_every_refusal_is_described_as_a_problem(document: Any) -> None:
    responses = document["components"]["responses"]
    for method, path, operation in operations(document):
        for status, described in operation["responses"].items():
            if int(status) >= 400:
                name = described["$ref"].rpartition("/")[2]
                schema = responses[name]["content"][PROBLEM]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (method, path, status)


def test_what_may_be_refused_follows_from_what_an_operation_is(document: Any) -> None:
    for method, path, operation in operations(document):
        statuses = set(operation["responses"])
        assert "500" in statuses, path
        assert ("security" in operation) or {"401", "403", "429"} <= statuses, path
        assert "{" not in path or "404" in statuses, path
        assert "requestBody" not in operation or {"400", "413", "422"} <= statuses, path
        query = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
        assert not query or "422" in statuses, path
        if any(each["name"] == "If-Match" for each in operation.get("parameters", ())):
            assert {"409", "412", "428"} <= statuses, (method, path)


def test_everything_that_is_taken_or_sent_has_a_schema_that_passes_nothing_over(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert len(schemas) > 30
    for name, schema in schemas.items():
        assert schema["additionalProperties"] is False, name
    for _, path, operation in operations(document):
        taken = operation.get("requestBody", {}).get("content", {"application/json": {"schema": True}})
        assert taken["application/json"]["schema"], path
        sent = [each for status, each in operation["responses"].items() if status.startswith("2") and status != "204"]
        assert all(next(iter(each["content"].values()))["schema"] for each in sent), path


def test_what_a_change_takes_is_shown_by_an_example(document: Any) -> None:
    for _, path, operation in operations(document):
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["example"], path


def test_a_caller_who_has_the_document_gets_it_no_second_time(client: FlaskClient) -> None:
    mark = client.get("/api/openapi.json").headers["ETag"]
    assert client.get("/api/openapi.json", headers={"If-None-Match": mark}).status_code == 304


def test_every_operation_stands_in_the_guide_and_the_guide_names_no_other(document: Any) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
    named = re.findall(r"^\| `([A-Z]+) (/[^`]*)` \|", guide, re.M)
    assert sorted(named) == sorted((method, path.removeprefix("/api/v1")) for method, path, _ in operations(document))
