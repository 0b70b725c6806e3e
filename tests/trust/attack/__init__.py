"""Tests of the attack kit."""
