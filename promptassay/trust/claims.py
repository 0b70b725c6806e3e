"""THE ledger of claims: each sentence of the trust page, what makes it true, and the proofs that can fail.

Nothing else may put a sentence on that page. Tests hold each entry to its files, anchors, probes and tripwires. The
proofs that the tests of the build are stand in `gate_proofs.py`.
"""

from datetime import timedelta
from typing import Final

from promptassay.trust.gate_proofs import GATES
from promptassay.trust.ledger import HERE, OPERATOR, Claim, Control, Kind, Proof, Status

__all__ = ["CLAIMS", "HERE", "OPERATOR", "Claim", "Control", "Kind", "Proof", "Status", "claim", "gates", "proof"]

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
            Proof(
                id="isolation-http",
                kind=Kind.PROBE,
                words="Signed in as the owner of one canary workspace, asks this server, by GET and by POST, for the "
                "addresses of another, and at home for its ids; a quarter of all addresses in each run. Each answers "
                "word for word as what does not exist, and no row of the other changes.",
                tripwires=("tests/trust/probes/test_isolation_http.py::test_a_hole_turns_it_red",),
            ),
            *GATES["isolation"],
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
            Proof(
                id="custody-ledger",
                kind=Kind.PROBE,
                words="Calls the canary provider on a canary key, and compares its calls with the ledger’s; looks for "
                "eight characters in a row of the key in rows, log, files and what people are told, errors that "
                "repeat it included; answers with a redirect; leads the key’s row to another address.",
                tripwires=(
                    "tests/trust/probes/test_ledger.py::test_a_logged_header_turns_red",
                    "tests/trust/probes/test_ledger.py::test_a_key_that_is_returned_turns_red",
                    "tests/trust/probes/test_ledger.py::test_a_call_beside_the_ledger_turns_red",
                    "tests/trust/probes/test_ledger.py::test_a_redirect_that_is_followed_turns_red",
                    "tests/trust/probes/test_ledger.py::test_a_seal_without_its_origin_turns_red",
                ),
            ),
            *GATES["custody"],
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
        proofs=(
            Proof(
                id="retention-markers",
                kind=Kind.PROBE,
                words="The canary provider answers the workbench, each panel and a run of a suite with words that "
                "stand nowhere else, to the end, with an error, and cancelled. Then each row that was written "
                "meanwhile and that the product’s own role sees, the log at its most talkative, new files and caches "
                "are searched: nothing, but the run’s outputs in their own table, until the run is deleted.",
                tripwires=(
                    "tests/trust/probes/test_retention.py::test_an_answer_in_a_job_or_a_file_turns_red",
                    "tests/trust/probes/test_retention.py::test_a_logged_answer_turns_red",
                    "tests/trust/probes/test_retention.py::test_an_output_in_another_column_turns_red",
                    "tests/trust/probes/test_retention.py::test_an_output_that_outlives_its_run_turns_red",
                ),
            ),
            *GATES["retention"],
        ),
    ),
    Claim(
        id="no-training",
        title="Your content runs the workbench for you, and nothing else.",
        statement="It trains no model of ours, and leaves this instance only for the providers that you configured. "
        "A provider that can be told not to store it is told so.",
        status=Status.SHIPPED,
        controls=(
            Control("One gateway to the providers", "promptassay/providers/gateway.py", "keys.md#the-mechanism"),
            Control(
                "An egress ledger: each request counted where it leaves",
                "promptassay/providers/departures.py",
                "trust.md#the-egress-ledger",
            ),
            Control("A class for every stored column", "promptassay/core/stored.py", "reference/stored-data.md"),
        ),
        proofs=(
            Proof(
                id="egress",
                kind=Kind.PROBE,
                words="Sends a marked text through the workbench, each panel, a run and each wire format, and watches "
                "every connection that this opens: all lead to the canary provider. Looks there for the wish not to "
                "store, and in the instance’s egress ledger of two days for hosts that no setting names.",
                tripwires=(
                    "tests/trust/probes/test_egress.py::test_content_sent_elsewhere_turns_red",
                    "tests/trust/probes/test_egress.py::test_an_extra_host_in_the_ledger_turns_red",
                    "tests/trust/probes/test_egress.py::test_a_dropped_wish_not_to_store_turns_red",
                    "tests/trust/probes/test_egress.py::test_a_request_that_is_not_counted_turns_red",
                ),
            ),
            Proof(
                id="data-classes",
                kind=Kind.PROBE,
                words="Compares every column of the live database with the register that says what each holds, why, "
                "for how long and who may read it.",
                tripwires=("tests/trust/probes/test_columns.py::test_an_unclassed_column_turns_red",),
            ),
            *GATES["no-training"],
        ),
    ),
    Claim(
        id="roles",
        title="Owner, admin, member: one table says who may do what.",
        statement="Pages, forms and programs read the same table. What one may not see looks as if it did not exist.",
        status=Status.SHIPPED,
        controls=(
            Control("The table of rights", "promptassay/workspaces/permissions.py", "reference/permissions.md"),
            Control("The one door into a workspace", "promptassay/workspaces/access.py", "reference/routes.md"),
        ),
        proofs=(
            Proof(
                id="roles-http",
                kind=Kind.PROBE,
                words="Signed in as a plain member of a canary workspace, sends this server every request whose "
                "ability the table does not give to members: each is refused, names that ability and changes no row; "
                "those pages open to the owner. Without a session, a quarter of all addresses in each run must lead to "
                "sign-in.",
                tripwires=("tests/trust/probes/test_roles.py::test_a_missing_check_turns_it_red",),
            ),
            *GATES["roles"],
        ),
    ),
    Claim(
        id="status",
        title="System status is measured, with the age of each measurement.",
        statement="Nothing but a measurement of the last minutes makes a component operational. What is not measured "
        "is unknown, and what this instance does not use is never shown as working.",
        status=Status.LIVE,
        controls=(
            Control(
                "A round of measurements every minute",
                "promptassay/trust/status/rounds.py",
                "status.md#what-is-measured",
            ),
            Control(
                "A decoy that is down one minute a day", "promptassay/trust/status/decoy.py", "status.md#the-decoy"
            ),
        ),
        proofs=(
            Proof(
                id="status-lie-detector",
                kind=Kind.PROBE,
                words="Measures a decoy that is down and one that is up, and shows the page invented failures, old "
                "successes and gaps; then asks when the last round was.",
                tripwires=(
                    "tests/trust/probes/test_measuring.py::test_a_hard_coded_operational_turns_red",
                    "tests/trust/probes/test_measuring.py::test_a_stopped_prober_turns_red",
                ),
            ),
        ),
    ),
    Claim(
        id="legal",
        title="Legal documents are published whole, or not at all.",
        statement="Each has a version, a date and a hash, and keeps its earlier versions. One that still waits for a "
        "detail of the operator’s is held back, and says for which.",
        status=Status.SHIPPED,
        controls=(
            Control(
                "Publishing with the operator’s details", "promptassay/trust/legal/publishing.py", "legal.md#versions"
            ),
        ),
        proofs=(
            Proof(
                id="legal-whole",
                kind=Kind.PROBE,
                words="Publishes every document as its page does, looks for gaps in its text, and compares each "
                "version’s file with the hash that was recorded.",
                tripwires=("tests/trust/probes/test_legal.py::test_a_placeholder_in_the_privacy_policy_turns_red",),
            ),
        ),
    ),
    Claim(
        id="dpa",
        title="A data processing agreement that covers Article 28 GDPR.",
        statement="Everybody can read it, with its version and hash, and each point of Article 28(3) names the "
        "feature that keeps it. The list of sub-processors is read from what this instance can reach.",
        status=Status.SHIPPED,
        controls=(
            Control("The text, version by version", "promptassay/trust/legal/documents.py", "legal.md#versions"),
            Control(
                "Every host that this instance can reach",
                "promptassay/trust/egress.py",
                "legal.md#what-is-read-from-the-product",
            ),
            Control(
                "Everything of a workspace as one file",
                "promptassay/portability/exporting.py",
                "export.md#what-is-in-it",
            ),
        ),
        proofs=(
            Proof(
                id="record-dpa",
                kind=Kind.RECORD,
                words="The dated record that the text in force was read against Article 28(3), and that text as it is "
                "published here, point by point.",
                tripwires=("tests/trust/probes/test_records.py::test_an_expired_record_turns_red",),
                interval=timedelta(hours=1),
            ),
            Proof(
                id="record-subprocessors",
                kind=Kind.RECORD,
                words="The dated record of the list of sub-processors, and each receiver of the settings in the list "
                "as it is published here.",
                tripwires=(
                    "tests/trust/probes/test_records.py::test_an_expired_record_turns_red",
                    "tests/trust/probes/test_records.py::test_a_receiver_that_is_not_listed_turns_red",
                ),
                interval=timedelta(hours=1),
            ),
            *GATES["dpa"],
        ),
    ),
    Claim(
        id="reports",
        title="A human answers security reports.",
        statement="At the address that the operator set, which security.txt and the page of contacts name. Where none "
        "is set, both say so: there is no mailbox that nobody reads.",
        status=Status.SHIPPED,
        controls=(Control("security.txt and contacts", "promptassay/trust/legal/contacts.py", "disclosure.md"),),
        proofs=(
            Proof(
                id="security-contact",
                kind=Kind.PROBE,
                words="Reads security.txt as RFC 9116 describes it: the operator’s own address, and a day of expiry "
                "that is 30 to 365 days ahead.",
                tripwires=(
                    "tests/trust/probes/test_legal.py::test_a_file_that_ran_out_turns_red",
                    "tests/trust/probes/test_legal.py::test_an_address_that_nobody_set_turns_red",
                ),
            ),
            *GATES["reports"],
        ),
    ),
    Claim(
        id="sso",
        title="Single sign-on with SAML.",
        statement="It is not built yet.",
        status=Status.NOT_OFFERED,
    ),
    Claim(
        id="payments",
        title="Payment by card.",
        statement="It is not built yet: this version takes no payment, and sends nothing to a payment provider.",
        status=Status.NOT_OFFERED,
    ),
    Claim(
        id="dpa-countersigned",
        title="A countersigned data processing agreement.",
        statement="This version of the product keeps no signed copies. Whoever needs one asks the operator by mail.",
        status=Status.NOT_OFFERED,
    ),
    Claim(
        id="certification",
        title="No formal certification yet.",
        statement="What such an audit would ask for is on this page instead: tried here, dated and signed.",
        status=Status.IN_PROGRESS,
        controls=(
            Control(
                "No badge without a record",
                "promptassay/trust/certifications.py",
                "legal.md#no-badge-without-a-record",
            ),
            Control(
                "Evidence that is hashed, signed and chained", "promptassay/trust/evidence.py", "trust.md#evidence"
            ),
        ),
        proofs=(
            Proof(
                id="evidence-chain",
                kind=Kind.PROBE,
                words="Reads the newest 300 entries of this instance’s evidence: hashes each again, checks its "
                "signature, and that it follows the one before.",
                tripwires=("tests/trust/probes/test_chain.py::test_a_broken_chain_turns_red",),
            ),
            Proof(
                id="record-badges",
                kind=Kind.RECORD,
                words="Reads every text of this installation that anybody can see, and refuses each word of a badge "
                "for which no dated record is in force.",
                tripwires=(
                    "tests/trust/probes/test_records.py::test_a_badge_without_a_record_turns_red",
                    "tests/trust/test_certifications.py::test_a_badge_without_a_record_is_found",
                ),
                interval=timedelta(hours=1),
            ),
        ),
    ),
)


def claim(claim_id: str) -> Claim | None:
    """The claim of that id, if there is one."""
    return next((each for each in CLAIMS if each.id == claim_id), None)


def proof(proof_id: str) -> tuple[Claim, Proof] | None:
    """The proof of that id with the claim it belongs to, if there is one."""
    return next(((each, proof) for each in CLAIMS for proof in each.proofs if proof.id == proof_id), None)


def gates() -> list[tuple[Claim, Proof]]:
    """The proofs that the build's own tests are, with their claims."""
    return [(each, proof) for each in CLAIMS for proof in each.proofs if proof.kind == Kind.GATE]
