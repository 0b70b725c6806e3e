"""The public pages about trust."""

from django.urls import include, path

from promptassay.trust import views

app_name = "trust"
urlpatterns = [
    path("trust", views.claim_list, name="claim-list"),
    path("trust.json", views.claim_export, name="claim-export"),
    path("trust/evidence.json", views.evidence_export, name="evidence-export"),
    path("trust/evidence.oscal.json", views.oscal_export, name="oscal-export"),
    path("trust/verify", views.evidence_verify, name="evidence-verify"),
    path("trust/claims/<slug:claim_id>", views.claim_show, name="claim-show"),
    path("trust/source/<path:path>", views.source_show, name="source-show"),
    path("trust/manual/<path:name>", views.manual_show, name="manual-show"),
    path("trust/proofs/<slug:proof_id>", views.proof_show, name="proof-show"),
    path("trust/data", views.data_show, name="data-show"),
    path("trust/data.json", views.data_export, name="data-export"),
    path("", include("promptassay.trust.legal.urls")),
]
