"""The guide to the client does what it says."""

from __future__ import annotations

import re
from typing import Any

from tests.conftest import Serve
from tests.support.source import ROOT

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_every_example_of_the_guide_runs(serve: Serve, database_url: str) -> None:
    server = serve(database_url)
    text = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    code = "\n".join(_BLOCK.findall(text)).replace("http://127.0.0.1:8080", server.base_url)
    names: dict[str, Any] = {"__name__": "guide"}
    exec(compile(code, "client.md", "exec"), names)
    assert "AsyncClient" in names
