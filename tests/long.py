"""The tests that `make test` leaves to `make proof`, which runs them first, so that it stays short.

They show that a proof would find what it looks for, by faults that are planted, or show on several
servers, on the other database or in the other theme, what a test beside them shows on one.
"""

from __future__ import annotations

import re

LONG = tuple(
    re.compile(pattern)
    for pattern in (
        # That a proof finds what it looks for.
        r"proofs/test_(backups|kills|one_key|documents|in_transit|transfers)\.py::.*_(is|are)_found",
        r"proofs/test_(surroundings|history)\.py::.*_fault_.*is_found",
        r"proofs/test_simulation\.py::.*(tried_again|never_answered)",
        r"proofs/test_fuzzing\.py::test_an_answer_that_is_not_as_documented",
        # On several servers, or with several workers.
        r"proofs/test_(in_transit|transfers|one_key|history)\.py::.*several_servers",
        r"proofs/test_kills\.py::.*several_servers",
        r"http/test_buyers\.py::.*two workers",
        r"http/test_cpus\.py::.*spread_over",
        r"http/test_killed\.py::test_several_workers",
        r"http/test_people\.py::test_every_process",
        r"api/test_metrics\.py::test_several_workers",
        r"store/test_contract_postgresql\.py::TestPostgresqlStores?PerProduct.*::",
        # On the other database.
        r"proofs/test_backups\.py::.*(dumped|\[postgresql\]|\[backup\]|\[vacuum\])",
        r"proofs/test_(one_key|documents|in_transit|transfers|buyers|history)\.py::.*\[sqlite\]",
        r"proofs/test_surroundings\.py::.*(forwards.*sqlite|postgresql-table|postgresql-row)",
        r"http/test_server_against_model\.py::.*sqlite",
        r"http/test_webhooks\.py::test_a_receiver_and_a_server.*sqlite",
        r"docs/test_documents\.py::.*\[postgresql-docs/",
        r"store/test_adventureworks\.py::.*postgresql",
        r"store/test_(seals|reads)\.py::test_(a_changed_movement|pages_of_movements).*sqlite",
        r"store/test_writer_plans\.py::.*never analyzed",
        r"http/test_killed\.py::.*postgresql",
        r"mcp/test_tools\.py::.*postgresql",
        # Beside others of its kind.
        r"store/test_plans\.py::.*-False\]",
        r"core/test_rules_against_model\.py::.*declared",
        r"files/test_survey\.py::.*in_whole",
        r"proofs/test_surroundings\.py::.*(connections_used_up|cut_off|low_limits|cancelled)",
        r"proofs/test_surroundings\.py::.*(may_not_grow|lock_that_stays)",
        r"api/test_document\.py::test_schemathesis_finds_nothing",
        r"web/test_everyone\.py::.*\[dark",
        r"store/test_daily_totals\.py::.*killed.*sqlite",
        r"printing/test_bounds\.py::.*(transfer|pick list|count sheet)",
        r"benchmarks/test_(writers\.py::test_two_processes|scale\.py::test_a_run_measures)",
        r"packaging/test_deployment\.py::test_the_images_commands",
        r"support/test_postgres\.py::",
    )
)


def is_long(node_id: str) -> bool:
    """Whether a test is one of these."""
    return any(pattern.search(node_id) for pattern in LONG)
