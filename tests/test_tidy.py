"""The house's rules, as tests. Each names the file and the line that breaks it."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source import PACKAGE, ROOT, Source, dotted, package_sources

LONGEST_FILE_LINES = 450

# Who may import whom: a room, and the rooms it may import besides itself. Only `app` wires, and
# `shops` opens what it wires.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "ledger": {"core"},
    "store": {"core", "ledger"},
    "webhooks": {"core", "ledger"},
    "api": {"core", "ledger", "printing", "webhooks", "files"},
    "printing": {"core", "ledger"},
    "client": {"api"},
    "mcp": {"api", "client"},
    "web": set(),
    "files": {"core", "ledger"},
    "demo": {"core", "ledger", "files"},
    "cli": {"mcp", "core", "ledger", "files", "demo", "settings"},
    "settings": set(),
    "shops": {"core", "ledger", "store", "settings"},
    "__init__": set(),
    "__main__": {"app"},
    "app": {
        "shops",
        "core",
        "ledger",
        "store",
        "api",
        "printing",
        "files",
        "demo",
        "cli",
        "settings",
        "webhooks",
        "web",
    },
}

# The rules take the time and new identifiers as arguments, and touch nothing outside.
NOT_IN_CORE = {
    *("asyncio", "concurrent", "ctypes", "http", "io", "logging", "multiprocessing", "os"),
    *("pathlib", "random", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl"),
    *("subprocess", "tempfile", "threading", "time", "urllib", "uuid", "warnings"),
}
NOT_CALLED_IN_CORE = re.compile(
    r"(open|print|input|exec|eval|breakpoint)|(.+\.)?(datetime|date)\.(now|utcnow|today)"
)

# Stock is written by the stores' own modules, in their one commit, and by nothing else.
STOCK_TABLES = ("levels", "movements", "reservations", "product_stock", "daily_sales")
WRITES_STOCK = re.compile(
    r"\b(INSERT\s+(OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(\s+OR\s+\w+|\s+ONLY)?|DELETE\s+FROM"
    r"|MERGE\s+INTO|TRUNCATE(\s+TABLE)?|COPY)\s+"
    rf"[\"`\[]?(\w+\.)?({'|'.join(STOCK_TABLES)})\b",
    re.IGNORECASE,
)

A_HOST = re.compile(r"https?://", re.IGNORECASE)
A_MACHINE_PATH = re.compile(
    r"(^|[\s\"'=@])(file:|/(home|opt|root|tmp|usr|Users|var|work)/|[A-Z]:\\)"
)
AN_INDEX = re.compile(
    r"(?<!no-emit-)(index-url|find-links)|trusted-host|registry\s*=|\[\[tool\.uv\.index", re.I
)
PINNED = re.compile(r"^[a-z0-9][a-z0-9._-]*==[^\s;]+( ; .+)?( --hash=sha256:[0-9a-f]{64})+$")

SOURCES = package_sources()


def refuse(problems: Iterator[str] | list[str]) -> None:
    """Fail with one problem per line."""
    found = sorted(set(problems))
    assert not found, "\n" + "\n".join(found)


# Imports run one way


def wrong_imports(source: Source) -> Iterator[str]:
    """Imports of rooms that the file's room may not know, and of anything but Python in core."""
    allowed = MAY_IMPORT.get(source.room)
    if allowed is None:
        yield source.at(
            source.tree, f"{source.room!r} is no room of the house: add it to the rules"
        )
        return
    for node, name in source.imports():
        package, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if package == "onhand":
            if target in MAY_IMPORT and target not in {*allowed, source.room, "__init__"}:
                yield source.at(node, f"{source.room} may not import {target}")
        elif source.room == "core" and package not in sys.stdlib_module_names:
            yield source.at(node, f"core imports the standard library alone, not {package}")


