"""What an attacker would write into a path, and read out of the clock."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.api import BASE
from tests.support.line import Line, get
from tests.support.server import OnhandServer
from tests.support.source import ROOT, dotted, package_sources

SECRETS = re.compile(r"(secret|token|signature|password|nonce|cookie)s?$", re.I)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnhandServer]:
    folder = tmp_path_factory.mktemp("attacked")
    with OnhandServer(f"sqlite:///{folder / 'onhand.db'}", folder) as server:
        yield server


# Paths

UPWARDS = [
    "/docs/../../../../../../etc/passwd",
    "/docs/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/docs/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/docs/..%5c..%5cetc%5cpasswd",
    "/docs//etc/passwd",
    "/docs/%2fetc%2fpasswd",
    "/docs/%00/etc/passwd",
    "/docs/package.json",
    f"{BASE}/exports/..%2f..%2fonhand.db",
    f"{BASE}/exports/products.csv%2f..%2f..%2fonhand.db",
    f"{BASE}/exports/products.db",
    f"{BASE}/imports/..%2f..%2ftemplates/products.csv",
]


@pytest.mark.parametrize("path", UPWARDS)
def test_no_path_leads_to_a_file(server: OnhandServer, path: str) -> None:
    with Line(server) as line:
        told = line.ask(get(path))
    assert told.status in (400, 404, 405)
    assert told.json["type"].startswith("/problems/")
    assert b"root:" not in told.body


@pytest.mark.parametrize(
    "path",
    [
        f"{BASE}/exports/products.csv%0d%0aSet-Cookie:%20owned=1",
        f"{BASE}/exports/products%22;filename=%22x.html.csv",
        f"{BASE}/products/1%0d%0aX-Owned:%201",
        f"{BASE}/problems/x%0d%0aX-Owned:%201",
        "/%0d%0aX-Owned:%201",
    ],
)
def test_no_path_gets_into_a_header(server: OnhandServer, path: str) -> None:
    with Line(server) as line:
        told = line.ask(get(path))
        # Whatever it was: the next answer begins where this one ends.
        assert line.ask(get("/_health/live")).status == 200
    assert told.status in (400, 404)
    assert not {"set-cookie", "x-owned", "content-disposition"} & {name for name, _ in told.headers}


# The clock


def comparisons(name: str, tree: ast.AST) -> Iterator[str]:
    """Where secrets might be compared letter by letter, which ends at the first that differs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue
            called = [side.func if isinstance(side, ast.Call) else side for side in sides]
            if any(SECRETS.search(dotted(side)) for side in called):
                yield f"{name}:{node.lineno}: {ast.unparse(node)}"


def test_no_secret_is_compared_letter_by_letter() -> None:
    sources = package_sources()
    found = [line for one in sources for line in comparisons(str(one.path), one.tree)]
    assert not found, f"look them up by their hash, or use hmac.compare_digest: {found}"
    planted = ast.parse("key.secret == given or given.token() != key or key.name == given")
    assert len(list(comparisons("planted", planted))) == 2


# The page that lists all of them

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
TRIED = [
    *("broken object access", "privilege escalation", "replayed webhooks", "forged webhooks"),
    *("forged cursors", "header injection", "log injection", "formula", "XLSX bombs"),
    *("gzip bombs", "path traversal in a restore", "SSRF", "timing", "oversized", "slow bodies"),
]


def test_every_test_that_the_page_names_is_there() -> None:
    assert len(NAMED) > 40
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if not (ROOT / file).exists()
        or not re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert not missing


@pytest.mark.parametrize("attack", TRIED)
def test_every_attack_has_a_row_with_a_test(attack: str) -> None:
    rows = [row for row in PAGE.splitlines() if row.startswith("| **") and attack in row]
    assert rows, f"docs/security.md has no row for {attack}"
    assert all("::test_" in row for row in rows)
