"""Suites and cases as people edit them; runs, their frozen cases, cells and outputs as history keeps them."""

from typing import ClassVar

from django.db import models

from promptassay.core.models import TenantForeignKey, TenantModel
from promptassay.prompts.models import Prompt, Version


class Suite(TenantModel):
    """A test suite of a prompt.

    `checks` apply to every case; `rubric` is `{criteria: [{name, description, weight}], threshold}`;
    `judge` and `model_refs` hold model references (`providers.references`); `threshold` is the pass rate wanted.
    """

    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="suites")
    name = models.CharField(max_length=120)
    checks = models.JSONField(default=list)
    rubric = models.JSONField(null=True)
    judge = models.CharField(max_length=200, blank=True)
    model_refs = models.JSONField(default=list)
    threshold = models.FloatField(default=0.9)
    repeats = models.SmallIntegerField(default=1)
    concurrency = models.SmallIntegerField(default=8)
    created_by = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "evals_suite"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "prompt", "name"], name="evals_suite_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Case(TenantModel):
    """Variable values and what is expected of the answer to them."""

    suite = TenantForeignKey(Suite, models.CASCADE, related_name="cases")
    position = models.IntegerField()
    name = models.CharField(max_length=200)
    variables = models.JSONField(default=dict)
    expected = models.TextField(blank=True)
    checks = models.JSONField(default=list)

    class Meta:
        db_table = "evals_case"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "suite", "position"], name="evals_case_order"),
        ]


class Run(TenantModel):
    """One execution of a suite, with everything it used frozen in `config` and in its own cases.

    Counters grow in the same statement that stores results, so they are right after any crash.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Stopped by an error"

    suite = TenantForeignKey(Suite, models.CASCADE, related_name="runs")
    prompt = TenantForeignKey(Prompt, models.CASCADE, related_name="runs")
    number = models.IntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    config = models.JSONField()
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    passed = models.IntegerField(default=0)
    errors = models.IntegerField(default=0)
    calls = models.IntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=8, default=0)
    message = models.CharField(max_length=500, blank=True)
    waits_until = models.DateTimeField(null=True)
    waits_for = models.CharField(max_length=300, blank=True, default="", db_default="")
    created_by = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "evals_run"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "suite", "number"], name="evals_run_number"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "-created_at"], name="evals_run_newest"),
            models.Index(
                fields=["workspace", "status"],
                name="evals_run_live",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        ]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen in this run."""
        return self.status in (Run.Status.FINISHED, Run.Status.CANCELLED, Run.Status.FAILED)


class RunCase(TenantModel):
    """A case as it was when the run started."""

    run = TenantForeignKey(Run, models.CASCADE, related_name="cases")
    case_id = models.UUIDField()
    position = models.IntegerField()
    name = models.CharField(max_length=200)
    variables = models.JSONField()
    expected = models.TextField(blank=True)
    checks = models.JSONField()

    class Meta:
        db_table = "evals_runcase"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "run", "position"], name="evals_runcase_order"),
        ]


class Cell(TenantModel):
    """One case x version x model x repeat of a run.

    A worker holds a cell by `lease_token` until `leased_until` (database time); only the holder's result counts.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        LEASED = "leased", "Running"
        DONE = "done", "Done"
        ERROR = "error", "Error"
        CANCELLED = "cancelled", "Cancelled"

    run = TenantForeignKey(Run, models.CASCADE, related_name="cells")
    run_case = TenantForeignKey(RunCase, models.CASCADE, related_name="cells")
    version = TenantForeignKey(Version, models.CASCADE, related_name="+")
    position = models.IntegerField()
    model_index = models.SmallIntegerField()
    repeat = models.SmallIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempt = models.SmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    passed = models.BooleanField(null=True)
    score = models.FloatField(null=True)
    error_kind = models.CharField(max_length=40, blank=True)
    first_token_ms = models.IntegerField(null=True)
    total_ms = models.IntegerField(null=True)
    input_tokens = models.IntegerField(null=True)
    output_tokens = models.IntegerField(null=True)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=8, null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "evals_cell"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "run", "run_case", "version", "model_index", "repeat"],
                name="evals_cell_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["workspace", "run", "position"],
                name="evals_cell_open",
                condition=models.Q(status__in=["queued", "leased"]),
            ),
            models.Index(fields=["workspace", "run", "model_index"], name="evals_cell_results"),
        ]


class CellOutput(TenantModel):
    """What the model answered in a cell, and what checks and judge said of it.

    The only table in the product that holds providers' answers.
    """

    run = TenantForeignKey(Run, models.CASCADE, related_name="+")
    cell = TenantForeignKey(Cell, models.CASCADE, related_name="outputs")
    output = models.TextField()
    tool_calls = models.JSONField(default=list)
    finish_reason = models.CharField(max_length=20, blank=True)
    checks = models.JSONField(default=list)
    judgement = models.JSONField(null=True)
    error = models.JSONField(null=True)

    class Meta:
        db_table = "evals_output"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "cell"], name="evals_output_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "run"], name="evals_output_run"),
        ]
