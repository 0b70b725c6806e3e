"""Provider keys of a workspace, and the ledger of their use."""

from django.urls import path

from promptassay.providers import views

app_name = "providers"
urlpatterns = [
    path("", views.key_list, name="key-list"),
    path("new/", views.key_create, name="key-create"),
    path("ledger/", views.ledger_show, name="ledger-show"),
    path("<uuid:key_id>/", views.key_show, name="key-show"),
    path("<uuid:key_id>/test/", views.key_test, name="key-test"),
    path("<uuid:key_id>/models/", views.key_models, name="key-models"),
    path("<uuid:key_id>/rename/", views.key_rename, name="key-rename"),
    path("<uuid:key_id>/rotate/", views.key_rotate, name="key-rotate"),
    path("<uuid:key_id>/delete/", views.key_delete, name="key-delete"),
]
