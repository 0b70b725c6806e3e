"""API keys: how programs come into a workspace, never wider than the person who made the key."""
