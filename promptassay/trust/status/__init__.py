"""Measured status: what answers, how fast, since when; and what happens to these measurements when they stop."""
