"""placeholder while the rest is built."""

from promptassay.providers.wire import CallRequest


def reply(request: CallRequest) -> str:
    """Echo."""
    return request.messages[-1].content if request.messages else ""
