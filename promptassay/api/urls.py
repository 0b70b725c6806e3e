"""The addresses of the API."""

from django.urls import path

from promptassay.api import views

app_name = "api"
urlpatterns = [
    path("openapi.json", views.openapi_show, name="openapi-show"),
    path("docs", views.docs_show, name="docs-show"),
    path("<path:path>", views.operation_call, name="operation-call"),
]
