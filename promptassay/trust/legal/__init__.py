"""Legal documents: texts of ours with the operator's details, published whole or not at all."""
