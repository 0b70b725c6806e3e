"""The public pages about trust: what is stored, for people and for programs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from promptassay.core.doors import public_view
from promptassay.trust import queries


@public_view("GET", reason="whoever thinks of using the product may know what it stores")
def data_show(request: HttpRequest) -> HttpResponse:
    """Every stored column with its class, its purpose, and how long it is kept; `?class=` shows one class."""
    only = queries.class_named(request.GET.get("class", ""))
    areas = queries.areas(only)
    context = {
        "section": "trust",
        "counts": queries.counts(),
        "only": only,
        "areas": areas,
        "tables": sum(len(area.tables) for area in areas),
        "outputs": queries.output_tables(),
        "look": queries.look(),
    }
    return render(request, "trust/data_show.html", context)


@public_view("GET", reason="the same as the page, for programs")
def data_export(request: HttpRequest) -> HttpResponse:
    """The page as JSON."""
    return JsonResponse(queries.as_json(), json_dumps_params={"indent": 1})
