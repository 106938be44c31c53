"""The only door to cryptography: sealing documents, wrapping keys, hashing what must be found again, tokens.

Three levels of keys: a master key (`master_key.py`) wraps the tenant's keys, which are held in memory; the
tenant key wraps one key per patient. Everything is AES-256-GCM, and bound to its place: what was sealed for one
table, column, tenant and row cannot be opened through another.
"""

import base64
import hashlib
import hmac
import json
import secrets
import uuid
import zlib
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from prom import master_key, metrics
from prom.config import Settings
from prom.errors import StartRefused
from prom.master_key import KEY_LENGTH

NONCE_LENGTH = 12
#: The first byte of everything sealed, so that another scheme can follow.
FORMAT = b"\x01"
#: The same, made smaller before it was sealed: a row of answers then needs a third of the space, in every copy of it.
SMALLER = b"\x02"
#: What is shorter is sealed as it is.
LARGE = 1500

_passwords = PasswordHasher()


class CannotOpen(Exception):
    """A sealed value does not open: another key, another place, or a changed byte. Each is counted, for an alarm."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        metrics.not_opened()


@dataclass(frozen=True)
class Place:
    """Where a sealed value lies. It is part of what the seal protects."""

    table: str
    column: str
    tenant: uuid.UUID
    row: uuid.UUID

    def as_bytes(self) -> bytes:
        """Return the place as the cipher's associated data."""
        return f"{_column(self.table, self.column, self.tenant)}{self.row}".encode()


def _column(table: str, column: str, tenant: uuid.UUID) -> str:
    """The part of a place that all rows of one column share."""
    return f"{table}|{column}|{tenant}|"


def new_key() -> bytes:
    """Make a fresh 256-bit key."""
    return secrets.token_bytes(KEY_LENGTH)


def seal(key: bytes, document: Any, place: Place) -> bytes:
    """Seal a JSON document for its place."""
    plain = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    if len(plain) < LARGE:
        return seal_bytes(key, plain, place)
    return _seal_with(AESGCM(key), SMALLER, zlib.compress(plain, 1), place)


def open_sealed(key: bytes, sealed: bytes, place: Place) -> Any:
    """Open a document; raises CannotOpen unless key, place and every byte are right."""
    return json.loads(open_bytes(key, sealed, place))


def seal_bytes(key: bytes, plain: bytes, place: Place) -> bytes:
    """Seal bytes for their place, with a nonce of their own."""
    return _seal_with(AESGCM(key), FORMAT, plain, place)


def _seal_with(cipher: AESGCM, form: bytes, plain: bytes, place: Place) -> bytes:
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return form + nonce + cipher.encrypt(nonce, plain, place.as_bytes())


def open_bytes(key: bytes, sealed: bytes, place: Place) -> bytes:
    """Open sealed bytes; raises CannotOpen unless key, place and every byte are right."""
    return _open_with(AESGCM(key), sealed, place.as_bytes())


class Opener:
    """Opens what one key has sealed in one column, for whoever opens many rows: the cipher is made ready once."""

    def __init__(self, key: bytes, table: str, column: str, tenant: uuid.UUID) -> None:
        self._cipher = AESGCM(key)
        self._column = _column(table, column, tenant).encode()

    def open(self, sealed: bytes, row: str) -> bytes:
        """Open the bytes of a row, whose id is given as text; raises CannotOpen as `open_bytes` does."""
        return _open_with(self._cipher, sealed, self._column + row.encode())


def _opens(cipher: AESGCM, sealed: bytes, place: Place) -> bool:
    """Whether one of several keys is the right one: a wrong one is no alarm, as `CannotOpen` is."""
    try:
        cipher.decrypt(sealed[1 : 1 + NONCE_LENGTH], sealed[1 + NONCE_LENGTH :], place.as_bytes())
    except (InvalidTag, ValueError):
        return False
    return True


