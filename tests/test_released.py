"""What has been shipped never changes: a hospital that published a version can always take in a newer Prom."""

import hashlib
from pathlib import Path

import pytest

import prom
from questionnaires.documents import dumps, read

ROOT = Path(prom.__file__).parent.parent
#: A line each: what a document says, without its comments, as a digest, and where it stands.
RELEASED = Path(__file__).with_name("released.txt")
KEPT = ("alerts/library", "prom/pathways/library", "questionnaires/instruments", "questionnaires/library")


def shipped() -> dict[str, str]:
    """What stands in the libraries now, by path. Worked examples are tests, and are stored nowhere."""
    paths = [path for folder in KEPT for path in (ROOT / folder).glob("*/*.yaml") if ".examples." not in path.name]
    return {str(path.relative_to(ROOT)): _digest(path) for path in paths}


def _digest(path: Path) -> str:
    return hashlib.sha256(dumps(read(path)).encode()).hexdigest()


@pytest.mark.hazard("H09")
def test_no_released_document_is_changed_or_removed_and_a_new_one_is_noted() -> None:
    noted = {path: digest for digest, path in (line.split() for line in RELEASED.read_text().splitlines())}
    current = shipped()
    changed = [path for path, digest in noted.items() if current.get(path) != digest]
    assert changed == [], "these are out there as they were: give what is new a version of its own"
    assert sorted(set(current) - set(noted)) == [], "print `python -m tests.test_released` into tests/released.txt"


if __name__ == "__main__":
    print("\n".join(f"{digest} {path}" for path, digest in sorted(shipped().items())))  # noqa: T201