def unclean_rules(source: Source) -> Iterator[str]:
    """What in core reaches outside: a clock, chance, files, the network, the log."""
    for node, name in source.imports():
        if name.partition(".")[0] in NOT_IN_CORE:
            yield source.at(node, f"core does without {name}")
    for node, name in source.calls():
        if NOT_CALLED_IN_CORE.fullmatch(name):
            yield source.at(node, f"core does not call {name}(): pass what it gives as an argument")


def test_imports_run_one_way() -> None:
    refuse(problem for source in SOURCES for problem in wrong_imports(source))


def test_the_rules_are_pure() -> None:
    refuse(p for source in SOURCES if source.room == "core" for p in unclean_rules(source))


# One write path


def may_write_stock(source: Source) -> bool:
    """Whether a file is one of the stores' own modules, or a migration."""
    match source.parts:
        case ("store", "sqlite" | "postgresql" | "migrations", *_):
            return True
    return False


def stock_writes(source: Source) -> Iterator[str]:
    """SQL text and SQLAlchemy statements that write a table of stock."""
    for node, text in source.strings():
        match = WRITES_STOCK.search(text)
        if match:
            yield source.at(node, f"writes stock outside the stores: {match[0]!r}")
    # A dict has an update() too: only who knows the schema can mean the table.
    knows_tables = any(n.startswith(("sqlalchemy", "onhand.store")) for _, n in source.imports())
    for node, name in source.calls() if knows_tables else ():
        *owner, verb = name.split(".")
        if verb.removeprefix("pg_").removeprefix("sqlite_") in {"insert", "update", "delete"}:
            tables = [*owner[-1:], *(dotted(first).split(".")[-1] for first in node.args[:1])]
            if any(table in STOCK_TABLES for table in tables):
                yield source.at(node, f"writes stock outside the stores: {name}()")


def test_stock_is_written_in_the_stores_alone() -> None:
    refuse(p for s in SOURCES if not may_write_stock(s) for p in stock_writes(s))
    for path in PACKAGE.rglob("*.sql"):
        if not may_write_stock(Source(path)):
            match = WRITES_STOCK.search(path.read_text(encoding="utf-8"))
            assert not match, f"{path.relative_to(ROOT)} writes stock: {match}"


# Nothing of anybody's machine


def pinned_requirements() -> list[Path]:
    """The lock files for Python."""
    return sorted((ROOT / "requirements").glob("*.txt"))


def settings_files() -> list[Path]:
    """The project's own settings, which everybody's tools read."""
    names = ("pyproject.toml", "Makefile", ".ci/run", ".npmrc", "frontend/.npmrc", "pip.conf")
    return [path for path in map(ROOT.joinpath, names) if path.exists()]


