"""The panels beside the editor, inside a workspace."""

from django.urls import path

from promptassay.assist.views import accept, models, panels, runs

app_name = "assist"

OF = "panels/<slug:panel>/of/<uuid:prompt_id>/"

urlpatterns = [
    path("panels/consent/", models.consent, name="consent"),
    path("panels/model/", models.model_choose, name="model-choose"),
    path("panels/prompts/<slug:panel>/", panels.meta_prompt_show, name="meta-prompt-show"),
    path("panels/cases/of/<uuid:prompt_id>/accept/", accept.case_accept, name="case-accept"),
    path(OF, panels.panel_show, name="panel-show"),
    path(f"{OF}request/", runs.panel_request, name="panel-request"),
    path(f"{OF}run/", runs.panel_run, name="panel-run"),
    path(f"{OF}accept/", accept.edit_accept, name="edit-accept"),
]
