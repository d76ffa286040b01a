"""The guide to the client does what it says."""

from __future__ import annotations

import re
from typing import Any

from tests.conftest import Serve
from tests.support.source import ROOT

GUIDE = ROOT / "docs" / "client.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_every_example_of_the_guide_runs(serve: Serve, database_url: str) -> None:
    server = serve(database_url)
    text = GUIDE.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "guide"}
    for block in _BLOCK.finditer(text):
        # Above it as many lines as in the guide, so that a failure names its line there.
        code = "\n" * (text[: block.start(1)].count("\n")) + block[1]
        code = code.replace("http://127.0.0.1:8080", server.base_url)
        exec(compile(code, str(GUIDE), "exec"), names)
    assert "AsyncClient" in names
