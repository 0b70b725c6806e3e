"""The page of the export, and the file."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify

from promptassay.core.http import StreamResponse
from promptassay.portability import services
from promptassay.portability.exporting import Order, stream
from promptassay.portability.tables import exported_tables
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.WORKSPACE_EXPORT, "GET", "POST")
def export_show(request: WorkspaceRequest) -> HttpResponse:
    """What an export holds and what it leaves out; posted, the file itself."""
    if request.method == "POST":
        order = services.begin_export(request.actor, workspace_name=request.workspace.name)
        return StreamResponse(partial(stream, order), content_type="application/zip", filename=_filename(order))
    tables = exported_tables()
    context = {
        "section": "settings",
        "tables": sorted((each.table for each in tables if each.table), key=lambda table: table.title),
        "secrets": [(each.table, sorted(each.left_out)) for each in tables if each.table and each.left_out],
    }
    return render(request, "portability/export_show.html", context)


def _filename(order: Order) -> str:
    """Plain ASCII, whatever the workspace is called."""
    return f"promptassay-{slugify(order.workspace_name)[:40] or 'workspace'}-{order.at:%Y-%m-%d}.zip"
