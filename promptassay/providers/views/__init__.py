"""The pages of provider keys, their ledger, and the models that they can call."""
