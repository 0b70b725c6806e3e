"""The paths of fragments, below /w/<workspace>/fragments/."""

from django.urls import path

from promptassay.fragments.views import editor, extract, fragments, versions

app_name = "fragments"
urlpatterns = [
    path("", fragments.fragment_list, name="fragment-list"),
    path("new/", fragments.fragment_create, name="fragment-create"),
    path("extract/", extract.fragment_extract, name="fragment-extract"),
    path("inspect/", editor.fragment_inspect, name="fragment-inspect"),
    path("by-slug/<slug:slug>/", editor.fragment_find, name="fragment-find"),
    path("by-slug/<slug:slug>/preview/", editor.fragment_preview, name="fragment-preview"),
    path("<uuid:fragment_id>/", editor.fragment_show, name="fragment-show"),
    path("<uuid:fragment_id>/details/", fragments.fragment_update, name="fragment-update"),
    path("<uuid:fragment_id>/delete/", fragments.fragment_delete, name="fragment-delete"),
    path("<uuid:fragment_id>/versions/", versions.version_list, name="version-list"),
    path("<uuid:fragment_id>/versions/save/", versions.version_save, name="version-save"),
    path("<uuid:fragment_id>/versions/compare/", versions.version_diff, name="version-diff"),
    path("<uuid:fragment_id>/versions/<int:number>/", versions.version_show, name="version-show"),
    path("<uuid:fragment_id>/versions/<int:number>/restore/", versions.version_restore, name="version-restore"),
]
