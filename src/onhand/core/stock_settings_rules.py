"""The rules of stock settings: who may have them, and which levels stand because of them.

Settings are part of their product: each change of them is a new version of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from onhand.core import commands as c
from onhand.core.catalog_rules import product_fault, warehouse_fault
from onhand.core.changes import changed_fields
from onhand.core.draft import Draft
from onhand.core.events import SETTINGS_REMOVED, SETTINGS_UPDATED, Notice, Subject
from onhand.core.levels import Level, StockKey
from onhand.core.movements import Origin
from onhand.core.products import Product
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.stock_rules import Accepted, Result
from onhand.core.stock_settings import NO_SETTINGS, StockSettings


def set_stock_settings(draft: Draft, command: c.SetStockSettings) -> Result:
    """Change some settings of a product that is in use, at a warehouse that is."""
    key = StockKey(command.product_id, command.warehouse_id)
    product = _product(draft, command)
    if isinstance(product, Rejected):
        return product
    fault = product_fault(draft, product.id) or warehouse_fault(draft, key.warehouse_id)
    if fault is not None:
        return fault
    if not product.attributes.is_active:
        return Rejected(RejectionCode.PRODUCT_ARCHIVED, {"product_id": product.id})
    before = draft.settings.get(key, NO_SETTINGS)
    settings = replace(before, **command.changes)
    is_new = before == NO_SETTINGS != settings
    if settings != before:
        product = _changed(draft, product, key, settings, command.origin)
    return Accepted(facts={"product": product, "settings": settings, "is_new": is_new})


def remove_stock_settings(draft: Draft, command: c.RemoveStockSettings) -> Result:
    """Go by the product's settings again, whatever has become of product and warehouse."""
    key = StockKey(command.product_id, command.warehouse_id)
    product = _product(draft, command)
    if isinstance(product, Rejected):
        return product
    if key not in draft.settings:
        fault = warehouse_fault(draft, key.warehouse_id)
        if fault is not None and fault.code is RejectionCode.WAREHOUSE_NOT_FOUND:
            return fault
        return Rejected(RejectionCode.SETTINGS_NOT_FOUND, key._asdict())
    product = _changed(draft, product, key, NO_SETTINGS, command.origin)
    return Accepted(facts={"product": product, "settings": NO_SETTINGS})


def changed_settings(draft: Draft) -> dict[StockKey, StockSettings | None]:
    """The settings that differ from the snapshot's (None: removed)."""
    before, after = draft.snapshot.settings, draft.settings
    return {
        key: after.get(key)
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }


def settle_levels(
    draft: Draft,
    settings: Mapping[StockKey, StockSettings | None],
    levels: dict[StockKey, Level],
) -> list[StockKey]:
    """Add a level to those to be written where there are settings and none so far.

    Returns those to be removed: nothing ever was there, and the settings have gone.
    """
    removed = []
    for key, kept in settings.items():
        stored = draft.snapshot.levels.get(key)
        level = draft.levels.get(key) or stored or Level()
        if kept is not None and stored is None:
            levels[key] = level
        elif kept is None and stored is not None and level == Level():
            levels.pop(key, None)
            removed.append(key)
    return removed


def _product(
    draft: Draft, command: c.SetStockSettings | c.RemoveStockSettings
) -> Product | Rejected:
    product = draft.products.get(command.product_id)
    if product is None:
        return Rejected(RejectionCode.PRODUCT_NOT_FOUND, {"product_id": command.product_id})
    if command.if_version is not None and command.if_version != product.version:
        return Rejected(RejectionCode.STALE_VERSION, {"version": product.version})
    return product


def _changed(
    draft: Draft, product: Product, key: StockKey, settings: StockSettings, origin: Origin
) -> Product:
    before = draft.settings.get(key, NO_SETTINGS)
    if settings == NO_SETTINGS:
        del draft.settings[key]
    else:
        draft.settings[key] = settings
    product = replace(product, version=product.version + 1, updated_at=draft.now)
    draft.products[product.id] = product
    draft.notices.append(
        Notice(
            SETTINGS_REMOVED if settings == NO_SETTINGS else SETTINGS_UPDATED,
            draft.now,
            origin.actor,
            origin.address,
            origin.reason,
            Subject("product", product.id, product.version),
            product.id,
            (key.warehouse_id,),
            key._asdict(),
            changed_fields(before, settings, StockSettings.__slots__),
            len(draft.movements),
        )
    )
    return product
