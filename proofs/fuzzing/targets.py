"""All targets, by name."""

from __future__ import annotations

from collections.abc import Mapping

from proofs.fuzzing import connection, heads, json_bodies, sales_files, table_files, urls
from proofs.fuzzing.target import Target

TARGETS: Mapping[str, Target] = {
    target.name: target
    for room in (json_bodies, urls, heads, connection, sales_files, table_files)
    for target in room.TARGETS
}
