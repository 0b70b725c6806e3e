"""The paths of prompts, below /w/<workspace>/prompts/."""

from django.urls import path

from promptassay.prompts.views import drafts, labels, playground, prompts, runs, versions, workbench

app_name = "prompts"
urlpatterns = [
    path("", prompts.prompt_list, name="prompt-list"),
    path("new/", prompts.prompt_create, name="prompt-create"),
    path("model-note/", runs.model_note, name="model-note"),
    path("diff-texts/", playground.diff_texts, name="diff-texts"),
    path("<uuid:prompt_id>/", workbench.prompt_show, name="prompt-show"),
    path("<uuid:prompt_id>/details/", prompts.prompt_update, name="prompt-update"),
    path("<uuid:prompt_id>/duplicate/", prompts.prompt_duplicate, name="prompt-duplicate"),
    path("<uuid:prompt_id>/archive/", prompts.prompt_archive, name="prompt-archive"),
    path("<uuid:prompt_id>/unarchive/", prompts.prompt_unarchive, name="prompt-unarchive"),
    path("<uuid:prompt_id>/draft/", drafts.draft_save, name="draft-save"),
    path("<uuid:prompt_id>/draft/messages/", drafts.draft_messages, name="draft-messages"),
    path("<uuid:prompt_id>/draft/inspect/", drafts.draft_inspect, name="draft-inspect"),
    path("<uuid:prompt_id>/draft/discard/", drafts.draft_discard, name="draft-discard"),
    path("<uuid:prompt_id>/run/", runs.prompt_run, name="prompt-run"),
    path("<uuid:prompt_id>/playground/", playground.playground_show, name="playground-show"),
    path("<uuid:prompt_id>/playground/variables/", playground.playground_variables, name="playground-variables"),
    path("<uuid:prompt_id>/playground/resolve/", playground.playground_resolve, name="playground-resolve"),
    path("<uuid:prompt_id>/playground/run/", playground.playground_run, name="playground-run"),
    path("<uuid:prompt_id>/playground/code/", playground.playground_code, name="playground-code"),
    path("<uuid:prompt_id>/versions/", versions.version_list, name="version-list"),
    path("<uuid:prompt_id>/versions/save/", versions.version_save, name="version-save"),
    path("<uuid:prompt_id>/versions/compare/", versions.version_diff, name="version-diff"),
    path("<uuid:prompt_id>/versions/conflict/", versions.version_conflict, name="version-conflict"),
    path("<uuid:prompt_id>/versions/conflict/mine/", versions.version_keep_mine, name="version-keep-mine"),
    path("<uuid:prompt_id>/versions/<int:number>/", versions.version_show, name="version-show"),
    path("<uuid:prompt_id>/versions/<int:number>/restore/", versions.version_restore, name="version-restore"),
    path("<uuid:prompt_id>/labels/", labels.label_list, name="label-list"),
    path("<uuid:prompt_id>/labels/move/", labels.label_move, name="label-move"),
    path("<uuid:prompt_id>/labels/<slug:label>/", labels.label_show, name="label-show"),
    path("<uuid:prompt_id>/labels/<slug:label>/protect/", labels.label_protect, name="label-protect"),
    path("<uuid:prompt_id>/labels/<slug:label>/unprotect/", labels.label_unprotect, name="label-unprotect"),
    path("<uuid:prompt_id>/labels/<slug:label>/delete/", labels.label_delete, name="label-delete"),
]
