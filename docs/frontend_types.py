"""Write the web app's types of the API, from the document that is served: `make docs`.

`frontend/src/api/onhand.d.ts` is what openapi-typescript makes of it; the app's calls are checked
against that, so that an endpoint that changes breaks the app's build and not its users' day.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hatch_build import install, node_command
from onhand.api.endpoints import OPERATIONS
from onhand.api.openapi import document
from onhand.api.submitting import encoded

FRONTEND = Path(__file__).parent.parent / "frontend"
TYPES = FRONTEND / "src" / "api" / "onhand.d.ts"
TOOL = Path("node_modules") / "openapi-typescript" / "bin" / "cli.js"


def made() -> str:
    """The types as they should be."""
    install(FRONTEND)
    with TemporaryDirectory() as folder:
        given, written = Path(folder) / "openapi.json", Path(folder) / "onhand.d.ts"
        given.write_bytes(encoded(document(OPERATIONS)))
        # What has a default may be left out of a request; the tool takes it for required otherwise.
        options = ["--default-non-nullable", "false", "--output", str(written)]
        subprocess.run(
            [*node_command(), str(TOOL), str(given), *options],
            cwd=FRONTEND,
            check=True,
            capture_output=True,
        )
        return written.read_text(encoding="utf-8")


if __name__ == "__main__":
    TYPES.write_text(made(), encoding="utf-8")
