"""The whole URL table: one include per app."""

from django.urls import include, path

from promptassay.config import health

handler404 = "promptassay.core.http.page_not_found"
handler500 = "promptassay.core.http.server_error"

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("api/v1/", include("promptassay.api.urls")),
    path("accounts/", include("promptassay.accounts.urls")),
    path("", include("promptassay.trust.urls")),
    path("", include("promptassay.trust.status.urls")),
    path("w/<uuid:workspace_id>/", include("promptassay.trust.private.urls")),
    path("w/<uuid:workspace_id>/", include("promptassay.portability.urls")),
    path("", include("promptassay.workspaces.urls")),
    path("w/<uuid:workspace_id>/", include("promptassay.prompts.urls")),
    path("w/<uuid:workspace_id>/fragments/", include("promptassay.fragments.urls")),
    path("w/<uuid:workspace_id>/", include("promptassay.evals.urls")),
    path("w/<uuid:workspace_id>/", include("promptassay.assist.urls")),
    path("w/<uuid:workspace_id>/api-keys/", include("promptassay.workspaces.apikeys.urls")),
    path("w/<uuid:workspace_id>/keys/", include("promptassay.providers.urls")),
    path("w/<uuid:workspace_id>/usage/", include("promptassay.usage.urls")),
]
