"""The panels as the demo provider answers them: from the text itself, by rule, and always saying so."""

from promptassay.providers.demo.panels.answering import answer_panel, panel_of

__all__ = ["answer_panel", "panel_of"]
