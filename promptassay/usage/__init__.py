"""What model calls cost: counts only, never content."""
