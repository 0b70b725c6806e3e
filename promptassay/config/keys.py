"""`promptassay keys`: tells what is under which master key, rotates to a new one, and lets the old one go."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from promptassay.config.local_secrets import put_new_master_key, remove_secret
from promptassay.config.paths import DataPaths
from promptassay.core.errors import AppError
from promptassay.core.keyring import Keyring

_ASK_AGAIN_S = 0.3
_TOLD_EVERY = 1000


class KeysError(AppError):
    """A step of a rotation cannot be taken now."""

    code = "KEYS"


def main(act: str, *, paths: DataPaths, kept_here: bool, abandon_lost: bool = False, as_json: bool = False) -> int:
    """Run `status`, `rotate` or `retire`; 0, or 1 when data keys are damaged or lost. Raises AppError.

    `kept_here` says that the master key lies in the data directory, so that this makes and removes keys itself.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptassay.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import ProgrammingError

    acts: dict[str, Callable[[Keyring], dict[str, Any]]] = {
        "status": lambda keys: _status(keys),
        "rotate": lambda keys: _rotate(keys, paths=paths, kept_here=kept_here, abandon_lost=abandon_lost),
        "retire": lambda keys: _retire(keys, paths=paths, kept_here=kept_here),
    }
    try:
        told = acts[act](settings.MASTER_KEYS)
    except ProgrammingError:
        raise KeysError("The database is not at this version's schema.", next_step="Run: promptassay migrate") from None
    words = told.pop("words")
    sys.stdout.write(json.dumps(told, indent=2) + "\n" if as_json else "".join(f"{line}\n" for line in words))
    return 1 if told["damaged"] or told["lost"] else 0


def _status(keys: Keyring) -> dict[str, Any]:
    """What stands under which key, and whether the old ones may go."""
    from promptassay.workspaces import master_keys

    found, used = master_keys.survey(keys), master_keys.in_use()
    holders = master_keys.holders()
    words = []
    for key_id in keys.ids:
        note = "in use" if used and used.master_id == key_id else "given"
        words.append(f"{key_id}  {note:8}  {_data_keys(found.under[key_id])}")
    words += [f"{key_id}  MISSING   {_data_keys(count)}" for key_id, count in sorted(found.unknown.items())]
    if used and used.master_id not in (*keys.ids, *found.unknown):
        words.append(f"{used.master_id}  MISSING   in use, and not given here")
    words += [f"Damaged: the data key of workspace {each} opens under no key." for each in found.damaged]
    words += [f"{holder.name} holds {', '.join(holder.master_ids)}." for holder in holders]
    may_go = [key_id for key_id in keys.ids[1:] if not found.under[key_id]]
    if not used or used.master_id != keys.present.id:
        may_go = []
    words.append(_next_step(keys, found.elsewhere(keys.present), used.master_id if used else "", may_go))
    return {
        "words": words,
        "in_use": used.master_id if used else None,
        "given": {key_id: found.under[key_id] for key_id in keys.ids},
        "missing": dict(found.unknown),
        "damaged": [str(each) for each in found.damaged],
        "lost": found.unknown.total(),
        "processes": {holder.name: holder.master_ids for holder in holders},
        "may_go": may_go,
    }


def _next_step(keys: Keyring, elsewhere: int, used: str, may_go: list[str]) -> str:
    if elsewhere or used not in ("", keys.present.id):
        return f"To move everything to {keys.present.id}: promptassay keys rotate"
    if may_go:
        return f"Nothing needs {', '.join(may_go)} any more: promptassay keys retire"
    return "Everything is under the present master key."


def _rotate(keys: Keyring, *, paths: DataPaths, kept_here: bool, abandon_lost: bool) -> dict[str, Any]:
    """Everything under the present master key; with `kept_here`, under a new one that is made here."""
    from promptassay.workspaces import master_keys

    with _alone(paths):
        if not abandon_lost:
            master_keys.refuse_missing_keys(keys, master_keys.survey(keys))
            if kept_here:
                put_new_master_key(paths.master_key, paths.previous_master_key)
                keys.reload()
            master_keys.refuse_no_new_key(keys)
        target = keys.present
        _wait_for_servers(target.id)
        master_keys.promote(target)
        done = master_keys.rewrap_all(keys, target, _progress)
    words = [f"{_data_keys(done.rewrapped)} moved to the master key {target.id}; {done.already} were there already."]
    words += [f"Damaged: the data key of workspace {each} opens under no key, and was left." for each in done.damaged]
    if done.lost:
        words.append(f"Lost: {_data_keys(done.lost)} under master keys that are not given.")
    if len(keys.ids) > 1:
        words.append(
            f"Nothing needs {', '.join(keys.ids[1:])} any more but older backups of the database: keep a copy as long "
            "as you keep those. Then: promptassay keys retire"
        )
    return {
        "words": words,
        "in_use": target.id,
        "rewrapped": done.rewrapped,
        "already": done.already,
        "lost": done.lost,
        "damaged": [str(each) for each in done.damaged],
    }


def _retire(keys: Keyring, *, paths: DataPaths, kept_here: bool) -> dict[str, Any]:
    """Let the old keys go, once nothing needs them."""
    from promptassay.workspaces import master_keys

    with _alone(paths):
        keys.reload()
        found, used = master_keys.survey(keys), master_keys.in_use()
        old = keys.ids[1:]
        needed = found.elsewhere(keys.present)
        if needed or (used and used.master_id != keys.present.id):
            raise KeysError(
                f"The old master key is still needed: {_data_keys(needed)} under it.",
                next_step="Run: promptassay keys rotate",
            )
        if not old:
            words = ["There is no old master key here."]
        elif kept_here:
            remove_secret(paths.previous_master_key)
            words = [f"The old master key {', '.join(old)} is removed; {keys.present.id} is in use."]
        else:
            words = [f"Nothing needs {', '.join(old)}. Unset PROMPTASSAY_MASTER_KEY_PREVIOUS; start the servers again."]
    return {"words": words, "in_use": keys.present.id, "retired": old, "damaged": [], "lost": 0}


def _wait_for_servers(key_id: str) -> None:
    """Give running processes the time in which they read keys again, and ended ones the time to be missed."""
    from promptassay.workspaces import master_keys

    deadline = time.monotonic() + master_keys.ALIVE_S + master_keys.NOTED_EVERY_S
    said = False
    while (missing := master_keys.without(key_id)) and time.monotonic() < deadline:
        if not said:
            sys.stderr.write(f"promptassay: waiting for {', '.join(missing)} to read the new master key {key_id}\n")
            said = True
        time.sleep(_ASK_AGAIN_S)


@contextmanager
def _alone(paths: DataPaths) -> Iterator[None]:
    """One at a time on this data directory; the lock goes with the process, however it ends."""
    paths.prepare()
    with (paths.run / "keys.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeysError(
                "Another `promptassay keys` is at work on this data directory.",
                next_step="Wait until it ends: promptassay keys status",
            ) from None
        yield


def _progress(done: Any) -> None:
    count = done.rewrapped + done.already
    if done.rewrapped and count % _TOLD_EVERY == 0:
        sys.stderr.write(f"promptassay: {count:,} workspaces\n")


def _data_keys(count: int) -> str:
    return "1 data key" if count == 1 else f"{count:,} data keys"