def unfit_lines(path: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    """The lines of a file that a pattern finds."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if pattern.search(line):
            yield f"{path.relative_to(ROOT)}:{number}: {line.strip()[:90]}"


def test_requirements_are_pinned_by_version_and_hash_alone() -> None:
    assert {"dev.txt", "run.txt", "build.txt"} <= {path.name for path in pinned_requirements()}
    for path in pinned_requirements():
        lines = path.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
        unfit = [line for line in (" ".join(line.split()) for line in lines) if line]
        assert unfit, f"{path.name} pins nothing"
        refuse([f"{path.name}: {line}" for line in unfit if not PINNED.match(line)])


def test_what_runs_is_what_is_tested() -> None:
    folder = ROOT / "requirements"
    tested = set(re.findall(r"^\S+==\S+", (folder / "dev.txt").read_text(), re.MULTILINE))
    for name in ("run.txt", "image.txt", "build.txt"):
        pins = set(re.findall(r"^\S+==\S+", (folder / name).read_text(), re.MULTILINE))
        assert pins <= tested, f"{name} differs from dev.txt: {sorted(pins - tested)}; make lock"


@pytest.mark.parametrize(
    "pattern", [A_HOST, A_MACHINE_PATH, AN_INDEX], ids=["host", "path", "index"]
)
def test_requirements_and_settings_name_no_machine(pattern: re.Pattern[str]) -> None:
    files = [*pinned_requirements(), *settings_files()]
    refuse(line for path in files for line in unfit_lines(path, pattern))


def test_requirements_match_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {re.split(r"[^\w.-]", text)[0].lower() for text in project["project"]["dependencies"]}
    pins = (ROOT / "requirements" / "run.txt").read_text()
    missing = [name for name in wanted if not re.search(rf"^{name}==", pins, re.MULTILINE)]
    assert not missing, f"requirements/run.txt lacks {missing}: make lock"


def test_node_packages_are_pinned_without_a_host() -> None:
    for path in ROOT.glob("[ft]*/**/package-lock.json"):
        if "node_modules" not in path.relative_to(ROOT).parts:
            packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
            resolved = [name for name, about in packages.items() if "resolved" in about]
            assert not resolved, f"{path.relative_to(ROOT)} names where it got {resolved[:3]}"


# A house to read


def test_files_are_short() -> None:
    lengths = {source.path: len(source.text.splitlines()) for source in SOURCES}
    refuse(
        f"{path.relative_to(ROOT)}: {length} lines, more than {LONGEST_FILE_LINES}: make it two"
        for path, length in lengths.items()
        if length > LONGEST_FILE_LINES
    )


def test_what_is_public_says_what_it_is() -> None:
    refuse(
        source.at(node, f"{name} has no docstring")
        for source in SOURCES
        for node, name in source.undocumented()
    )


# The rules themselves: a check that never fires keeps nothing


def source_of(text: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A file of a package made up for the test."""
    monkeypatch.setattr("tests.support.source.PACKAGE", tmp_path)
    monkeypatch.setattr("tests.support.source.ROOT", tmp_path)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Source(path)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("core/rules.py", "import onhand.store", "core/rules.py:1: core may not import store"),
        ("core/rules.py", "\nfrom onhand import ledger", ":2: core may not import ledger"),
        ("core/rules.py", "from ..api import app", "core may not import api"),
        ("core/rules.py", "import msgspec", "core imports the standard library alone, not msgspec"),
        ("store/sqlite/store.py", "from onhand.api.app import make", "store may not import api"),
        ("settings.py", "def load():\n  import onhand.core", ":2: settings may not import core"),
        ("attic/old.py", "", "'attic' is no room"),
    ],
)
def test_a_wrong_import_is_found(
    name: str, text: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = list(wrong_imports(source_of(text, name, tmp_path, monkeypatch)))
    assert any(problem in line for line in found), found


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "from os import path",
        "x = datetime.now(UTC)",
        "x = dt.date.today()",
        "open(p)",
    ],
)
def test_an_unclean_rule_is_found(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(unclean_rules(source_of(text, "core/rules.py", tmp_path, monkeypatch)))


@pytest.mark.parametrize(
    "text",
    [
        "q = 'insert into levels (a) values (1)'",
        "q = f'UPDATE {x}'\nr = f'''UPDATE\n movements SET {x} = 1'''",
        "q = 'WITH x AS (DELETE FROM public.reservations RETURNING 1) SELECT 1'",
        "import sqlalchemy as sa\nq = sa.insert(schema.levels)",
        "from sqlalchemy import update\nq = schema.movements.update().values(a=1)",
        "from sqlalchemy.dialects.sqlite import insert as pg_insert\nq = pg_insert(daily_sales)",
    ],
)
def test_a_second_write_path_is_found(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(text, "store/reads.py", tmp_path, monkeypatch)
    assert list(stock_writes(source))
    assert not may_write_stock(source)


@pytest.mark.parametrize(
    "text",
    [
        "levels = {}\nlevels.update(a=1)",
        "q = 'SELECT * FROM levels FOR UPDATE'",
        "q = 'CREATE TRIGGER t BEFORE UPDATE ON movements'",
        "'''INSERT INTO levels, says the docstring.'''",
    ],
)
def test_what_only_looks_like_a_write_is_let_be(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not list(stock_writes(source_of(text, "store/reads.py", tmp_path, monkeypatch)))
