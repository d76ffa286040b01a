"""What schemathesis is told besides its own checks (loaded by the run in test_document)."""

from __future__ import annotations

from typing import Any

import schemathesis

NO_DOCUMENT_CAN_SAY = {
    "url",  # which addresses webhooks may go to
    "after",  # which events there have been
}


@schemathesis.check
def fields_that_fit_are_taken(ctx: Any, response: Any, case: Any) -> None:
    """What fits the document may break a rule of the shop, but no field of it is wrong."""
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or response.status_code != 422:
        return
    kind = response.json()["type"]
    if kind == "/problems/invalid_fields":
        assert response.json()["errors"].keys() <= NO_DOCUMENT_CAN_SAY, response.json()["errors"]
