"""Small makers of provider keys, through the services themselves, and the search for what leaked of them."""

import base64
from urllib.parse import quote

from promptassay.core.secret import Secret
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import add_key
from tests.people import Person

OPENAI_KEY = "sk-proj-Qm7Rt2Xc9Lk4Wd8Vb3Nz"
ANTHROPIC_KEY = "sk-ant-api03-Yh6Pf1Gs5Jd0Ka8Uw"
GOOGLE_KEY = "AIzaSyBt4Ne9Ro2Zi7Cx5Mv1Ql8"
WINDOW = 8


def make_key(
    person: Person, *, name: str = "team", provider: str = "openai", secret: str = OPENAI_KEY, base_url: str = ""
) -> ProviderKey:
    """A provider key of the person's workspace."""
    with person.inside():
        return add_key(person.actor, provider=provider, name=name, secret=Secret(secret), base_url=base_url)


def leaked(secret: str, text: str) -> str:
    """The first eight characters in a row of the key that stand in `text`, in any spelling; empty for none."""
    lowered = text.lower()
    for spelling in spellings(secret):
        for start in range(len(spelling) - WINDOW + 1):
            if (window := spelling[start : start + WINDOW].lower()) in lowered:
                return window
    return ""


def spellings(secret: str) -> set[str]:
    """The key as it may stand somewhere: plain, reversed, hex, URL-encoded, base64 at each of three offsets."""
    plain = secret.encode()
    found = {secret, secret[::-1], plain.hex(), quote(secret, safe=""), "".join(f"%{byte:02x}" for byte in plain)}
    for offset in range(3):
        # What stands before the key decides how base64 divides it; the ends depend on the neighbours.
        encoded = base64.b64encode(b"\0" * offset + plain).decode().rstrip("=")
        whole = encoded[(4 if offset else 0) : len(encoded) // 4 * 4]
        found |= {whole, whole.replace("+", "-").replace("/", "_")}
    return {spelling for spelling in found if len(spelling) >= WINDOW}
