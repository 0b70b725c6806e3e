"""The REST API: one table of operations, from which routing, checks, OpenAPI and the readable page are made."""
