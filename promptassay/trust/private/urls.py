"""A workspace's own trust pages."""

from django.urls import path

from promptassay.trust.private import views

app_name = "private"
urlpatterns = [
    path("trust/", views.workspace_show, name="workspace-show"),
    path("trust/check/", views.isolation_check, name="isolation-check"),
]
