"""The addresses of legal documents and contacts; part of the trust app's list."""

from django.urls import path

from promptassay.trust.legal import views

urlpatterns = [
    path("legal", views.document_list, name="document-list"),
    path("legal.json", views.document_list_export, name="document-list-export"),
    path("legal/<slug:document>", views.document_show, name="document-show"),
    path("legal/<slug:document>.json", views.document_export, name="document-export"),
    path("legal/<slug:document>.txt", views.document_text, name="document-text"),
    path("legal/<slug:document>.pdf", views.document_file, name="document-file"),
    path("legal/<slug:document>/changes", views.version_diff, name="document-version-diff"),
    path("legal/<slug:document>/<slug:version>", views.document_show, name="document-version-show"),
    path("legal/<slug:document>/<slug:version>.txt", views.document_text, name="document-version-text"),
    path("trust/contacts", views.contact_list, name="contact-list"),
    path("trust/contacts.json", views.contact_list_export, name="contact-list-export"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
]
