"""Prompts, each person's draft, and the immutable versions."""
