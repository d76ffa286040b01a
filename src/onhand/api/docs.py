"""The documentation: the OpenAPI document and an interactive page, served from this machine alone.

The page's scripts come out of an installed package; its Content-Security-Policy forbids it to ask
anybody else for anything.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from onhand.api import problems
from onhand.api.openapi import document
from onhand.api.operations import Operation
from onhand.api.submitting import encoded

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Onhand API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """\
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""


def handlers(operations: Sequence[Operation]) -> list[HTTPRouteHandler]:
    """The routes of the documentation of these operations."""
    described = _once(lambda: encoded(document(operations)))

    @get("/openapi.json", name="openapi")
    async def openapi() -> Response[bytes]:
        return _plain(described(), problems.JSON)

    @get("/docs", name="docs")
    async def page() -> Response[bytes]:
        return _plain(_PAGE.encode(), "text/html")

    @get("/docs/{name:str}", name="docs_asset")
    async def asset(request: Request[Any, Any, Any]) -> Response[bytes]:
        asset: str = request.path_params["name"]
        if asset == "start.js":
            return _plain(_START.encode(), "text/javascript")
        if asset not in _ASSETS:
            raise problems.of_status(404, "There is no such page")
        content = await asyncio.to_thread((_assets_folder() / asset).read_bytes)
        return _plain(content, _ASSETS[asset], cached=True)

    return [openapi, page, asset]


def _once(make: Callable[[], bytes]) -> Callable[[], bytes]:
    return cache(make)


@cache
def _assets_folder() -> Path:
    """Where Swagger UI's files are: found without importing the package, which is its slow part."""
    spec = importlib.util.find_spec("swagger_ui_bundle")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package swagger-ui-bundle-v2 is not installed")
    found = sorted((Path(spec.origin).parent / "vendor").glob("swagger-ui-*"))
    return found[-1]


def _plain(content: bytes, media_type: str, *, cached: bool = False) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "public, max-age=86400" if cached else "no-cache",
        },
    )
