"""Tests of operations of the REST API."""
