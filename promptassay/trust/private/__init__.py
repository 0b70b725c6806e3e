"""The private view: the same proofs as on the trust page, on a workspace's own rows, for its members alone."""
