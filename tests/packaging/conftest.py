"""The package, built of a clean copy of the sources and installed as a user has it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.source import ROOT

VERSION = "9.8.7"
"""Another version than ours: whatever tells it has it from the one place where it stands."""

NOT_SOURCES = shutil.ignore_patterns(
    *(".git", ".venv", ".hypothesis", ".*_cache", "__pycache__", "node_modules", "build", "dist"),
    *("*.egg-info", "*.db", "*.db-*"),
)
JUNK = ("src/onhand/__pycache__/settings.cpython-311.pyc", "src/onhand/onhand.db", "onhand.db-wal")


@dataclass(frozen=True)
class Built:
    """The sdist, and the wheel that was built of it alone."""

    sources: Path
    sdist: Path
    wheel: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """An sdist of a copy in which somebody has worked, and a wheel of that sdist. Asks no index."""
    folder = tmp_path_factory.mktemp("build")
    shutil.copytree(ROOT, folder / "copy", ignore=NOT_SOURCES)
    init = folder / "copy" / "src" / "onhand" / "__init__.py"
    text, count = re.subn(r'(?<=__version__ = ")[^"]+', VERSION, init.read_text())
    assert count == 1
    init.write_text(text)
    for name in JUNK:
        junk = folder / "copy" / name
        junk.parent.mkdir(exist_ok=True)
        junk.write_bytes(b"junk")
    build(folder / "copy", "sdist", folder)
    (sdist,) = folder.glob("*.tar.gz")
    shutil.unpack_archive(sdist, folder / "unpacked", filter="data")
    (sources,) = (folder / "unpacked").iterdir()
    build(sources, "wheel", folder)
    (wheel,) = folder.glob("*.whl")
    return Built(folder / "copy", sdist, wheel)


def build(sources: Path, target: str, folder: Path) -> None:
    """Build by the pinned tool, as `make build` does."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=sources, check=True, capture_output=True)


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it, and beside it what it runs on; its programs' folder."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    make_environment(folder)
    install(folder, str(built.wheel))
    return folder / "bin"


def make_environment(folder: Path) -> None:
    """A fresh environment that finds what the tests' own one has, but no Onhand there."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # A line of a .pth is a folder to look in; the .pth files in that folder (one leads to our
    # sources) do not count.
    beside = next(path for path in sys.path if Path(path, "msgspec").is_dir())
    (packages / "beside.pth").write_text(f"{beside}\n")


def install(environment: Path, *what: str) -> None:
    """Install into an environment, with nothing but what is named."""
    python = environment / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "--quiet"]
    command += ["--disable-pip-version-check", "install", "--no-index", "--no-deps", *what]
    subprocess.run(command, check=True, capture_output=True)
