"""How long a database is waited for, in seconds, before it counts as away."""

from __future__ import annotations

CONNECT_TIMEOUT_S = 3
