"""The public pages about trust."""

from django.urls import include, path

from promptassay.trust import views

app_name = "trust"
urlpatterns = [
    path("trust/data", views.data_show, name="data-show"),
    path("trust/data.json", views.data_export, name="data-export"),
    path("", include("promptassay.trust.legal.urls")),
]
