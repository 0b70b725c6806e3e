"""Writing folders: a tree of limited depth in which siblings have different names and nothing contains itself."""

from typing import Final
from uuid import UUID

from django.db import connection

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, NotFound, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.core.names import name_problem
from promptassay.prompts.models import Folder, Prompt
from promptassay.prompts.services.versions import lock
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

NAME_LIMIT: Final = 80
DEPTH_LIMIT: Final = 8
FOLDERS_MAX: Final = 1000


def create_folder(actor: Actor, *, name: str, parent: Folder | None = None) -> Folder:
    """Make a folder, at the top or inside another."""
    tree = _hold(actor)
    name = checked_name(name)
    if len(tree) >= FOLDERS_MAX:
        raise ValidationFailed(f"A workspace holds {FOLDERS_MAX:,} folders.", next_step="Delete one first.")
    parent_id = _known(tree, parent)
    _check_depth(_depth(tree, parent_id) + 1)
    _check_free(tree, name, parent_id)
    folder = Folder.objects.create(
        id=uuid7(), workspace_id=actor.workspace_id, name=name, parent_id=parent_id, created_by=actor.user_id
    )
    record(actor, "folder.created", target=("folder", folder.id), data={"name": name})
    return folder


def rename_folder(actor: Actor, folder: Folder, *, name: str, seen: str | None = None) -> Folder:
    """Give a folder another name. `seen` is the name the person saw: Conflict when somebody changed it since."""
    tree = _hold(actor)
    current = tree[_known(tree, folder) or folder.id]
    name = checked_name(name)
    if seen is not None and seen != current.name:
        raise Conflict(
            f"Somebody else renamed this folder to “{current.name}” meanwhile.",
            next_step="Rename it again if that is not what you want.",
        )
    if name == current.name:
        return current
    _check_free(tree, name, current.parent_id, itself=current.id)
    before, current.name = current.name, name
    current.save(update_fields=["name"])
    record(actor, "folder.renamed", target=("folder", current.id), data={"from": before, "name": name})
    return current


def move_folder(actor: Actor, folder: Folder, *, parent: Folder | None) -> Folder:
    """Put a folder with everything in it elsewhere; never inside itself, never deeper than the limit."""
    tree = _hold(actor)
    current = tree[_known(tree, folder) or folder.id]
    parent_id = _known(tree, parent)
    if current.id in _above(tree, parent_id):
        raise Conflict("A folder cannot stand inside itself.", next_step="Choose a folder outside of it.")
    if parent_id == current.parent_id:
        return current
    _check_depth(_depth(tree, parent_id) + _height(tree, current.id))
    _check_free(tree, current.name, parent_id)
    current.parent_id = parent_id
    current.save(update_fields=["parent"])
    data = {"name": current.name, "to": tree[parent_id].name if parent_id else ""}
    record(actor, "folder.moved", target=("folder", current.id), data=data)
    return current


def delete_folder(actor: Actor, folder: Folder) -> None:
    """Remove a folder; what it holds moves up to where it stood. A member deletes only folders that they made.

    A folder inside whose name is taken there gets a number behind it.
    """
    tree = _hold(actor)
    current = tree[_known(tree, folder) or folder.id]
    actor.require(Ability.CONTENT_WRITE if current.created_by == actor.user_id else Ability.CONTENT_MANAGE)
    taken = {each.name.lower() for each in tree.values() if each.parent_id == current.parent_id and each != current}
    inside = sorted((each for each in tree.values() if each.parent_id == current.id), key=lambda each: each.name)
    prompts = Prompt.objects.filter(folder=current).update(folder_id=current.parent_id)
    # Away first: a folder inside may have its name. The key from below is checked when the transaction commits.
    name, gone = current.name, current.id
    Folder.objects.filter(pk=gone).update(name=f"{gone}")
    for each in inside:
        each.name, each.parent_id = _free_name(each.name, taken), current.parent_id
        each.save(update_fields=["name", "parent"])
    current.delete()
    record(
        actor, "folder.deleted", target=("folder", gone),
        data={"name": name, "prompts_moved_up": prompts, "folders_moved_up": len(inside)},
    )  # fmt: skip


def file_prompt(actor: Actor, prompt: Prompt, *, folder: Folder | None) -> Prompt:
    """Put one prompt into a folder, or into none. It does not count as a change of the prompt."""
    tree = _hold(actor)
    folder_id = _known(tree, folder)
    locked = lock(prompt)
    if locked.folder_id == folder_id:
        return locked
    locked.folder_id = folder_id
    locked.save(update_fields=["folder"])
    data = {"title": locked.title, "folder": tree[folder_id].name if folder_id else ""}
    record(actor, "prompt.moved", target=("prompt", locked.id), data=data)
    return locked


def checked_name(name: str) -> str:
    """A folder's name on one line; ValidationFailed when it is empty, too long, or holds a slash."""
    name = " ".join(name.replace("\x00", " ").split())
    problem = ""
    if not name:
        problem = "It is empty."
    elif len(name) > NAME_LIMIT:
        problem = f"It has {len(name):,} characters; {NAME_LIMIT} fit."
    elif "/" in name:
        problem = "It holds a slash, which stands between folders."
    elif found := name_problem(name):
        problem = found
    if problem:
        raise ValidationFailed("That is no name for a folder.", why=problem, details={"name": problem})
    return name


def hold_tree(actor: Actor) -> None:
    """Let nobody else change the workspace's tree of folders until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(actor.workspace_id)])


def _hold(actor: Actor) -> dict[UUID, Folder]:
    hold_tree(actor)
    return {folder.id: folder for folder in Folder.objects.all()}


def _known(tree: dict[UUID, Folder], folder: Folder | None) -> UUID | None:
    if folder is None:
        return None
    if folder.id not in tree:  # deleted a moment ago
        raise NotFound()
    return folder.id


def _above(tree: dict[UUID, Folder], folder_id: UUID | None) -> list[UUID]:
    """The folder itself and all around it, from the inside out."""
    found: list[UUID] = []
    while folder_id is not None:
        found.append(folder_id)
        folder_id = tree[folder_id].parent_id
    return found


def _depth(tree: dict[UUID, Folder], folder_id: UUID | None) -> int:
    return len(_above(tree, folder_id))


def _height(tree: dict[UUID, Folder], folder_id: UUID) -> int:
    """How many levels a folder takes: 1 for one without folders inside."""
    base = _depth(tree, folder_id)
    return max(len(line) - base + 1 for each in tree if folder_id in (line := _above(tree, each)))


def _check_depth(depth: int) -> None:
    if depth > DEPTH_LIMIT:
        raise ValidationFailed(
            f"Folders stand at most {DEPTH_LIMIT} deep.",
            why=f"This would make {depth}.",
            next_step="Choose a place further up.",
            details={"parent": f"This would make {depth} levels; {DEPTH_LIMIT} fit."},
        )


def _check_free(tree: dict[UUID, Folder], name: str, parent_id: UUID | None, *, itself: UUID | None = None) -> None:
    for each in tree.values():
        if each.parent_id == parent_id and each.id != itself and each.name.lower() == name.lower():
            raise Conflict(
                f"There is a folder “{each.name}” at this place already.",
                next_step="Choose another name, or another place.",
            )


def _free_name(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken; marks it as taken."""
    free, number = name, 2
    while free.lower() in taken:
        free = f"{name[: NAME_LIMIT - 5]} ({number})"
        number += 1
    taken.add(free.lower())
    return free
