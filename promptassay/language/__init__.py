"""The prompt language, pure: parse, expand, resolve and compare prompt text; standard library only."""
