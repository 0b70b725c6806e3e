"""What is stored in the audit log."""

from typing import Final

from promptassay.core.stored import ROW, Table, content, identity, structure

TABLES: Final = (
    Table(
        name="audit_entry",
        model="Entry",
        title="Audit log",
        purpose="Who did what to which thing. Entries are chained and can be neither changed nor removed.",
        kept="as long as the workspace",
        readers=("audit", "prompts.activity"),
        columns={
            **ROW,
            "number": structure("the entry's place in the chain"),
            "at": structure("when it happened"),
            "actor_id": structure("who did it"),
            "actor_label": identity("their address of mail at the time"),
            "address": identity("the network address they came from"),
            "request_id": structure("the request it happened in"),
            "action": structure("what was done, such as version.saved"),
            "target_type": structure("to what kind of thing"),
            "target_id": structure("to which one"),
            "data": content(
                "what tells one such act from another: names, numbers and ids, never text of a prompt or an answer",
                {"*": "a name that people gave, a reason they wrote, a number, an id or a hash"},
            ),
            "previous_hash": structure("the hash of the entry before"),
            "hash": structure("the hash of this one and the one before"),
        },
    ),
)
