"""What the README says beside its examples: the demo, and commands that show promises."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from onhand.settings import Settings
from tests.docs.carrying_out import SERVER_IN_DOCUMENTS, curl_request
from tests.docs.examples import blocks
from tests.support.postgres import free_port
from tests.support.source import ROOT

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
LAST_LINE = "Stop it with Ctrl-C."


def test_the_demo_prints_what_is_shown_and_its_three_requests_work(tmp_path: Path) -> None:
    base = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "onhand", "demo", "--products", "20", "--days", "10"]
    process = subprocess.Popen(
        [*command, "--port", base.rpartition(":")[2]],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        printed: list[str] = []
        while LAST_LINE not in printed:
            line = process.stdout.readline()
            assert line, f"it ended early: {printed}"
            printed.append(line.rstrip())
        shown = next(lines for _, kind, lines in blocks(README) if LAST_LINE in lines)
        said = "\n".join(printed).replace(base, SERVER_IN_DOCUMENTS)
        assert _without_figures(said) == _without_figures("\n".join(shown))
        process.stderr.readline()  # it serves now, or says so right before
        client = httpx.Client(base_url=base, transport=httpx.HTTPTransport(retries=10))
        commands = re.findall(r"^  curl (?:.*\\\n)*.*$", "\n".join(printed), re.MULTILINE)
        assert len(commands) == 3
        for text in commands:
            method, target, headers, body = curl_request(shlex.split(text)[1:])
            answer = client.request(method, target, headers=headers, content=body)
            assert answer.is_success, f"{text}: {answer.text}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _without_figures(text: str) -> str:
    """How many events it is, and how long that takes, differs from shop to shop."""
    first, _, rest = text.partition("\n")
    return re.sub(r"\d[\d,.]*", "N", first) + "\n" + rest


@pytest.mark.parametrize("arguments", re.findall(r'make test TEST="([^"]+)"', TEXT))
def test_a_promise_is_shown_by_tests_that_are_there(arguments: str) -> None:
    words = shlex.split(arguments)
    expression = words.index("-k") if "-k" in words else len(words)
    files = [path for word in words[:expression] for path in _tests_in(ROOT / word)]
    assert files, f"there are no tests in {arguments}"
    wanted = words[expression + 1] if expression < len(words) else ""
    assert any(f"{wanted}" in name for path in files for name in _test_names(path))


def _tests_in(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _test_names(path: Path) -> list[str]:
    return re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))


SETTINGS_SHOWN = re.findall(r"^\| `ONHAND_(\w+)` \| (\S+) \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("name", "shown"), SETTINGS_SHOWN)
def test_a_settings_default_is_the_one_shown(name: str, shown: str) -> None:
    default = getattr(Settings(), name.lower())
    assert shown == ("none" if default == "" else f"`{default}`")
