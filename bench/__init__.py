"""Benchmarks: each is a command that prints a table, with a ratio against something measured in the same run."""
