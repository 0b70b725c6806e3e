"""Provider keys, sealed, and the ledger of their use."""

from typing import ClassVar

from django.db import models

from promptassay.core.models import TenantModel


class Provider(models.TextChoices):
    """The wire formats a key can speak."""

    OPENAI = "openai", "OpenAI"
    ANTHROPIC = "anthropic", "Anthropic"
    GOOGLE = "google", "Google Gemini"
    COMPATIBLE = "compatible", "OpenAI-compatible server"


class ProviderKey(TenantModel):
    """A workspace's key for one origin. `sealed` opens only with this workspace, id, provider and origin.

    `listed` is what the provider's own list said at `listed_at`, as `providers.listed` reads it; `model_names` are
    the names in it. `tested_at` is when the provider was last asked, `test_result` how that went.
    """

    name = models.CharField(max_length=60)
    provider = models.CharField(max_length=20, choices=Provider.choices)
    base_url = models.CharField(max_length=300)
    origin = models.CharField(max_length=300)
    sealed = models.BinaryField()
    last4 = models.CharField(max_length=4, blank=True)
    model_names = models.JSONField(default=list)
    own_models = models.JSONField(default=list)
    listed = models.JSONField(default=dict, db_default={})
    listed_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    test_result = models.CharField(max_length=40, blank=True)
    created_by = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    rotated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "providers_key"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "name"], name="providers_key_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def all_models(self) -> list[str]:
        """What can be chosen: the models that people named, then those that the provider listed."""
        return [*self.own_models, *(name for name in self.model_names if name not in self.own_models)]

    @property
    def seal_context(self) -> tuple[str, ...]:
        """What the sealed key is bound to besides its workspace."""
        return ("provider-key", str(self.id), self.provider, self.origin)


class KeyUse(TenantModel):
    """A key was opened for `calls` calls; outlives the key, so it names it instead of referring to it."""

    at = models.DateTimeField()
    key_id = models.UUIDField()
    key_name = models.CharField(max_length=60)
    origin = models.CharField(max_length=300)
    user_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=20)
    subject_id = models.UUIDField(null=True)
    calls = models.IntegerField(default=1)

    class Meta:
        db_table = "providers_keyuse"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "at"], name="providers_keyuse_at"),
        ]
