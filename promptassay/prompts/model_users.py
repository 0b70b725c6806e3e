"""What the page of models learns of prompts: which of them aim at which model."""

from collections.abc import Iterator

from promptassay.prompts.models import Prompt
from promptassay.providers.users import ModelUser, register


def connect() -> None:
    """Answer from now on; done once, when the app is ready."""
    register("1 prompts", prompts_by_model)


def prompts_by_model() -> Iterator[tuple[str, ModelUser]]:
    """Each prompt in use with a target model, by title."""
    rows = Prompt.objects.filter(archived_at=None).exclude(target_model="").order_by("title", "id")
    for prompt_id, title, reference in rows.values_list("id", "title", "target_model"):
        yield reference, ModelUser("prompt", prompt_id, title, "prompts:prompt-show")
