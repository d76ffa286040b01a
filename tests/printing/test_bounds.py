"""The longest papers there may be: 10,000 lines, or a whole report, in bounded time and memory.

Each is printed by a process of its own, which tells what it cost: CPU, not a busy machine's time.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from onhand.api.on_paper.asking import MAX_ROWS
from tests.support.source import ROOT

LINES = 10_000
MOST_CPU_S, MOST_MB = 20.0, 80.0
"""Some four times of what was measured (decision 0063)."""

MEASURED = """
import json, resource, sys, time
from tests.support import papers

def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

papers.print_long(sys.argv[1], 1)
before, start = used(), time.process_time()
pdf = papers.print_long(sys.argv[1], int(sys.argv[2]))
cpu, grown = time.process_time() - start, used() - before
pages = papers.pages_of(pdf)
last = pages[-1].splitlines()[-1]
print(json.dumps({"cpu_s": cpu, "mb": grown, "size_mb": len(pdf) / 2**20, "last": last}))
"""


@pytest.mark.parametrize(
    ("paper", "count"),
    [("transfer", LINES), ("pick list", LINES), ("count sheet", LINES), ("report", MAX_ROWS)],
)
def test_the_longest_is_printed_in_bounds(paper: str, count: int) -> None:
    command = [sys.executable, "-c", MEASURED, paper, str(count)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    cost = json.loads(done.stdout)
    page, _, pages = cost["last"].partition(" / ")
    assert page == pages
    assert int(pages) > 90
    assert cost["cpu_s"] < MOST_CPU_S, cost
    assert cost["mb"] < MOST_MB, cost
