"""The tests that `make test` leaves to `make proof`, which runs them first, so that it stays short.

They show that a proof would find what it looks for, by faults that are planted, or show on several
servers, on the other database or in the other theme, what a test beside them shows on one.
"""

from __future__ import annotations

import re

LONG = tuple(
    re.compile(pattern)
    for pattern in (
        r"proofs/test_(backups|kills|one_key|documents|in_transit|transfers)\.py::.*_(is|are)_found",
        r"proofs/test_surroundings\.py::.*_is_found",
        r"proofs/test_simulation\.py::.*(tried_again|never_answered)",
        r"proofs/test_history\.py::test_a_planted_fault_is_found\[(?!postgresql-2-unlocked)",
        r"proofs/test_(in_transit|transfers|one_key|history)\.py::.*several_servers",
        r"proofs/test_backups\.py::.*(dumped|\[postgresql\]|\[backup\]|\[vacuum\])",
        r"proofs/test_surroundings\.py::.*(lost_connections|row_s_lock|forwards.*sqlite)",
        r"proofs/test_fuzzing\.py::test_(the_api_is|an_answer_that_is_not)_as_documented",
        r"api/test_document\.py::test_schemathesis_finds_nothing\[sqlite\]",
        r"docs/test_documents\.py::.*\[postgresql-docs/(?!running|operation|api|stock)",
        r"web/test_everyone\.py::.*\[dark",
        r"store/test_adventureworks\.py::.*postgresql",
        r"benchmarks/test_(writers\.py::test_two_processes|scale\.py::test_a_run_measures)",
    )
)


def is_long(node_id: str) -> bool:
    """Whether a test is one of these."""
    return any(pattern.search(node_id) for pattern in LONG)
