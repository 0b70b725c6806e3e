"""A keyring finds keys by id, looks again for those that it does not know, and keeps what it has in bad moments."""

import pytest

from promptassay.core.errors import AppError
from promptassay.core.keyring import Keyring
from promptassay.core.vault import MasterKey

OLD, NEW = MasterKey.from_bytes(bytes(range(32))), MasterKey.from_bytes(bytes(range(1, 33)))


class Place:
    """Where keys are kept, and how often they were read."""

    def __init__(self, *keys: MasterKey) -> None:
        self.keys, self.read, self.broken = keys, 0, False

    def __call__(self) -> tuple[MasterKey, ...]:
        self.read += 1
        if self.broken:
            raise AppError("the file is not there")
        return self.keys


def test_the_first_is_the_present_one_and_all_are_found_by_id() -> None:
    place = Place(NEW, OLD)
    keys = Keyring(place)
    assert (keys.present, keys.oldest, keys.ids) == (NEW, OLD, [NEW.id, OLD.id])
    assert (keys.find(NEW.id), keys.find(OLD.id)) == (NEW, OLD)
    assert place.read == 1  # what is known costs nothing


def test_an_unknown_id_is_looked_for_where_the_keys_are_kept() -> None:
    place = Place(OLD)
    keys = Keyring(place)
    assert keys.find(NEW.id) is None
    place.keys = (NEW, OLD)
    assert keys.find(NEW.id) == NEW
    assert keys.present == NEW


def test_a_key_that_was_taken_away_is_forgotten_with_the_next_look() -> None:
    place = Place(NEW, OLD)
    keys = Keyring(place)
    place.keys = (NEW,)
    assert keys.find(OLD.id) == OLD
    keys.reload()
    assert keys.find(OLD.id) is None


def test_keys_that_cannot_be_read_again_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    place = Place(OLD)
    keys = Keyring(place)
    place.broken = True
    assert keys.find(NEW.id) is None
    assert keys.present == OLD
    assert "the file is not there" in caplog.text


def test_a_start_without_a_readable_key_fails() -> None:
    place = Place(OLD)
    place.broken = True
    with pytest.raises(AppError):
        Keyring(place)


def test_it_does_not_show_its_keys() -> None:
    keys = Keyring(Place(NEW, OLD))
    assert NEW.secret.reveal() not in f"{keys!r} {vars(keys)!r}"
