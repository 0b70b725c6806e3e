"""THE ledger of claims: each sentence of the trust page, what makes it true, and the proofs that can fail.

Nothing else may put a sentence on that page. Tests hold each entry to its files, anchors, probes and tripwires.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from promptassay.trust.evidence import hash_of_words


class Status(StrEnum):
    """How far a promise has come; only what is `shipped` or `live` is said of this instance."""

    SHIPPED = "shipped"
    LIVE = "live"
    IN_PROGRESS = "in progress"
    NOT_OFFERED = "not offered"


class Kind(StrEnum):
    """Where a proof runs: in this instance on a schedule, in the build, or with a person, dated."""

    PROBE = "probe"
    GATE = "gate"
    RECORD = "record"


@dataclass(frozen=True)
class Control:
    """A mechanism behind a claim, the file that is it, and the section of the documentation that explains it."""

    words: str
    code: str
    doc: str


@dataclass(frozen=True)
class Proof:
    """An executable check. `tripwires` are the tests that break the control and see this proof turn red.

    A proof older than twice `interval` is stale.
    """

    id: str
    kind: Kind
    words: str
    tripwires: tuple[str, ...]
    interval: timedelta = timedelta(minutes=5)
    command: str = ""

    @property
    def fresh_s(self) -> int:
        """For how many seconds a run of it counts."""
        return int(self.interval.total_seconds() * 2)


@dataclass(frozen=True)
class Claim:
    """One claim. `words` are what evidence is bound to: other words need another proof run."""

    id: str
    title: str
    statement: str
    status: Status
    controls: tuple[Control, ...] = ()
    proofs: tuple[Proof, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.title}\n{self.statement}"

    @property
    def words_hash(self) -> str:
        return hash_of_words(self.words)


CLAIMS: Final = (
    Claim(
        id="isolation",
        title="Workspaces are walled off by the database itself.",
        statement="Every row of content belongs to one workspace. The role that this product connects as can "
        "neither read nor write another workspace's rows, even where the product's own code asks for them.",
        status=Status.SHIPPED,
        controls=(
            Control(
                "Row security, forced, with one policy per table",
                "promptassay/core/rls.py",
                "isolation.md#the-mechanism",
            ),
            Control("One place that names the workspace", "promptassay/core/tenancy.py", "isolation.md#the-mechanism"),
        ),
        proofs=(
            Proof(
                id="isolation-catalogue",
                kind=Kind.PROBE,
                words="Reads the database's own catalogue: every table, policy, key, index, function and right.",
                tripwires=(
                    "tests/core/test_catalogue.py::test_a_broken_wall_is_noticed",
                    "tests/trust/probes/test_isolation.py::test_a_broken_wall_turns_the_catalogue_red",
                ),
            ),
            Proof(
                id="isolation-sql",
                kind=Kind.PROBE,
                words="As the product's own role, inside one canary workspace: reads, changes, deletes and smuggles "
                "rows of another in every table that the catalogue names, with the context set, empty and missing.",
                tripwires=("tests/trust/probes/test_isolation.py::test_a_broken_wall_lets_the_attack_through",),
            ),
        ),
    ),
    Claim(
        id="custody",
        title="Provider keys are encrypted, and sealed to the one place they were saved for.",
        statement="They are never shown again, never written to a log, sent only to the provider they were saved "
        "for, and only for calls that somebody in the workspace, or its schedule, started.",
        status=Status.SHIPPED,
        controls=(
            Control(
                "A data key per workspace under the master key, AES-256-GCM",
                "promptassay/core/vault.py",
                "keys.md#the-mechanism",
            ),
            Control("A string that masks itself", "promptassay/core/secret.py", "keys.md#the-mechanism"),
            Control(
                "A ledger entry before each use", "promptassay/providers/services/opening.py", "keys.md#the-mechanism"
            ),
        ),
        proofs=(
            Proof(
                id="custody-seal",
                kind=Kind.PROBE,
                words="Seals a canary key as the product does, then opens it with each part of its binding changed, "
                "each byte of the seal flipped, and another master key.",
                tripwires=("tests/trust/probes/test_custody.py::test_a_seal_without_its_origin_turns_red",),
            ),
        ),
    ),
    Claim(
        id="retention",
        title="Model answers are not kept, except the outputs of evaluation runs.",
        statement="Playground and panels pass through memory into the browser of whoever asked, and nowhere else. "
        "Outputs of runs are saved with their case, so that they can be reviewed, and go when the run is deleted.",
        status=Status.SHIPPED,
        controls=(
            Control("Streams from provider to browser", "promptassay/prompts/streams.py", "workbench.md"),
            Control("A class for every stored column", "promptassay/core/stored.py", "reference/stored-data.md"),
        ),
    ),
    Claim(
        id="no-training",
        title="Your content runs the workbench for you, and nothing else.",
        statement="It trains no model of ours, and leaves this instance only for the providers that you configured.",
        status=Status.SHIPPED,
        controls=(
            Control("One gateway to the providers", "promptassay/providers/gateway.py", "keys.md#the-mechanism"),
            Control("A class for every stored column", "promptassay/core/stored.py", "reference/stored-data.md"),
        ),
    ),
    Claim(
        id="roles",
        title="Owner, admin, member: one table says who may do what.",
        statement="Pages, forms and programs read the same table. What one may not see looks as if it did not exist.",
        status=Status.SHIPPED,
        controls=(Control("The table of rights", "promptassay/workspaces/permissions.py", "reference/permissions.md"),),
    ),
    Claim(
        id="sso",
        title="Single sign-on with SAML.",
        statement="It is not built yet.",
        status=Status.NOT_OFFERED,
    ),
    Claim(
        id="certification",
        title="No formal certification yet.",
        statement="What such an audit would ask for is on this page instead: tried here, dated and signed.",
        status=Status.IN_PROGRESS,
    ),
)


def claim(claim_id: str) -> Claim | None:
    """The claim of that id, if there is one."""
    return next((each for each in CLAIMS if each.id == claim_id), None)


def proof(proof_id: str) -> tuple[Claim, Proof] | None:
    """The proof of that id with the claim it belongs to, if there is one."""
    return next(((each, proof) for each in CLAIMS for proof in each.proofs if proof.id == proof_id), None)
