"""What of a workspace leaves it as a file: the export of everything in it."""
