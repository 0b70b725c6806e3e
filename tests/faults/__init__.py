"""Faults on the real product: processes are killed, and nothing acknowledged may be lost or counted twice."""
