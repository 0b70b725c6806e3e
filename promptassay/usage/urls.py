"""The usage page of a workspace."""

from django.urls import path

from promptassay.usage import views

app_name = "usage"
urlpatterns = [path("", views.usage_show, name="usage-show")]
