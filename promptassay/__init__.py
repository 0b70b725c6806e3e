"""PromptAssay: write, refine, test and ship prompts for language models on your own provider keys."""

__version__ = "0.1.0"
