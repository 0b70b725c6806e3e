"""The errors a person or a program may see: each says what happened, why, and what to do next."""

from collections.abc import Mapping
from typing import Any


class AppError(Exception):
    """An expected failure with an HTTP status and a stable code.

    `message` is what happened, in one sentence; `why` and `next_step` complete it. `details` is JSON-safe
    and goes to programs. None of them ever holds a secret, a provider's answer or another workspace's data.
    """

    status = 400
    code = "BAD_REQUEST"

    def __init__(
        self, message: str, *, why: str = "", next_step: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.why = why
        self.next_step = next_step
        self.details = dict(details or {})

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.why, self.next_step) if part)


class Unauthorized(AppError):
    """No caller is known: the key is missing, malformed, unknown, expired, revoked, or its person left; all alike."""

    status = 401
    code = "UNAUTHORIZED"

    def __init__(self) -> None:
        super().__init__(
            "A valid API key is needed.",
            next_step="Send the header “Authorization: Bearer pa_live_…” with a key from the workspace's settings.",
        )


class RateLimited(AppError):
    """Too many requests; `retry_after` is in seconds."""

    status = 429
    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(
            message,
            next_step=f"Wait {retry_after} second{'' if retry_after == 1 else 's'}, then go on.",
            details={"retry_after": retry_after},
        )
        self.retry_after = retry_after


class NotFound(AppError):
    """The thing does not exist, or the caller may not know that it does: the two look the same."""

    status = 404
    code = "NOT_FOUND"

    def __init__(self, message: str = "There is nothing at this address.", **rest: Any) -> None:
        super().__init__(message, **rest)


class Forbidden(AppError):
    """The caller may see the thing but lacks the named ability."""

    status = 403
    code = "FORBIDDEN"

    def __init__(self, ability: str) -> None:
        super().__init__(
            f"Your role does not include “{ability}”.",
            next_step="Ask an owner or admin of the workspace.",
            details={"ability": ability},
        )


class Conflict(AppError):
    """The state changed since the caller read it, or the name is taken."""

    status = 409
    code = "CONFLICT"


class ValidationFailed(AppError):
    """The input has the wrong shape; `details` maps field names to sentences."""

    status = 422
    code = "VALIDATION_FAILED"


class QuotaExceeded(AppError):
    """A budget or cap would be passed; the figures are in `details`."""

    status = 402
    code = "QUOTA_EXCEEDED"


class ProviderKeyMissing(AppError):
    """The workspace has no key for the provider that the model needs."""

    status = 409
    code = "PROVIDER_KEY_MISSING"


class ProviderFailure(AppError):
    """A model provider did not give a usable answer; `kind` says in which way.

    kind: wrong_key, forbidden, no_credit, prompt_too_long, model_not_found, bad_request, rate_limited, overloaded,
    server_error, unreachable,
    refused_address, tls, timeout_connect, timeout_first_byte, timeout_idle, timeout_total, malformed, cut_off,
    redirected, too_large, cancelled. `status_code` is the provider's HTTP status, if there was one;
    `retry_after` is in seconds, `setting` names the setting that was refused, if it is about one. The text is ours: a
    provider's own words may repeat the key.
    """

    status = 502
    code = "PROVIDER_ERROR"

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        why: str = "",
        next_step: str = "",
        status_code: int | None = None,
        retry_after: float | None = None,
        setting: str = "",
    ) -> None:
        super().__init__(message, why=why, next_step=next_step, details={"kind": kind, "status": status_code})
        self.kind = kind
        self.status_code = status_code
        self.retry_after = retry_after
        self.setting = setting
