"""Where the master keys lie: in the environment, or in a file of its owner's alone.

There may be several, one to a line: the first seals, and each of them opens. So a new key can be put in front of the
old one while everything goes on.
"""

import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from prom.config import Settings
from prom.errors import StartRefused

KEY_LENGTH = 32


def has_any(settings: Settings) -> bool:
    """Whether a master key is given at all."""
    return settings.master_key is not None or settings.key_file.exists()


def read(settings: Settings) -> tuple[bytes, ...]:
    """Return the master keys, the one that seals first; raises StartRefused, never with a key's digits in its words."""
    where = "PROM_MASTER_KEY" if settings.master_key is not None else str(settings.key_file)
    text = settings.master_key if settings.master_key is not None else _read_file(settings.key_file)
    keys = tuple(_key(word) for word in text.split())
    if not keys or any(len(key) != KEY_LENGTH for key in keys):
        raise StartRefused(f"The master key in {where} is not 64 hexadecimal digits. Put the right key back.")
    if len(set(keys)) < len(keys):
        raise StartRefused(f"A master key stands twice in {where}. Take one of the two lines out.")
    return keys


def create(settings: Settings) -> None:
    """Write a first master key to the key file, readable by its owner only; an existing file is never overwritten."""
    settings.key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(os.open(settings.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), [secrets.token_bytes(KEY_LENGTH)])


def change(settings: Settings, by: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]) -> None:
    """Write to the key file what `by` makes of the keys that stand there, whole or not at all; one change at a time.

    Raises StartRefused where the environment gives the keys, and where another command is at work on the file.
    """
    if settings.master_key is not None:
        raise StartRefused("The master key stands in PROM_MASTER_KEY, which Prom cannot change. Change it there.")
    path = settings.key_file.resolve()  # behind a link, or the next start would find the old file again
    beside = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # held until it has its name
    except FileExistsError:
        raise StartRefused(
            f"{beside} is there: another command is changing the keys, or one was stopped before it changed anything. "
            "If none is at work, delete that file and begin again."
        ) from None
    try:
        owner = path.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)  # also where another account gives the command
        _write(descriptor, by(read(settings)))
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name is on the disk before anything is sealed by the new key
    finally:
        os.close(folder)


def _key(word: str) -> bytes:
    try:
        return bytes.fromhex(word)
    except ValueError:
        return b""


def _write(descriptor: int, keys: Iterable[bytes]) -> None:
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{key.hex()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())


def _read_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode & 0o077
        if mode:
            raise StartRefused(f"Others can read the master key in {path}. Run: chmod 600 {path}")
        return path.read_text()
    except FileNotFoundError:
        raise StartRefused(
            f"No master key: neither PROM_MASTER_KEY nor {path} is there. On a new installation run "
            "`prom db upgrade`; on one that has data put the key back from where it is kept."
        ) from None
