"""What is stored of provider keys and of their use."""

from typing import Final

from promptassay.core.stored import ROW, Table, content, secret, structure, telemetry

TABLES: Final = (
    Table(
        name="providers_key",
        model="ProviderKey",
        title="Provider keys",
        purpose="The keys on which a workspace calls models. Sealed: never shown again, sent to their origin only.",
        kept="until somebody deletes the key",
        readers=(
            "providers",
            "assist",
            "trust.probes.custody",
            "trust.probes.ledger",
        ),
        columns={
            **ROW,
            "name": content("what its people call it"),
            "provider": structure("whose key it is"),
            "base_url": content("the server's address, as it was typed"),
            "origin": structure("the only host the key is ever sent to"),
            "sealed": secret(
                "the key, encrypted with AES-256-GCM and bound to workspace, id, provider and origin",
                readers=("providers.models", "providers.services"),
            ),
            "last4": secret("its last four characters, to tell keys apart"),
            "model_names": structure("the models that can be chosen", {"[]": "names of models"}),
            "own_models": content("models that people named themselves", {"[]": "names of models"}),
            "listed": structure(
                "the provider's list of its models", {"*": "by model: its title, its limits, since when, until when"}
            ),
            "listed_at": structure("when that list was fetched"),
            "tested_at": structure("when the key was last tried"),
            "test_result": telemetry("how that ended: ok, or the kind of failure"),
            "created_by": structure("who added it"),
            "created_at": structure("when it was added"),
            "rotated_at": structure("when it was last replaced"),
        },
    ),
    Table(
        name="providers_keyuse",
        model="KeyUse",
        title="Ledger of key uses",
        purpose="Each opening of a key, written before the key is opened. Entries outlive their key.",
        kept="as long as the workspace",
        readers=("providers",),
        columns={
            **ROW,
            "at": telemetry("when"),
            "key_id": structure("which key"),
            "key_name": content("what it was called"),
            "origin": telemetry("the host it was sent to"),
            "user_id": structure("for whom"),
            "purpose": structure("what for"),
            "subject_id": structure("for which prompt or run"),
            "calls": telemetry("for how many calls"),
        },
    ),
)
