"""The addresses of API keys, inside a workspace."""

from django.urls import path

from promptassay.workspaces.apikeys import views

app_name = "apikeys"
urlpatterns = [
    path("", views.key_list, name="key-list"),
    path("new/", views.key_create, name="key-create"),
    path("<uuid:api_key_id>/revoke/", views.key_revoke, name="key-revoke"),
]
