"""Fragments: reusable text with slots, versioned, pulled into prompts by `${fragment:slug}`."""