def _open_with(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes:
    form = sealed[:1]
    if form not in (FORMAT, SMALLER):
        raise CannotOpen("unknown format of seal")
    nonce, rest = sealed[1 : 1 + NONCE_LENGTH], sealed[1 + NONCE_LENGTH :]
    try:
        plain = cipher.decrypt(nonce, rest, place)
        return zlib.decompress(plain) if form == SMALLER else plain
    except (InvalidTag, ValueError, zlib.error):
        raise CannotOpen("the seal does not open") from None


@dataclass(frozen=True)
class TenantKeys:
    """A tenant's two keys in clear, only ever in memory: one wraps patient keys, one makes keyed hashes."""

    wrapping: bytes
    lookup: bytes


class Keyring:
    """The master keys and the tenants' keys of this process. The newest master key seals, each of them opens."""

    def __init__(self, newest: bytes, *older: bytes) -> None:
        self._masters = (newest, *older)
        self._tenants: dict[uuid.UUID, TenantKeys] = {}

    @property
    def masters(self) -> tuple[str, ...]:
        """The master keys' names, the newest first. A name is a few digits that tell keys apart and nothing else."""
        return tuple(_derived(each, "the name of a master key")[:4].hex() for each in self._masters)

    def read_again(self, settings: Settings) -> None:
        """Go on with the master keys as they are by now; raises StartRefused, and keeps those it has, without any."""
        self._masters = master_key.read(settings)

    def make_tenant(self, tenant: uuid.UUID) -> tuple[bytes, bytes]:
        """Make a tenant's keys, remember them, and return them wrapped for storing: (wrapping, lookup)."""
        self._tenants[tenant] = TenantKeys(new_key(), new_key())
        return self.wrap_tenant(tenant)

    def wrap_tenant(self, tenant: uuid.UUID) -> tuple[bytes, bytes]:
        """Return a tenant's keys wrapped by the newest master key: (wrapping, lookup)."""
        keys, newest = self.tenant(tenant), self._masters[0]
        return (
            seal_bytes(newest, keys.wrapping, _key_place("wrapping_key", tenant)),
            seal_bytes(newest, keys.lookup, _key_place("lookup_key", tenant)),
        )

    def add_tenant(self, tenant: uuid.UUID, wrapping: bytes, lookup: bytes) -> None:
        """Unwrap a stored tenant's keys into memory; raises CannotOpen when they open by none of the master keys."""
        self._tenants[tenant] = TenantKeys(
            self._open(wrapping, _key_place("wrapping_key", tenant)),
            self._open(lookup, _key_place("lookup_key", tenant)),
        )

    def sealed_by_newest(self, tenant: uuid.UUID, wrapping: bytes, lookup: bytes) -> bool:
        """Whether the newest master key alone opens a stored tenant's keys."""
        stored = {"wrapping_key": wrapping, "lookup_key": lookup}
        ciphers = AESGCM(self._masters[0])
        return all(_opens(ciphers, sealed, _key_place(column, tenant)) for column, sealed in stored.items())

    def _open(self, sealed: bytes, place: Place) -> bytes:
        fits = (key for key in self._masters if _opens(AESGCM(key), sealed, place))
        return open_bytes(next(fits, self._masters[0]), sealed, place)

    def tenant(self, tenant: uuid.UUID) -> TenantKeys:
        """Return a tenant's keys; raises CannotOpen when they were never loaded."""
        try:
            return self._tenants[tenant]
        except KeyError:
            raise CannotOpen("this tenant's keys are not loaded") from None

    def derive(self, purpose: str) -> bytes:
        """Derive a key for one purpose from the newest master key: it is another one when that is changed."""
        return _derived(self._masters[0], purpose)

    def derive_by_each(self, purpose: str) -> tuple[bytes, ...]:
        """Derive the keys for one purpose from each master key, the newest first: what may have sealed an old file."""
        return tuple(_derived(each, purpose) for each in self._masters)

    def derive_for_tenants(self, purpose: str) -> bytes:
        """Derive a key for one purpose that stays when the master key is changed (the signing of cookies, for one).

        It comes from the keys of the tenant that was there first; without any tenant, from the master key.
        """
        first = min(self._tenants, default=None)
        return self.derive(purpose) if first is None else _derived(self._tenants[first].lookup, purpose)


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=purpose.encode()).derive(key)


_keyring: Keyring | None = None


def keyring() -> Keyring:
    """Return this process's keyring; raises StartRefused before `load_master_key` was called."""
    if _keyring is None:
        raise StartRefused("No keys are loaded.")
    return _keyring


def load_master_key(settings: Settings) -> Keyring:
    """Read the master keys into a new keyring of this process; raises StartRefused without any."""
    global _keyring
    _keyring = Keyring(*master_key.read(settings))
    return _keyring


def _key_place(column: str, tenant: uuid.UUID) -> Place:
    return Place("tenant", column, tenant, tenant)


def keyed_hash(tenant: uuid.UUID, purpose: str, value: str) -> bytes:
    """Return a hash that finds an equal value of a tenant and purpose again, and tells nothing without the key."""
    return Hasher(tenant, purpose).hash(value)


class Hasher:
    """Makes keyed hashes for one tenant and purpose, for whoever makes many."""

    def __init__(self, tenant: uuid.UUID, purpose: str) -> None:
        self._key = keyring().tenant(tenant).lookup
        self._purpose = f"{purpose}|"

    def hash(self, value: str) -> bytes:
        """Return what `keyed_hash` returns."""
        return hmac.digest(self._key, (self._purpose + value).encode(), "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Whether two hashes are equal; takes as long for one that is nearly right as for any other."""
    return hmac.compare_digest(one, other)


def new_token() -> str:
    """Make a secret of 256 bits that fits in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token. A plain hash is enough, since tokens have 256 bits of their own."""
    return hashlib.sha256(token.encode()).digest()


def hash_password(password: str) -> str:
    """Hash a password with argon2id."""
    return _passwords.hash(password)


def password_matches(stored: str, password: str) -> bool:
    """Whether a password is the one that was hashed; takes as long for a wrong one as for a right one."""
    try:
        return _passwords.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def as_text(raw: bytes) -> str:
    """Write bytes as text that fits in a file or a URL."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
