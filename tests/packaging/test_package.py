"""The sdist and the wheel: all that is needed, nothing else, and the wheel serves."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

from tests.packaging.conftest import NOT_SOURCES, VERSION, Built
from tests.support.server import OnhandServer
from tests.support.source import ROOT

IN_THE_SDIST = {
    *("PKG-INFO", "pyproject.toml", "hatch_build.py", ".gitignore"),
    *("README.md", "CHANGELOG.md", "LICENSE"),
}
"""Besides the sources; hatchling adds .gitignore, so that a build of it leaves out the same."""

SOURCE_FOLDERS = ("src",)
"""Folders that an sdist has whole."""

APART = {"PYTHONPATH": ""}
"""No sources of ours on the path of what is installed."""

BUILT_INTO_THE_WHEEL: set[str] = set()
"""What the wheel has besides the files of src/onhand, and its own records."""


def sources(folder: str) -> set[str]:
    """The files of a folder of ours, without what tools leave there."""
    found = set()
    for path, folders, names in os.walk(ROOT / folder):
        left_out = NOT_SOURCES(path, [*folders, *names])
        folders[:] = [name for name in folders if name not in left_out]
        here = (Path(path, name) for name in names if name not in left_out)
        found |= {name.relative_to(ROOT).as_posix() for name in here}
    return found


def test_an_sdist_has_what_it_is_built_of_and_no_more(built: Built) -> None:
    assert built.sdist.name == f"onhand-{VERSION}.tar.gz"
    with tarfile.open(built.sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
        licence = archive.extractfile(f"onhand-{VERSION}/LICENSE")
        assert licence is not None
        assert licence.read() == (ROOT / "LICENSE").read_bytes()
    assert names == IN_THE_SDIST.union(*map(sources, SOURCE_FOLDERS))


def test_a_wheel_has_the_package_and_says_what_it_is(built: Built) -> None:
    assert built.wheel.name == f"onhand-{VERSION}-py3-none-any.whl"
    about = f"onhand-{VERSION}.dist-info/"
    with zipfile.ZipFile(built.wheel) as archive:
        names = set(archive.namelist())
        metadata = Parser().parsestr(archive.read(f"{about}METADATA").decode())
        licence = archive.read(f"{about}licenses/LICENSE")
    records = {name for name in names if name.startswith(about)}
    ours = {name.removeprefix("src/") for name in sources("src/onhand")}
    assert "onhand/py.typed" in ours
    assert names - records == ours | BUILT_INTO_THE_WHEEL
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    told = metadata.get_all("Requires-Dist") or []
    needed = {re.split(r"[^\w.-]", line)[0].lower() for line in told if "extra ==" not in line}
    assert needed == {re.split(r"[^\w.-]", line)[0].lower() for line in project["dependencies"]}
    assert set(metadata.get_all("Provides-Extra") or []) == set(project["optional-dependencies"])


def test_what_is_installed_is_the_wheel_and_serves(installed: Path, tmp_path: Path) -> None:
    asked = "import onhand; print(onhand.__file__)"
    ran = run(installed / "python", "-c", asked, folder=tmp_path)
    assert Path(ran).is_relative_to(installed.parent)
    assert run(installed / "onhand", "--version", folder=tmp_path) == f"onhand {VERSION}"
    database = f"sqlite:///{tmp_path / 'onhand.db'}"
    program = [str(installed / "onhand")]
    with OnhandServer(database, tmp_path, environment=APART, program=program) as server:
        document = server.client.get("/openapi.json").raise_for_status().json()
        assert document["info"]["version"] == VERSION
        page = server.client.get("/docs").raise_for_status()
        assert "swagger" in page.text.lower()
        product = {"name": "Lamp", "sku": "L", "stock_quantity": 3}
        made = server.client.post("/api/v1/operations/products", json=product)
        assert made.status_code == 201, made.text


def run(*command: str | Path, folder: Path) -> str:
    """Run a program, where our sources are not; what it printed."""
    ran = subprocess.run(
        command, cwd=folder, env=os.environ | APART, capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()
