"""Small makers of provider keys, through the services themselves, and the search for what leaked of them."""

from functools import lru_cache

from promptassay.core.keyring import Keyring
from promptassay.core.secret import Secret
from promptassay.core.vault import MasterKey
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import add_key
from promptassay.providers.wire import ModelInfo
from promptassay.trust.probes.markers import KEY_WINDOW, spellings
from tests.people import Person

OPENAI_KEY = "sk-proj-Qm7Rt2Xc9Lk4Wd8Vb3Nz"
ANTHROPIC_KEY = "sk-ant-api03-Yh6Pf1Gs5Jd0Ka8Uw"
GOOGLE_KEY = "AIzaSyBt4Ne9Ro2Zi7Cx5Mv1Ql8"
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
    """Every eight characters in a row of the key, in lower case, in each way that the probes know to spell them."""
    return tuple(piece.decode("latin-1").lower() for piece in sorted(spellings(secret, KEY_WINDOW)))
