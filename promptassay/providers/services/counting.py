"""Counting model calls in the usage ledger."""

from uuid import UUID

from promptassay.core.errors import ProviderFailure
from promptassay.providers.prices import cost_usd
from promptassay.providers.queries import ModelChoice
from promptassay.providers.references import parse_reference
from promptassay.providers.wire import Completion, Usage
from promptassay.usage.models import ModelCall
from promptassay.usage.services import Count
from promptassay.usage.services import count_call as append_count
from promptassay.workspaces.actor import Actor


def count_call(
    actor: Actor,
    choice: ModelChoice,
    *,
    purpose: str,
    outcome: Completion | ProviderFailure | str,
    subject_id: UUID | None = None,
    use_id: UUID | None = None,
    usage: Usage | None = None,
    total_ms: int | None = None,
) -> ModelCall:
    """Count one model call in the usage ledger; `outcome` is its completion, its failure, or a status word, and
    `use_id` the entry of the key-use ledger under which its key was opened.
    """
    key_id = parse_reference(choice.reference).key_id
    first_ms = None
    attempts = 1
    status = outcome if isinstance(outcome, str) else "ok"
    if isinstance(outcome, Completion):
        usage, attempts = outcome.usage, outcome.attempts
        first_ms, total_ms = round(outcome.first_token_s * 1000), round(outcome.total_s * 1000)
    elif isinstance(outcome, ProviderFailure):
        status = outcome.kind
    usage = usage or Usage()
    return append_count(
        Count(
            workspace_id=actor.workspace_id,
            user_id=actor.user_id,
            purpose=purpose,
            provider=choice.provider,
            model=choice.model,
            status=status,
            subject_id=subject_id,
            key_id=key_id,
            use_id=use_id,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost_usd=cost_usd(choice.provider, choice.model, usage, base_url=choice.base_url),
            first_token_ms=first_ms,
            total_ms=total_ms,
            attempts=attempts,
        )
    )
