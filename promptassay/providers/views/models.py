"""The page of models: what each key can call, at which price, and what stops answering."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from promptassay.core.http import is_htmx
from promptassay.providers import queries
from promptassay.providers.model_lines import SHOW, SORTS, found, list_models, ordered
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

MODELS_ON_PAGE: Final = 100
_WORDS: Final = {
    "all": "all",
    "used": "in use",
    "retiring": "retired or about to be",
    "new": "new in the list",
    "gone": "gone from the list",
}


@workspace_view(Ability.CONTENT_READ, "GET")
def model_list(request: WorkspaceRequest) -> HttpResponse:
    """Every model that the workspace can call; search, filters and order stand in the address."""
    q = request.GET.get("q", "").strip()[:200]
    show = request.GET.get("show", "all")
    show = show if show in SHOW else "all"
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in SORTS else "key"
    keys = queries.list_keys()
    names = [key.name for key in keys]
    key_name = request.GET.get("key", "") if request.GET.get("key", "") in names else ""
    lines = list_models()
    shown = ordered(found(lines, q=q, show=show, key_name=key_name), sort)
    pages: Any = Paginator(shown, MODELS_ON_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "section": "settings",
        "lines": list(page.object_list),
        "page_obj": page,
        "q": q,
        "show": show,
        "sort": sort,
        "key_name": key_name,
        "key_names": names,
        "read_at": max((key.listed_at for key in keys if key.listed_at), default=None),
        "choices": [(each, _WORDS[each], len(found(lines, q=q, show=each, key_name=key_name))) for each in SHOW],
        "may_manage": request.actor.can(Ability.KEYS_MANAGE),
    }
    template = "providers/model_list.html#results" if is_htmx(request) else "providers/model_list.html"
    return render(request, template, context)
