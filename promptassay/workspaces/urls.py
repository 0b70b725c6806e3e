"""The start page, and a workspace's settings, audit log and notifications."""

from django.urls import path

from promptassay.workspaces import views

app_name = "workspaces"
urlpatterns = [
    path("", views.home, name="home"),
    path("w/<uuid:workspace_id>/settings/", views.settings_show, name="settings-show"),
    path("w/<uuid:workspace_id>/settings/rename/", views.workspace_rename, name="workspace-rename"),
    path("w/<uuid:workspace_id>/audit/", views.audit_show, name="audit-show"),
    path("w/<uuid:workspace_id>/audit/verify/", views.audit_verify, name="audit-verify"),
    path("w/<uuid:workspace_id>/palette/", views.palette_show, name="palette-show"),
    path("w/<uuid:workspace_id>/browser-key/", views.browser_key_take, name="browser-key-take"),
    path("w/<uuid:workspace_id>/demo/", views.demo_load, name="demo-load"),
    path("w/<uuid:workspace_id>/notifications/", views.notification_list, name="notification-list"),
    path("w/<uuid:workspace_id>/notifications/read/", views.notifications_read, name="notifications-read"),
    path(
        "w/<uuid:workspace_id>/notifications/<uuid:notification_id>/read/",
        views.notification_read,
        name="notification-read",
    ),
]
