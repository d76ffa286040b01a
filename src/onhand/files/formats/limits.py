"""Limits on what a file to import may hold, so that none can fill a server's memory or disk.

A million rows of a shop's tables are a tenth of what is allowed; files made to deceive, a kilobyte
packed from a gigabyte, are far beyond it.
"""

from __future__ import annotations

from onhand.files.problems import TooLarge

__all__ = ["MOST_BYTES", "MOST_COLUMNS", "MOST_ROWS", "Unpacking"]

MOST_ROWS = 5_000_000
MOST_COLUMNS = 200
MOST_BYTES = 4 * 1024**3
"""Bytes of a file's content, unpacked."""

MOST_RATIO = 200
"""How many times a file's size its content may be, once it is past `ANY_RATIO`."""

ANY_RATIO = 32 * 1024**2
"""Bytes that may be packed however well."""


class Unpacking:
    """Watches what comes out of a packed file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def check(self, packed: int, unpacked: int) -> None:
        """Raises TooLarge where so many bytes unpacked from so many are too many."""
        if unpacked > MOST_BYTES:
            raise TooLarge(
                f"holds more than {MOST_BYTES // 1024**3} GiB unpacked: import it in parts",
                path=self._path,
            )
        if unpacked > ANY_RATIO and unpacked > MOST_RATIO * max(packed, 1):
            raise TooLarge(
                f"unpacks to more than {MOST_RATIO} times its size, as no table does: it is damaged"
                " or made to deceive",
                path=self._path,
            )
