"""What is stored for the panels: a choice and a consent. What they send and what comes back is not."""

from typing import Final

from promptassay.core.stored import ROW, Table, structure, telemetry

TABLES: Final = (
    Table(
        name="assist_workbenchmodel",
        model="WorkbenchModel",
        title="Workbench models",
        purpose="Which model the panels use: a person's choice, or the workspace's default.",
        kept="until another is chosen",
        readers=("assist",),
        columns={
            **ROW,
            "user_id": structure("whose choice; nobody's for the workspace's default"),
            "reference": structure("the model"),
            "effort": structure("how long it thinks"),
            "updated_at": structure("when it was chosen"),
        },
    ),
    Table(
        name="assist_consent",
        model="Consent",
        title="Consents",
        purpose="That a person has read where the panels send their text.",
        kept="as long as the key",
        readers=("assist",),
        columns={
            **ROW,
            "user_id": structure("who read it"),
            "key_id": structure("of which key"),
            "origin": telemetry("which host"),
            "at": structure("when"),
        },
    ),
)
