"""The demo provider: answers without a network and without a key. It is not a language model."""

from promptassay.providers.demo.stream import MODELS, TOKEN_S, answer, stream

__all__ = ["MODELS", "TOKEN_S", "answer", "stream"]
