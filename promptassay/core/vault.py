"""Envelope encryption: a master key wraps one data key per workspace, a data key seals that workspace's secrets.

AES-256-GCM with a fresh 96-bit nonce each time. The associated data is bound into the seal: a sealed value that
was moved to another row, workspace or destination does not open.
"""

import base64
import hashlib
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from promptassay.core.secret import Secret

FORMAT = b"\x01"
_NONCE = 12
_TAG = 16


class VaultError(Exception):
    """A sealed value does not open: wrong master key, changed bytes, or associated data that does not match."""


@dataclass(frozen=True)
class MasterKey:
    """The key-encrypting key. `id` names it without revealing it."""

    secret: Secret
    id: str

    @classmethod
    def from_bytes(cls, raw: bytes) -> "MasterKey":
        """Take 32 bytes; raises VaultError for any other length."""
        if len(raw) != 32:
            raise VaultError(f"The master key has {len(raw)} bytes; it needs 32.")
        fingerprint = hashlib.sha256(b"promptassay master key id" + raw).hexdigest()[:16]
        return cls(Secret(base64.b64encode(raw).decode()), fingerprint)

    def _cipher(self) -> AESGCM:
        return AESGCM(base64.b64decode(self.secret.reveal()))


def new_data_key(master: MasterKey, workspace_id: str) -> bytes:
    """A fresh data key, wrapped: the only form in which it is stored."""
    return _seal(master._cipher(), os.urandom(32), _wrap_context(master, workspace_id))


def rewrap(old: MasterKey, new: MasterKey, wrapped: bytes, workspace_id: str) -> bytes:
    """The same data key under another master key: what it sealed opens as before. VaultError when it does not open."""
    context = _wrap_context(new, workspace_id)
    return _seal(new._cipher(), _open(old._cipher(), wrapped, _wrap_context(old, workspace_id)), context)


def opens(master: MasterKey, wrapped: bytes, workspace_id: str) -> bool:
    """Whether a wrapped data key is whole and this workspace's; the key itself is let go at once."""
    try:
        _open(master._cipher(), wrapped, _wrap_context(master, workspace_id))
    except VaultError:
        return False
    return True


def seal(master: MasterKey, wrapped: bytes, workspace_id: str, secret: Secret, context: tuple[str, ...]) -> bytes:
    """Encrypt a secret under the workspace's data key, bound to `context` (each part by its length)."""
    data_key = AESGCM(_open(master._cipher(), wrapped, _wrap_context(master, workspace_id)))
    return _seal(data_key, secret.reveal().encode(), _bind(workspace_id, *context))


def unseal(master: MasterKey, wrapped: bytes, workspace_id: str, sealed: bytes, context: tuple[str, ...]) -> Secret:
    """Decrypt; raises VaultError unless every byte and every part of the context is what it was."""
    data_key = AESGCM(_open(master._cipher(), wrapped, _wrap_context(master, workspace_id)))
    return Secret(_open(data_key, sealed, _bind(workspace_id, *context)).decode())


def _wrap_context(master: MasterKey, workspace_id: str) -> bytes:
    return _bind("data-key", master.id, workspace_id)


def _bind(*parts: str) -> bytes:
    encoded = [part.encode() for part in parts]
    return FORMAT + b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _seal(cipher: AESGCM, plain: bytes, associated: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return FORMAT + nonce + cipher.encrypt(nonce, plain, associated)


def _open(cipher: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    if sealed[:1] != FORMAT:
        raise VaultError("The sealed value has an unknown format.")
    if len(sealed) < 1 + _NONCE + _TAG:
        raise VaultError("The sealed value is not whole.")
    try:
        return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], associated)
    except InvalidTag:
        raise VaultError("The sealed value does not open with this master key in this place.") from None
