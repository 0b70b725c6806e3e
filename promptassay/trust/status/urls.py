"""The public addresses of the status."""

from django.urls import path

from promptassay.trust.status import views

app_name = "status"
urlpatterns = [
    path("status", views.status_show, name="status-show"),
    path("status.json", views.status_export, name="status-export"),
    path("status.rss", views.status_feed, name="status-feed"),
    path("api/health", views.health_show, name="health-show"),
]
