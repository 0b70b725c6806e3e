"""Test suites, their cases, and durable runs over versions and models."""
