"""`onhand` with a clock that can be set: python -m proofs.surroundings.shifted_clock serve …

The wall clock that the services are given is read as so many seconds off as the file named by
SHIFT_FILE says. What measures time by itself goes by another clock, as on any machine whose clock
is set.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import onhand.app

SHIFT_FILE = "SHIFT_FILE"


def shifted(file: Path) -> datetime:
    """Now, by a clock that is as wrong as the file says."""
    return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))


if __name__ == "__main__":
    file = Path(os.environ[SHIFT_FILE])
    onhand.app.now = lambda: shifted(file)
    onhand.app.main()
