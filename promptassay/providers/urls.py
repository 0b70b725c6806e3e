"""Provider keys of a workspace, and the ledger of their use."""

from django.urls import path

from promptassay.providers.views import keys, ledger, models

app_name = "providers"
urlpatterns = [
    path("", keys.key_list, name="key-list"),
    path("new/", keys.key_create, name="key-create"),
    path("models/", models.model_list, name="model-list"),
    path("ledger/", ledger.ledger_show, name="ledger-show"),
    path("<uuid:key_id>/", keys.key_show, name="key-show"),
    path("<uuid:key_id>/test/", keys.key_test, name="key-test"),
    path("<uuid:key_id>/refresh/", keys.key_refresh, name="key-refresh"),
    path("<uuid:key_id>/models/", keys.key_models, name="key-models"),
    path("<uuid:key_id>/rename/", keys.key_rename, name="key-rename"),
    path("<uuid:key_id>/rotate/", keys.key_rotate, name="key-rotate"),
    path("<uuid:key_id>/delete/", keys.key_delete, name="key-delete"),
]
