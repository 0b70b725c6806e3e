"""Operator commands of this app."""
