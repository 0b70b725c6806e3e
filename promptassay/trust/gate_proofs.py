"""The proofs that are tests of the build: for each claim, which tests must hold and which of them break the control.

`make test` writes what they found into the build (`tests/gates.py`); they count while that build runs.
"""

from collections.abc import Mapping
from typing import Final

from promptassay.trust.ledger import Kind, Proof


def _tests(file: str, *names: str) -> tuple[str, ...]:
    """Tests of one file below `tests`, each as its path and function."""
    return tuple(f"tests/{file}.py::test_{name}" for name in names)


GATES: Final[Mapping[str, tuple[Proof, ...]]] = {
    "isolation": (
        Proof(
            id="isolation-routes",
            kind=Kind.GATE,
            words="A stranger asks for every address of another workspace, and for every address of their own with "
            "each id replaced by another workspace's, in the path and in forms: the answer is that for an id that "
            "does not exist, byte for byte.",
            tests=_tests(
                "house/test_walls",
                "the_walk_finds_the_addresses",
                "a_stranger_at_anothers_workspace_is_told_what_anybody_is_told",
                "a_strangers_things_do_not_exist_in_ones_own_workspace",
                "a_strangers_ids_in_a_form_are_worth_what_unknown_ones_are",
                "the_owner_does_see_what_a_stranger_does_not",
            ),
            tripwires=_tests("house/test_walls", "a_leak_would_be_found"),
        ),
        Proof(
            id="isolation-api",
            kind=Kind.GATE,
            words="Every operation of the API is called with another workspace's ids in its path, query and body, with "
            "its entity tags, without a valid key and with keys that are nearly right; and the attack kit, with the "
            "keys of two workspaces, gets nothing of one by the other's.",
            tests=(
                *_tests(
                    "api/test_operations",
                    "it_answers_its_owner_as_described",
                    "without_a_valid_key_nothing_is_told",
                    "anothers_id_is_an_unknown_id_byte_for_byte",
                    "anothers_ids_in_query_and_body_are_worth_what_unknown_ones_are",
                    "anothers_tag_gives_no_304_and_ones_own_does",
                    "a_slug_is_looked_up_in_ones_own_workspace",
                ),
                *_tests("trust/attack/test_attacks", "nothing_comes_through"),
            ),
            tripwires=_tests(
                "trust/attack/test_attacks",
                "a_query_that_looks_into_the_other_workspace_is_reported",
                "a_wall_that_is_gone_is_reported",
                "a_refusal_that_says_more_for_what_is_real_is_reported",
                "a_write_that_gets_through_is_reported",
            ),
        ),
        Proof(
            id="isolation-statements",
            kind=Kind.GATE,
            words="More than a hundred raw statements as the product's own role, with the context empty, missing, "
            "changed in the middle and left over: nothing of another workspace comes back, changes, or shows in an "
            "error.",
            tests=_tests(
                "core/test_rls",
                "nothing_of_another_workspace_comes_back_or_changes",
                "after_all_that_her_rows_are_as_they_were",
                "there_are_enough_attacks",
                "a_reference_to_anothers_row_fails_as_one_to_nothing",
                "names_taken_elsewhere_are_free_here",
                "a_taken_id_tells_only_that_it_is_taken",
                "a_cascade_stays_inside_even_over_a_broken_reference",
                "the_queue_and_its_notifications_hold_ids_only",
                "rights_are_what_the_table_of_grants_says",
            ),
            tripwires=_tests(
                "core/test_rls",
                "the_same_reads_find_the_rows_from_inside",
                "a_loose_policy_lets_the_attack_through",
                "a_loose_check_lets_the_change_through",
            ),
        ),
        Proof(
            id="isolation-pool",
            kind=Kind.GATE,
            words="Ten thousand alternating reads of two workspaces over two pooled connections, some of them "
            "broken off: none sees a row of the other.",
            tests=_tests(
                "core/test_tenancy_pooling",
                "ten_thousand_alternating_reads_never_show_a_foreign_row",
                "no_client_finds_a_context_afterwards",
                "alternating_reads_through_the_orm",
            ),
            tripwires=_tests("core/test_tenancy_pooling", "a_context_of_the_session_would_bleed"),
        ),
    ),
    "custody": (
        Proof(
            id="custody-sweep",
            kind=Kind.GATE,
            words="Keys of every provider go through everything that a call can end in, kills and crashes among "
            "it; then every place where something could be left is searched for any eight characters of them, "
            "plain and encoded.",
            tests=(
                *_tests("providers/test_services_custody", "the_key_is_nowhere_but_at_its_provider"),
                *_tests("faults/test_canary", "a_running_product_keeps_the_key_to_itself"),
            ),
            tripwires=_tests(
                "providers/test_services_custody",
                "each_break_turns_the_sweep_red",
                "a_key_stored_in_plain_is_found_in_the_dump_and_in_the_files",
                "each_spelling_is_found",
            ),
        ),
    ),
    "retention": (
        Proof(
            id="retention-sweep",
            kind=Kind.GATE,
            words="A provider answers with a mark, to every action that asks a model, in success, error, time-out, "
            "crash and kill; then database, dump, logs, files, queue, cache and mail are searched for the mark.",
            tests=(
                *_tests(
                    "house/test_nothing_kept",
                    "what_a_provider_says_is_kept_nowhere",
                    "a_run_keeps_answers_in_its_outputs_and_nowhere_else",
                    "an_error_of_ours_tells_nothing_of_what_was_being_worked_on",
                ),
                *_tests("faults/test_nothing_kept", "what_dies_in_the_middle_of_an_answer_leaves_nothing_of_it"),
            ),
            tripwires=_tests(
                "house/test_nothing_kept",
                "each_way_of_keeping_an_answer_turns_the_sweep_red",
                "an_output_in_another_column_turns_the_sweep_of_runs_red",
            ),
        ),
    ),
    "no-training": (
        Proof(
            id="no-training-columns",
            kind=Kind.GATE,
            words="Every column of the live schema is classed, and each table is read by the modules that its "
            "declaration names and by no other.",
            tests=(
                *_tests(
                    "core/test_stored",
                    "every_column_is_classed_and_every_class_has_its_column",
                    "json_holds_what_its_declaration_names",
                ),
                *_tests(
                    "house/test_stored",
                    "a_table_is_read_by_those_it_names",
                    "a_secret_column_is_read_by_those_it_names",
                    "declarations_name_the_models_that_there_are",
                ),
            ),
            tripwires=(
                *_tests("core/test_stored", "each_gap_is_noticed", "a_key_that_is_not_named_is_noticed"),
                *_tests("house/test_stored", "a_reader_who_is_not_named_would_be_found"),
            ),
        ),
        Proof(
            id="no-training-flags",
            kind=Kind.GATE,
            words="The provider's own option not to store a call is on the wire of every call, where it has one.",
            tests=_tests("providers/test_gateway_flags", "calls_ask_not_to_be_stored"),
            tripwires=_tests("providers/test_gateway_flags", "a_call_without_the_flag_would_be_found"),
        ),
        Proof(
            id="no-training-receivers",
            kind=Kind.GATE,
            words="The settings name every host that the product can send to; no other module opens a connection; "
            "and the legal documents name the same hosts.",
            tests=(
                *_tests("trust/test_egress", "the_list_is_the_settings", "nothing_else_opens_connections"),
                *_tests("trust/legal/test_tables", "receivers_are_the_allow_list_and_nothing_else"),
            ),
            tripwires=(
                *_tests("trust/test_egress", "no_setting_with_an_address_is_forgotten"),
                *_tests("trust/legal/test_tables", "a_receiver_that_is_left_out_would_be_found"),
            ),
        ),
    ),
    "roles": (
        Proof(
            id="roles-doors",
            kind=Kind.GATE,
            words="Every address says who may come in. Each is asked for by nobody, by a stranger, and by a member "
            "without the right, with every method: all are refused before anything is looked up.",
            tests=(
                *_tests(
                    "house/test_doors",
                    "every_url_has_a_door",
                    "every_ability_has_a_meaning_and_an_owner_who_has_it",
                ),
                *_tests(
                    "house/test_walls",
                    "nobody_comes_in_without_signing_in",
                    "a_member_without_the_ability_is_told_which_one",
                    "abilities_are_withheld_somewhere",
                    "other_methods_are_refused_alike_for_everybody",
                ),
            ),
            tripwires=(
                *_tests("house/test_doors", "a_view_without_a_door_would_be_found"),
                *_tests("house/test_walls", "a_door_that_asks_for_nothing_would_be_found"),
            ),
        ),
        Proof(
            id="roles-keys",
            kind=Kind.GATE,
            words="An API key does what its scopes and its person's present role both allow: every operation is called "
            "by a key without its scope; keys of a changed role, of somebody who left or is locked, revoked and "
            "expired ones are tried; and no scope reaches keys, members or settings.",
            tests=(
                *_tests(
                    "api/test_operations",
                    "a_key_without_the_scope_is_told_which",
                    "every_operation_has_scope_and_ability_that_go_together",
                    "a_member_moves_no_protected_label_and_archives_only_their_own",
                ),
                *_tests(
                    "workspaces/apikeys/test_services",
                    "a_key_acts_as_its_person_within_its_scopes",
                    "no_key_manages_keys_members_or_the_workspace",
                    "a_changed_role_holds_at_the_next_request",
                    "keys_that_open_nothing_are_refused_alike",
                ),
            ),
            tripwires=_tests("api/test_operations", "a_widened_scope_would_be_noticed"),
        ),
    ),
    "dpa": (
        Proof(
            id="dpa-text",
            kind=Kind.GATE,
            words="The agreement goes through Article 28(3) point by point and names features that exist, has no "
            "gap, and its list of receivers equals the list of hosts that the product can send to.",
            tests=(
                *_tests(
                    "trust/legal/test_documents",
                    "the_agreement_goes_through_article_28_point_by_point",
                    "every_version_can_be_read_and_names_only_what_exists",
                    "published_versions_are_never_edited",
                ),
                *_tests("trust/legal/test_publishing", "a_document_has_no_gap_and_its_hash_is_of_its_text"),
                *_tests("trust/legal/test_tables", "receivers_are_the_allow_list_and_nothing_else"),
            ),
            tripwires=(
                *_tests("trust/legal/test_publishing", "one_placeholder_and_nothing_is_published"),
                *_tests("trust/legal/test_tables", "a_receiver_that_is_left_out_would_be_found"),
            ),
        ),
        Proof(
            id="dpa-export",
            kind=Kind.GATE,
            words="An export of a workspace that has something of everything is compared with the database, row by "
            "row and column by column: all of it is there but the secrets, and nothing of another workspace.",
            tests=_tests(
                "portability/test_views",
                "an_export_holds_every_row_and_nothing_else",
                "an_export_holds_no_secret",
                "the_manifest_says_what_is_there",
                "every_table_comes_before_those_that_it_refers_to",
                "a_column_that_nobody_classed_does_not_leave",
            ),
            tripwires=_tests("portability/test_views", "an_export_that_is_wrong_is_noticed"),
        ),
    ),
    "reports": (
        Proof(
            id="reports-file",
            kind=Kind.GATE,
            words="security.txt keeps to RFC 9116, is served as such, and expires in 30 to 365 days.",
            tests=_tests(
                "trust/legal/test_contacts",
                "the_file_names_an_address_and_expires_in_time",
                "it_is_served_as_plain_text",
                "the_page_shows_what_is_set",
            ),
            tripwires=_tests(
                "trust/legal/test_contacts",
                "without_an_address_there_are_words_and_no_file",
                "a_placeholder_is_no_address",
            ),
        ),
    ),
}
