"""What is stored of workspaces, their members and their data keys."""

from typing import Final

from promptassay.core.stored import ROW, Table, content, secret, structure, telemetry

TABLES: Final = (
    Table(
        name="workspaces_workspace",
        model="Workspace",
        title="Workspaces",
        purpose="What everything else belongs to.",
        kept="as long as the instance: this version deletes no workspace",
        readers=(
            "workspaces",
            "prompts.services.copying",
            "config.navigation",
            "trust.probes.isolation",
            "trust.private.attacks",
        ),
        columns={
            "id": ROW["id"],
            "kind": structure("personal or team"),
            "name": content("what its people call it"),
            "created_at": structure("when it was made"),
        },
    ),
    Table(
        name="workspaces_membership",
        model="Membership",
        title="Members",
        purpose="Who belongs to a workspace, and what they may do there.",
        kept="as long as they are a member",
        readers=("workspaces", "config.doctor_schema"),
        columns={
            **ROW,
            "user_id": structure("the person"),
            "role": structure("owner, admin or member"),
            "created_at": structure("since when"),
        },
    ),
    Table(
        name="workspaces_datakey",
        model="DataKey",
        title="Data keys",
        purpose="The key under which a workspace's provider keys are sealed, itself wrapped by the master key.",
        kept="as long as the workspace",
        readers=("workspaces", "providers.services", "config.doctor_schema"),
        columns={
            **ROW,
            "wrapped": secret(
                "the data key, encrypted; useless without the master key, which is not in the database",
                readers=("workspaces", "providers.services"),
            ),
            "master_id": structure("which master key wraps it; a fingerprint"),
            "created_at": structure("when it was made"),
        },
    ),
    Table(
        name="workspaces_masterkey",
        model="MasterKeyInUse",
        title="Master key in use",
        purpose="Which master key wraps new data keys, so that all processes agree. One row; no key is in it.",
        kept="as long as the instance",
        readers=("workspaces", "config.keys", "config.doctor_schema"),
        columns={
            "id": structure("always 1"),
            "master_id": structure("which master key; a fingerprint"),
            "since": structure("since when"),
        },
    ),
    Table(
        name="workspaces_keyholder",
        model="KeyHolder",
        title="Holders of master keys",
        purpose="Which process holds which master keys, so that no key goes into use before all have it.",
        kept="until the process ends; one that was killed, for a day",
        readers=("workspaces", "config.keys"),
        columns={
            "id": structure("of one process"),
            "name": telemetry("what it does, its number and its machine's name"),
            "master_ids": structure("the master keys it holds", {"[]": "fingerprints"}),
            "seen_at": telemetry("when it last said so"),
        },
    ),
    Table(
        name="workspaces_notification",
        model="Notification",
        title="Notifications",
        purpose="What a person should know of; they see it, and an export of the workspace holds it.",
        kept="until 90 days after it was read, or until what it is about is deleted",
        readers=("workspaces",),
        columns={
            **ROW,
            "user_id": structure("for whom"),
            "kind": structure("what happened"),
            "subject_id": structure("to what"),
            "actor_id": structure("by whom"),
            "times": structure("how often since it was read"),
            "created_at": structure("when"),
            "read_at": structure("when it was read"),
        },
    ),
    Table(
        name="workspaces_apikey",
        model="ApiKey",
        title="API keys",
        purpose="Which programs may come into the workspace, for whom, and what for.",
        kept="as long as the workspace; a revoked key opens nothing and stays in the list",
        readers=("workspaces",),
        columns={
            **ROW,
            "user_id": structure("who made it, and whose role bounds it"),
            "name": content("what its people call it"),
            "key_hash": secret(
                "the SHA-256 of the key; the key itself is never stored", readers=("workspaces.apikeys",)
            ),
            "last4": structure("its last four characters, to tell keys apart"),
            "scopes": structure("what it is for"),
            "created_at": structure("when it was made"),
            "expires_at": structure("when it ends"),
            "revoked_at": structure("when it was revoked"),
            "revoked_by": structure("by whom"),
        },
    ),
    Table(
        name="workspaces_apikeymeter",
        model="ApiKeyMeter",
        title="Requests of API keys",
        purpose="How many requests a key made in its current minute, for the limit that all processes share.",
        kept="as long as the key; one row, written over",
        readers=("workspaces",),
        columns={
            **ROW,
            "key_id": structure("which key"),
            "began": telemetry("when its last minute of use began"),
            "used": telemetry("requests in that minute"),
        },
    ),
)
