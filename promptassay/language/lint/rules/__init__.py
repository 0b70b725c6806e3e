"""The rules of the lint, one a file: what it is called, its search, its samples."""
