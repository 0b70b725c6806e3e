"""What every row of content shares: a time-ordered id and the one workspace it belongs to."""

from typing import Any

from django.db import models

from promptassay.core.ids import uuid7


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference between two rows of one workspace.

    Django's own constraint would let a row point into another workspace (referential checks pass over row
    security), so it is left out; `core.rls.Isolate` adds `(workspace_id, x_id) -> (workspace_id, id)` instead.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class TenantModel(models.Model):
    """A row that belongs to exactly one workspace; its migration isolates the table with `core.rls.Isolate`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        abstract = True
