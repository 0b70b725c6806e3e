"""The pages of fragments: list, editor, versions, and what a change would do."""
