"""Which model the panels use, and who has read where it sends their text. No answer of a model is kept anywhere."""

from typing import ClassVar

from django.db import models

from promptassay.core.models import TenantForeignKey, TenantModel

REFERENCE_LIMIT = 160


class WorkbenchModel(TenantModel):
    """The model that the panels use: a person's choice, or the workspace's default where `user_id` is None.

    `effort` is how long it thinks, for models that can be told; empty leaves that to the model.
    """

    user_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=REFERENCE_LIMIT)
    effort = models.CharField(max_length=10, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "assist_workbenchmodel"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "user_id"], name="assist_workbenchmodel_once", nulls_distinct=False
            ),
        ]


class Consent(TenantModel):
    """A person has read that text of panels goes to this origin on this key; another key or origin asks again."""

    user_id = models.UUIDField()
    key = TenantForeignKey("providers.ProviderKey", models.CASCADE, related_name="+", db_index=False)
    origin = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        db_table = "assist_consent"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key", "user_id", "origin"], name="assist_consent_once"),
        ]
