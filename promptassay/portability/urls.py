"""The export of a workspace."""

from django.urls import path

from promptassay.portability import views

app_name = "portability"
urlpatterns = [path("export/", views.export_show, name="export-show")]
