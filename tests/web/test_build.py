"""The app as it is built: small, checked against the API, and knowing all of its words."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from itertools import chain
from pathlib import Path

import pytest

from docs.frontend_types import TYPES, made
from hatch_build import APP as BUILT
from hatch_build import NotBuilt, WebAppHook, install, is_stale, node_command
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.movements import MovementType
from onhand.core.stock_status import StockStatus
from onhand.core.suppliers import SupplierStatus
from onhand.core.warehouses import WarehouseType
from onhand.ledger.access import Role
from tests.support.source import ROOT
from tests.web.conftest import APP, folder_of

FIRST_LOAD_BYTES = 250_000
IMPORTED = re.compile(r'(?:from|import)\s*[`"\'](?:\./)([\w.-]+\.js)[`"\']')


def tool(*command: str) -> None:
    """Run one of the frontend's tools; what it says is what the test fails with."""
    install(folder_of("."))
    done = subprocess.run(
        [*node_command(), *command], cwd=folder_of("."), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_app_fits_the_apis_types() -> None:
    tool("node_modules/typescript/bin/tsc", "--noEmit")


def test_the_apis_types_are_those_of_its_document() -> None:
    assert made() == TYPES.read_text(encoding="utf-8"), "the types are old: make docs"


def test_the_apps_logic() -> None:
    tool("node_modules/vitest/vitest.mjs", "run")


def test_the_first_load_is_small() -> None:
    page = (APP / "index.html").read_text(encoding="utf-8")
    wanted = set(re.findall(r'(?:src|href)="/assets/([\w.-]+\.js)"', page))
    # And what those import besides, before anything shows.
    queue = list(wanted)
    while queue:
        text = (APP / "assets" / queue.pop()).read_text(encoding="utf-8")
        fresh = set(IMPORTED.findall(text)) - wanted
        wanted |= fresh
        queue += fresh
    assert wanted, "the page loads no script"
    size = sum(len(gzip.compress((APP / "assets" / name).read_bytes(), 9)) for name in wanted)
    assert size <= FIRST_LOAD_BYTES, f"{size:,} bytes of script, compressed, at first"


def test_nothing_is_loaded_from_elsewhere() -> None:
    known = ("http://www.w3.org/", "https://www.w3.org/")
    page = (APP / "index.html").read_text(encoding="utf-8")
    assert "//" not in re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL).replace("<!doctype", "")
    for path in chain(APP.rglob("*.css"), [APP / "manifest.webmanifest", APP / "icon.svg"]):
        elsewhere = re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8"))
        assert [it for it in elsewhere if not it.startswith(known)] == [], path.name


def test_every_state_step_and_type_has_its_word() -> None:
    words = (folder_of("src") / "i18n" / "en.ts").read_text(encoding="utf-8")
    life_cycles = LIFE_CYCLES.values()
    wanted = {
        *(f"state.{state}" for it in life_cycles for state in it.states),
        *(f"event.{row.event}" for it in life_cycles for row in it.transitions),
        *(f"status.{it.value}" for it in StockStatus),
        *(f"movement.{it.value}" for it in MovementType),
        *(f"role.{it.value}" for it in Role),
        *(f"supplier.{it.value}" for it in SupplierStatus),
        *(f"warehouse.{it.value}" for it in WarehouseType),
    }
    assert [key for key in sorted(wanted) if f"'{key}':" not in words] == []


def test_the_service_worker_keeps_what_is_there() -> None:
    listed = json.loads((APP / "assets.json").read_text(encoding="utf-8"))
    assert [name for name in listed if not (APP / name.lstrip("/")).is_file()] == []
    assert "__ONHAND_BUILD__" not in (APP / "sw.js").read_text(encoding="utf-8")


def test_a_package_without_the_app_is_not_built(tmp_path: Path) -> None:
    hook = WebAppHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")  # type: ignore[arg-type]
    with pytest.raises(NotBuilt, match="no web app"):
        hook.initialize("standard", {"artifacts": []})
    (tmp_path / BUILT).mkdir(parents=True)
    (tmp_path / BUILT / "index.html").write_text("<!doctype html>")
    told: dict[str, list[str]] = {"artifacts": []}
    hook.initialize("standard", told)
    assert told["artifacts"] == [f"/{BUILT.as_posix()}/**"]


def test_the_built_app_is_that_of_these_sources() -> None:
    assert not is_stale(ROOT), "the web app is old: make app"
