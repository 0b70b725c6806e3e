"""How long what of a workspace is kept, from the declarations of the tables, and where one changes that."""

from dataclasses import dataclass
from typing import Final

from promptassay.core import stored


@dataclass(frozen=True)
class Kept:
    """One kind of thing: how long it is kept, and the page where it goes. `page` is the name of a URL in the workspace,
    `own_page` that of one outside of it.
    """

    title: str
    kept: str
    page: str = ""
    own_page: str = ""
    action: str = ""


# Table, what its rows are called here, and the page where one ends their keeping.
_TABLES: Final = (
    ("evals_output", "Outputs of runs", "evals:run-list", "Delete runs"),
    ("evals_case", "Suites, cases and checks", "evals:suite-list", "Delete suites"),
    ("prompts_version", "Prompts and their versions", "prompts:prompt-list", "Archive prompts"),
    ("prompts_draft", "Drafts", "prompts:dashboard", "Open drafts"),
    ("prompts_annotation", "Notes", "prompts:prompt-list", "Delete threads beside a prompt"),
    ("fragments_version", "Fragments and their versions", "fragments:fragment-list", "Delete fragments"),
    ("providers_key", "Provider keys", "providers:key-list", "Delete keys"),
    ("workspaces_notification", "Notifications", "workspaces:notification-list", "Read them"),
    ("providers_keyuse", "Ledgers of key uses and of calls", "", ""),
    ("audit_entry", "Audit log", "", ""),
)


def kept() -> list[Kept]:
    """What is kept how long, what models answered first."""
    tables = {table.name: table for table in stored.tables()}
    rows = [Kept(title, tables[name].kept, page=page, action=action) for name, title, page, action in _TABLES]
    answers = Kept(
        "Answers in panels and playground",
        "not by the server: your browser holds them, sealed, until you clear them or sign out",
        own_page="usersessions_list",
        action="Sign out elsewhere",
    )
    return [answers, *rows]
