"""The pages of prompts: list, workbench, drafts, versions and runs."""
