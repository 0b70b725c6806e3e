"""Small makers of provider keys, through the services themselves, and the search for what leaked of them."""

from base64 import b64encode
from functools import lru_cache
from urllib.parse import quote

from promptassay.core.keyring import Keyring
from promptassay.core.secret import Secret
from promptassay.core.vault import MasterKey
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import add_key
from promptassay.providers.wire import ModelInfo
from tests.people import Person

OPENAI_KEY = "sk-proj-Qm7Rt2Xc9Lk4Wd8Vb3Nz"
ANTHROPIC_KEY = "sk-ant-api03-Yh6Pf1Gs5Jd0Ka8Uw"
GOOGLE_KEY = "AIzaSyBt4Ne9Ro2Zi7Cx5Mv1Ql8"
WINDOW = 8
OTHER_MASTER = MasterKey.from_bytes(b"another master key of 32 bytes..")
OTHER_KEYS = Keyring(lambda: (OTHER_MASTER,))


def make_key(
    person: Person, *, name: str = "team", provider: str = "openai", secret: str = OPENAI_KEY, base_url: str = ""
) -> ProviderKey:
    """A provider key of the person's workspace."""
    with person.inside():
        return add_key(person.actor, provider=provider, name=name, secret=Secret(secret), base_url=base_url)


def infos(*names: str) -> list[ModelInfo]:
    """Models as a provider's list names them, without sizes."""
    return [ModelInfo(name) for name in names]


def leaked(secret: str, text: str) -> str:
    """The first eight characters in a row of the key that stand in `text`, as spelled there; empty for none."""
    lowered = text.lower()
    return next((piece for piece in pieces(secret) if piece in lowered), "")


@lru_cache(maxsize=64)
def pieces(secret: str) -> tuple[str, ...]:
    """Every eight characters in a row of the key, in lower case: plain, reversed, hex, URL-encoded, base64."""
    plain = secret.encode()
    found: dict[str, None] = {}
    for start in range(len(plain) - WINDOW + 1):
        window = plain[start : start + WINDOW]
        text = window.decode()
        percent = "".join(f"%{byte:02x}" for byte in window)
        found |= dict.fromkeys((text, text[::-1], quote(text, safe=""), window.hex(), percent))
    for offset in range(3):
        # What stands before the key decides how base64 divides it; the ends depend on the neighbours.
        encoded = b64encode(b"\0" * offset + plain).decode().rstrip("=")
        whole = encoded[(4 if offset else 0) : len(encoded) // 4 * 4]
        for text in (whole, whole.replace("+", "-").replace("/", "_")):
            found |= dict.fromkeys(text[start : start + WINDOW] for start in range(len(text) - WINDOW + 1))
    return tuple(piece.lower() for piece in found)
