"""Onhand with a fault planted: warehouses' ids are told as texts, which the document says not."""

from __future__ import annotations

from typing import Any

import msgspec

from onhand.api.catalogue import warehouses
from onhand.app import main

_shown = warehouses.shown


def _shown_otherwise(warehouse: Any) -> Any:
    told = _shown(warehouse)
    return msgspec.structs.replace(told, id=str(told.id))


if __name__ == "__main__":
    warehouses.shown = _shown_otherwise
    main()
