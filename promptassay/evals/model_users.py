"""What the page of models learns of suites: which of them run on which model, or are judged by it."""

from collections.abc import Iterator

from promptassay.evals.models import Suite
from promptassay.providers.users import ModelUser, register


def connect() -> None:
    """Answer from now on; done once, when the app is ready."""
    register("2 suites", suites_by_model)


def suites_by_model() -> Iterator[tuple[str, ModelUser]]:
    """Each suite in use with each model that it names, by name."""
    rows = Suite.objects.filter(archived_at=None, prompt__archived_at=None).order_by("name", "id")
    for suite_id, name, models, judge in rows.values_list("id", "name", "model_refs", "judge"):
        for reference in dict.fromkeys([*models, *([judge] if judge else [])]):
            yield reference, ModelUser("suite", suite_id, name, "evals:suite-show")
