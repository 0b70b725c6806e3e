"""What is stored in the tables that the frameworks bring along: Django's own records and procrastinate's queue."""

from typing import Final

from promptassay.core.stored import Table, identity, structure

_EMPTY: Final = "never used: always empty"
_SCHEMA: Final = "as long as the database"

TABLES: Final = (
    Table(
        name="procrastinate_jobs",
        title="Jobs",
        purpose="Work that waits for a worker: runs to drive, keys whose models are to be asked for.",
        kept="until the job succeeded; a failed one stays",
        readers=("trust.status.probes",),
        columns={
            "id": structure("the job's number"),
            "queue_name": structure("which queue it waits in"),
            "task_name": structure("which function of ours is to be called"),
            "priority": structure("which job comes first"),
            "lock": structure("what no other job may do meanwhile; a name of ours and ids"),
            "queueing_lock": structure("keeps the same job from waiting twice; a name of ours and ids"),
            "args": structure("what the job is about: ids and nothing else", {"*": "an id", "timestamp": "a time"}),
            "status": structure("waiting, at work, done or failed"),
            "scheduled_at": structure("not before this time"),
            "attempts": structure("how often it was begun"),
            "abort_requested": structure("whether it is to be given up"),
            "worker_id": structure("which worker has it"),
        },
    ),
    Table(
        name="procrastinate_events",
        title="History of jobs",
        purpose="When a job changed its state.",
        kept="as long as its job",
        readers=("trust.status.probes",),
        columns={
            "id": structure("the event's number"),
            "job_id": structure("the job"),
            "type": structure("what happened: begun, failed, done"),
            "at": structure("when"),
        },
    ),
    Table(
        name="procrastinate_periodic_defers",
        title="Clock of the queue",
        purpose="When a job that comes back by the clock was last put into the queue.",
        kept="until it comes back next",
        readers=(),
        columns={
            "id": structure("the entry's number"),
            "task_name": structure("which function of ours"),
            "defer_timestamp": structure("for what time"),
            "job_id": structure("the job that was made"),
            "periodic_id": structure("tells two clocks of one function apart"),
        },
    ),
    Table(
        name="procrastinate_workers",
        title="Workers",
        purpose="Which workers are alive.",
        kept="until the worker stops",
        readers=(),
        columns={
            "id": structure("the worker's number"),
            "last_heartbeat": structure("when it was last heard of"),
        },
    ),
    Table(
        name="django_migrations",
        title="Changes of the schema",
        purpose="Which changes of the tables were made in this database.",
        kept=_SCHEMA,
        readers=("trust.build",),
        columns={
            "id": structure("the entry's number"),
            "app": structure("which part of the product"),
            "name": structure("which change"),
            "applied": structure("when it was made"),
        },
    ),
    Table(
        name="django_content_type",
        title="Names of kinds of rows",
        purpose="Django's list of the product's tables.",
        kept=_SCHEMA,
        readers=(),
        columns={
            "id": structure("the kind's number"),
            "app_label": structure("which part of the product"),
            "model": structure("which kind of row"),
        },
    ),
    Table(
        name="auth_permission",
        title="Django's permissions",
        purpose="Comes with Django; who may do what is decided elsewhere, by role.",
        kept=_SCHEMA,
        readers=(),
        columns={
            "id": structure("the permission's number"),
            "name": structure("what it is called"),
            "content_type_id": structure("the kind of row it is about"),
            "codename": structure("its short name"),
        },
    ),
    Table(
        name="auth_group",
        title="Django's groups",
        purpose="Comes with Django; the product has no groups.",
        kept=_EMPTY,
        readers=(),
        columns={"id": structure("the group's number"), "name": identity("what it is called")},
    ),
    Table(
        name="auth_group_permissions",
        title="Permissions of Django's groups",
        purpose="Comes with Django; the product has no groups.",
        kept=_EMPTY,
        readers=(),
        columns={
            "id": structure("the entry's number"),
            "group_id": structure("the group"),
            "permission_id": structure("the permission"),
        },
    ),
)
