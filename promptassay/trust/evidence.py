"""Evidence of one proof run: what was tried and found, hashed, signed, and chained to the run before it.

An entry is a JSON object of strings, integers and objects of those, written in one canonical way, so that whoever
reads it computes the same hash. The hash covers everything but itself and the signature; the signature (Ed25519)
covers the hash. `previous` is the hash of the entry before, so that none can be changed, removed or put in between.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from promptassay.core.secret import Secret

FORMAT: Final = "promptassay-evidence-1"
FIELDS: Final = (
    "format", "sequence", "claim", "proof", "kind", "words", "verdict", "counts", "found", "started", "ended",
    "build", "schema", "command", "previous", "key", "hash", "signature",
)  # fmt: skip
# What a checkpoint says: which entry stood at the end of the chain at a time, and the checkpoint before.
CHECKPOINT_FORMAT: Final = "promptassay-checkpoint-1"
CHECKPOINT_FIELDS: Final = ("format", "sequence", "entry", "at", "previous", "key", "hash", "signature")
_UNSIGNED: Final = ("hash", "signature")

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Signer:
    """The instance's signing key. `public` is the raw public key in base64, `key_id` names it."""

    _private: Ed25519PrivateKey

    @classmethod
    def from_secret(cls, secret_key: Secret) -> "Signer":
        """The key that belongs to this instance's secret key: the same in each of its processes."""
        seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"promptassay evidence signing").derive(
            secret_key.reveal().encode()
        )
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_seed(cls, seed: bytes) -> "Signer":
        """The key of these 32 bytes. Raises ValueError for another length."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def new(cls) -> "Signer":
        """A key that nobody has seen and that is kept nowhere."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def public(self) -> str:
        return base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    @property
    def key_id(self) -> str:
        return key_id_of(self.public)

    def sign(self, unsigned: Mapping[str, Any]) -> dict[str, Any]:
        """The object with the key's id, its hash and the signature of that hash."""
        named = {**unsigned, "key": self.key_id}
        digest = hash_of(named)
        signature = base64.b64encode(self._private.sign(bytes.fromhex(digest))).decode()
        return {**named, "hash": digest, "signature": signature}


def key_id_of(public: str) -> str:
    """The short name of a public key: the first 16 hex digits of the SHA-256 of its bytes."""
    return hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]


def canonical(value: Any) -> bytes:
    """The one way in which a value is written: keys sorted, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def hash_of(entry: Entry) -> str:
    """SHA-256 in hex over everything but the hash and the signature."""
    return hashlib.sha256(canonical({name: entry[name] for name in entry if name not in _UNSIGNED})).hexdigest()


def hash_of_words(words: str) -> str:
    """Names a claim's exact words."""
    return hashlib.sha256(words.encode()).hexdigest()


def moment(at: datetime) -> str:
    """A time as evidence writes it: UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_signed(entry: Entry, public: str) -> bool:
    """Whether the signature over the entry's own hash is that of the key; says nothing of the contents."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(str(entry["signature"]), validate=True), bytes.fromhex(str(entry["hash"])))
    except (InvalidSignature, KeyError, ValueError):
        return False
    return True
