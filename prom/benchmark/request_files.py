"""The file in which finished requests are handed to the load generator: each after its length in four bytes."""

from pathlib import Path


def write_requests(path: Path, requests: list[bytes]) -> None:
    """Write requests as the generator reads them."""
    path.write_bytes(b"".join(len(each).to_bytes(4, "big") + each for each in requests))


def read_requests(path: Path) -> list[bytes]:
    """Read requests as they were written."""
    content, position, found = path.read_bytes(), 0, []
    while position < len(content):
        begins = position + 4
        position = begins + int.from_bytes(content[position:begins], "big")
        found.append(content[begins:position])
    return found
