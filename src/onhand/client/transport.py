"""HTTP itself, by httpx: an extra, for a server has no need of it."""

from __future__ import annotations

from typing import Any

import onhand
from onhand.client.asking import Asked

try:
    import httpx
except ImportError as error:  # pragma: no cover
    raise ImportError("The client needs httpx: pip install 'onhand[client]'") from error


def options(base_url: str, key: str | None, timeout: float) -> dict[str, Any]:
    """How an httpx client is made."""
    headers = {"User-Agent": f"onhand-client/{onhand.__version__}"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    headers["Content-Type"] = "application/json"
    return {"base_url": base_url, "headers": headers, "timeout": timeout}


def parts(request: Asked) -> dict[str, Any]:
    """What httpx sends for a request."""
    return {
        "method": request.method,
        "url": request.path,
        "params": dict(request.query),
        "content": request.content,
        "headers": dict(request.headers),
    }


__all__ = ["httpx", "options", "parts"]
