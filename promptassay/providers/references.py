"""How a model is named inside a workspace: `<provider key id>/<model>`, or `demo/<model>`."""

from dataclasses import dataclass
from uuid import UUID

from promptassay.core.errors import ValidationFailed

DEMO = "demo"
DEMO_MODELS = ("demo-small", "demo-large")
MODEL_NAME_LIMIT = 120


@dataclass(frozen=True)
class Reference:
    """A model of one provider key; `key_id` is None for the demo provider."""

    key_id: UUID | None
    model: str

    def __str__(self) -> str:
        return f"{self.key_id or DEMO}/{self.model}"


def parse_reference(text: str) -> Reference:
    """Read a reference; a model's own name may contain slashes. Raises ValidationFailed when it is none."""
    key, _, model = text.strip().partition("/")
    model = model.strip()
    if not model or len(model) > MODEL_NAME_LIMIT:
        raise _no_model()
    if key == DEMO:
        if model not in DEMO_MODELS:
            raise ValidationFailed(
                f"The demo provider has no model “{model}”.", next_step=f"Choose {' or '.join(DEMO_MODELS)}."
            )
        return Reference(None, model)
    try:
        return Reference(UUID(key), model)
    except ValueError:
        raise _no_model() from None


def _no_model() -> ValidationFailed:
    return ValidationFailed(
        "No model was chosen.",
        why="A model is named by a provider key and the model's own name.",
        next_step="Choose a model from the list, or add a provider key first.",
    )
