"""Values as JSON texts in a column, and back: amounts of money stay exact numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain)


def to_json(value: Any) -> str:
    """A value as JSON; moments and days as texts."""
    return _encoder.encode(value).decode()


def from_json(text: str) -> Any:
    """What a JSON text holds; numbers with a fraction are Decimals, digit by digit."""
    return json.loads(text, parse_float=Decimal)
