"""A sealed value opens in its place, whole, under its keys, and in no other way."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.core.secret import Secret
from promptassay.core.vault import FORMAT, MasterKey, VaultError, new_data_key, seal, unseal

MASTER = MasterKey.from_bytes(bytes(range(32)))
OTHER_MASTER = MasterKey.from_bytes(bytes(range(1, 33)))
A, B = str(UUID(int=1)), str(UUID(int=2))
PLAIN = "sk-canary-9Xq2Lm7Zt4Vb"
CONTEXT = ("provider-key", str(UUID(int=7)), "openai", "https://api.openai.com:443")


@dataclass(frozen=True)
class Stored:
    """Everything that decides whether a value opens."""

    master: MasterKey
    wrapped: bytes
    workspace: str
    sealed: bytes
    context: tuple[str, ...]

    def open(self) -> str:
        """The plain value; VaultError."""
        return unseal(self.master, self.wrapped, self.workspace, self.sealed, self.context).reveal()


@pytest.fixture(scope="module")
def stored() -> Stored:
    wrapped = new_data_key(MASTER, A)
    return Stored(MASTER, wrapped, A, seal(MASTER, wrapped, A, Secret(PLAIN), CONTEXT), CONTEXT)


def test_it_opens_in_its_place(stored: Stored) -> None:
    assert stored.open() == PLAIN


@given(text=st.text(max_size=200), parts=st.lists(st.text(max_size=20), max_size=5))
def test_any_text_opens_under_any_context(text: str, parts: list[str]) -> None:
    wrapped = new_data_key(MASTER, A)
    context = tuple(parts)
    assert unseal(MASTER, wrapped, A, seal(MASTER, wrapped, A, Secret(text), context), context) == Secret(text)


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_flipped_bit_anywhere_in_the_sealed_value_is_noticed(stored: Stored) -> None:
    for at in range(len(stored.sealed)):
        with pytest.raises(VaultError):
            replace(stored, sealed=_flipped(stored.sealed, at)).open()


def test_a_flipped_bit_anywhere_in_the_wrapped_data_key_is_noticed(stored: Stored) -> None:
    for at in range(len(stored.wrapped)):
        with pytest.raises(VaultError):
            replace(stored, wrapped=_flipped(stored.wrapped, at)).open()


def test_a_missing_end_is_noticed_at_every_length(stored: Stored) -> None:
    for length in range(len(stored.sealed)):
        with pytest.raises(VaultError):
            replace(stored, sealed=stored.sealed[:length]).open()
    for length in range(len(stored.wrapped)):
        with pytest.raises(VaultError):
            replace(stored, wrapped=stored.wrapped[:length]).open()


def test_bytes_put_on_are_noticed(stored: Stored) -> None:
    for extra in (b"\0", b"more"):
        with pytest.raises(VaultError):
            replace(stored, sealed=stored.sealed + extra).open()


def _another_key_of_the_row(stored: Stored) -> Stored:
    context = (CONTEXT[0], str(UUID(int=8)), *CONTEXT[2:])
    return replace(stored, sealed=seal(MASTER, stored.wrapped, A, Secret("other"), context))


def _moved_with_its_data_key(stored: Stored) -> Stored:
    return replace(stored, workspace=B)


def _moved_to_the_other_data_key(stored: Stored) -> Stored:
    return replace(stored, workspace=B, wrapped=new_data_key(MASTER, B))


def _split_elsewhere(stored: Stored) -> Stored:
    return replace(stored, context=(CONTEXT[0] + CONTEXT[1], *CONTEXT[2:]))


SWAPS: dict[str, Callable[[Stored], Stored]] = {
    "another row's sealed value": _another_key_of_the_row,
    "another key id": lambda s: replace(s, context=(CONTEXT[0], str(UUID(int=8)), *CONTEXT[2:])),
    "another provider": lambda s: replace(s, context=(*CONTEXT[:2], "compatible", CONTEXT[3])),
    "another host": lambda s: replace(s, context=(*CONTEXT[:3], "https://evil.example:443")),
    "another port": lambda s: replace(s, context=(*CONTEXT[:3], "https://api.openai.com:8443")),
    "another scheme": lambda s: replace(s, context=(*CONTEXT[:3], "http://api.openai.com:443")),
    "no origin": lambda s: replace(s, context=CONTEXT[:3]),
    "another use": lambda s: replace(s, context=("webhook", *CONTEXT[1:])),
    "the same letters, divided elsewhere": _split_elsewhere,
    "an empty part more": lambda s: replace(s, context=(*CONTEXT, "")),
    "another workspace, its row with its data key": _moved_with_its_data_key,
    "another workspace's data key": _moved_to_the_other_data_key,
    "another data key of the workspace": lambda s: replace(s, wrapped=new_data_key(MASTER, A)),
    "another master key": lambda s: replace(s, master=OTHER_MASTER),
    "the same master key under another id": lambda s: replace(s, master=MasterKey(MASTER.secret, OTHER_MASTER.id)),
    "an unknown format": lambda s: replace(s, sealed=b"\x02" + s.sealed[1:]),
    "an unknown format of the data key": lambda s: replace(s, wrapped=b"\x00" + s.wrapped[1:]),
    "nothing": lambda s: replace(s, sealed=b""),
    "the data key where the value should be": lambda s: replace(s, sealed=s.wrapped),
}


@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS.keys())
def test_it_does_not_open_elsewhere(stored: Stored, swap: Callable[[Stored], Stored]) -> None:
    with pytest.raises(VaultError) as caught:
        swap(stored).open()
    assert PLAIN not in str(caught.value)


def test_an_unknown_format_is_named(stored: Stored) -> None:
    with pytest.raises(VaultError, match="unknown format"):
        replace(stored, sealed=b"\x02" + stored.sealed[1:]).open()


def test_no_two_seals_are_alike(stored: Stored) -> None:
    seals = {seal(MASTER, stored.wrapped, A, Secret(PLAIN), CONTEXT) for _ in range(200)}
    nonces = {sealed[1:13] for sealed in seals}
    assert len(seals) == len(nonces) == 200
    assert all(sealed[:1] == FORMAT for sealed in seals)
    assert len({new_data_key(MASTER, A) for _ in range(50)}) == 50


def test_the_sealed_bytes_hold_nothing_of_the_plain_ones(stored: Stored) -> None:
    for window in (PLAIN[at : at + 4].encode() for at in range(len(PLAIN) - 3)):
        assert window not in stored.sealed


@pytest.mark.parametrize("length", [0, 1, 16, 31, 33, 64])
def test_a_master_key_has_32_bytes(length: int) -> None:
    with pytest.raises(VaultError, match=f"has {length} bytes"):
        MasterKey.from_bytes(b"k" * length)


def test_a_master_key_is_named_without_being_shown() -> None:
    assert MASTER.id != OTHER_MASTER.id
    assert len(MASTER.id) == 16
    assert MasterKey.from_bytes(bytes(range(32))) == MASTER
    assert "AAEC" not in repr(MASTER)
