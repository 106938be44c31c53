"""The CapabilityStatement tells the truth: what it offers is there, and what is there it offers."""

from flask.testing import FlaskClient

from tests.prom.fhir.door import Door

#: R4's interactions by the method and the form of the address below the door.
FORMS = {
    ("POST", ""): "create",
    ("GET", ""): "search-type",
    ("POST", "/_search"): "search-type",
    ("GET", "/<uuid>"): "read",
    ("PUT", "/<uuid>"): "update",
    ("GET", "/<uuid>/_history/<int>"): "vread",
}


def test_everybody_may_read_it(client: FlaskClient) -> None:
    answer = Door(client).get("metadata")
    assert (answer.status_code, answer.json["fhirVersion"]) == (200, "4.0.1")


def test_it_offers_the_interactions_of_the_routes_and_no_others(client: FlaskClient) -> None:
    there: dict[str, set[str]] = {}
    for rule in client.application.url_map.iter_rules():
        path = rule.rule.removeprefix("/fhir/R4/")
        if path == rule.rule or path == "metadata":
            continue
        resource, slash, rest = path.partition("/")
        for name, converter in rule._converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("integer", "int")
            rest = rest.replace(f"<{kind}:{name}>", f"<{kind}>")
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        there.setdefault(resource, set()).add(FORMS[method, slash + rest])
    offered = {
        each["type"]: {interaction["code"] for interaction in each["interaction"]}
        for each in Door(client).get("metadata").json["rest"][0]["resource"]
    }
    assert offered == there


def test_every_search_parameter_that_it_names_is_understood(door: Door) -> None:
    values = {"date": "2026", "token": "urn:x|y", "reference": "x", "uri": "x", "string": "x"}
    tried = 0
    for resource in door.get("metadata").json["rest"][0]["resource"]:
        for parameter in resource["searchParam"]:
            path = f"{resource['type']}?{parameter['name']}={values[parameter['type']]}"
            assert door.get(path, Prefer="handling=strict").status_code == 200, path
            tried += 1
    assert tried > 15


def test_it_is_written_in_the_language_that_is_asked_for(client: FlaskClient) -> None:
    said = {
        language: Door(client).get("metadata", Accept_Language=language).json["implementation"]["description"]
        for language in ("nb", "nn", "en")
    }
    assert len(set(said.values())) == 3
