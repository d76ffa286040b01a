"""The rules of products and warehouses: who may be created, changed and removed, and when.

A catalogue command goes through the same batch as stock commands, so a product and its opening
movements are one commit, and no two products can take one SKU.
"""

from __future__ import annotations

from dataclasses import replace

from onhand.core import commands as c
from onhand.core.changes import changed_fields
from onhand.core.draft import Draft
from onhand.core.events import (
    PRODUCT_CREATED,
    PRODUCT_REMOVED,
    PRODUCT_UPDATED,
    WAREHOUSE_CREATED,
    WAREHOUSE_UPDATED,
    Notice,
    Subject,
)
from onhand.core.kinds import is_done
from onhand.core.levels import StockKey
from onhand.core.movements import MovementType, Origin
from onhand.core.products import Product, ProductAttributes, ProductRules, sku_key
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.reservations import OPENING_ORDER_ID
from onhand.core.snapshot import ProductTotals
from onhand.core.stock_rules import Accepted, Result
from onhand.core.warehouse_limits import limit_fault, limit_fault_of_all
from onhand.core.warehouses import (
    DEFAULT_WAREHOUSE_ID,
    Warehouse,
    WarehouseAttributes,
    code_key,
)


def rules_of(attributes: ProductAttributes) -> ProductRules:
    """The part of a product that the rules of stock go by."""
    return ProductRules(
        attributes.track_inventory,
        attributes.allow_backorder,
        attributes.is_active,
        attributes.default_warehouse_id,
    )


def product_fault(draft: Draft, product_id: int) -> Rejected | None:
    """Why stock of a product cannot move, or None."""
    rules = draft.rules.get(product_id)
    if rules is None:
        return Rejected(RejectionCode.PRODUCT_NOT_FOUND, {"product_id": product_id})
    if not rules.track_inventory:
        return Rejected(RejectionCode.NOT_TRACKED)
    return None


def warehouse_fault(
    draft: Draft, warehouse_id: int, field: str = "warehouse_id"
) -> Rejected | None:
    """Why stock cannot move at a warehouse, or None."""
    is_active = draft.warehouse_activity.get(warehouse_id)
    if is_active:
        return None
    code = (
        RejectionCode.WAREHOUSE_NOT_FOUND if is_active is None else RejectionCode.WAREHOUSE_INACTIVE
    )
    return Rejected(code, {"warehouse_id": warehouse_id, "field": field})


def create_product(draft: Draft, command: c.CreateProduct) -> Result:
    """Add a product and open its ledger with what it already has."""
    attributes = command.attributes
    warehouse_id = command.warehouse_id or attributes.default_warehouse_id or DEFAULT_WAREHOUSE_ID
    fault = (
        _opening_limit_fault(command, warehouse_id)
        or _sku_fault(draft, attributes.sku, None)
        or _default_fault(draft, attributes)
    )
    if fault is not None:
        return fault
    if command.stock_quantity and not attributes.track_inventory:
        return Rejected(RejectionCode.OPENING_STOCK_UNTRACKED)
    if command.reserved_quantity > command.stock_quantity:
        return Rejected(RejectionCode.RESERVED_EXCEEDS_ON_HAND)
    fault = warehouse_fault(draft, warehouse_id)
    if fault is not None:
        return fault
    product_id = next(draft.snapshot.new_ids.products)
    product = Product(product_id, attributes, 1, draft.now, draft.now)
    draft.products[product_id] = product
    draft.rules[product_id] = rules_of(attributes)
    draft.sku_owners[sku_key(attributes.sku)] = product_id
    _tell_of_product(draft, PRODUCT_CREATED, None, product, command.origin)
    start = len(draft.movements)
    key = StockKey(product_id, warehouse_id)
    if command.stock_quantity:
        draft.level(key)
        draft.post(key, MovementType.IN, command.stock_quantity, command.origin)
    if command.reserved_quantity:
        draft.hold(key, OPENING_ORDER_ID, command.reserved_quantity, 0, None)
        draft.post(
            key,
            MovementType.RESERVED,
            command.reserved_quantity,
            command.origin,
            order_id=OPENING_ORDER_ID,
        )
    facts = {"product": product}
    return Accepted(
        key, command.stock_quantity, command.reserved_quantity, (start, len(draft.movements)), facts
    )


def update_product(draft: Draft, command: c.UpdateProduct) -> Result:
    """Change attributes; a tracked product with open holds stays tracked."""
    product = draft.products.get(command.product_id)
    if product is None:
        return Rejected(RejectionCode.PRODUCT_NOT_FOUND, {"product_id": command.product_id})
    if command.if_version is not None and command.if_version != product.version:
        return Rejected(RejectionCode.STALE_VERSION, {"version": product.version})
    attributes = replace(product.attributes, **command.changes)
    fault = _change_limit_fault(product.attributes, attributes, command) or _sku_fault(
        draft, attributes.sku, product.id
    )
    if fault is None and "default_warehouse_id" in command.changes:
        fault = _default_fault(draft, attributes)
    if fault is None and product.attributes.track_inventory and not attributes.track_inventory:
        fault = _holds_fault(draft, product.id)
    if fault is not None:
        return fault
    if attributes == product.attributes:
        return Accepted(facts={"product": product})
    changed = Product(product.id, attributes, product.version + 1, product.created_at, draft.now)
    draft.products[product.id] = changed
    draft.rules[product.id] = rules_of(attributes)
    draft.sku_owners.pop(sku_key(product.attributes.sku), None)
    draft.sku_owners[sku_key(attributes.sku)] = product.id
    _tell_of_product(draft, PRODUCT_UPDATED, product, changed, command.origin)
    return Accepted(facts={"product": changed})


def remove_product(draft: Draft, command: c.RemoveProduct) -> Result:
    """Delete a product that nothing names; archive one whose history must stay readable."""
    product = draft.products.get(command.product_id)
    if product is None:
        return Rejected(RejectionCode.PRODUCT_NOT_FOUND, {"product_id": command.product_id})
    if command.if_version is not None and command.if_version != product.version:
        return Rejected(RejectionCode.STALE_VERSION, {"version": product.version})
    named_now = {
        *(key.product_id for key, _ in draft.changed_levels()),
        *(key.product_id for key in draft.terms),
        *(key.product_id for key in draft.settings),
        *(it for document in draft.documents.values() for it in document.products_named()),
    }
    has_history = product.id in draft.snapshot.products_with_history | named_now
    if has_history:
        archive = c.UpdateProduct(product.id, {"is_active": False}, command.origin)
        result = update_product(draft, archive)
        if isinstance(result, Accepted):
            return result._replace(facts={**result.facts, "outcome": "archived"})
        return result
    del draft.products[product.id]
    del draft.rules[product.id]
    draft.sku_owners.pop(sku_key(product.attributes.sku), None)
    draft.removed.add(product.id)
    _tell_of_product(draft, PRODUCT_REMOVED, product, None, command.origin)
    return Accepted(facts={"product": product, "outcome": "deleted"})


def create_warehouse(draft: Draft, command: c.CreateWarehouse) -> Result:
    """Add a warehouse."""
    attributes = command.attributes
    fault = _code_fault(draft, attributes.code, None) or _parent_fault(
        draft, None, attributes.parent_warehouse_id
    )
    if fault is not None:
        return fault
    warehouse = Warehouse(
        next(draft.snapshot.new_ids.warehouses), attributes, 1, draft.now, draft.now
    )
    draft.warehouses[warehouse.id] = warehouse
    draft.warehouse_activity[warehouse.id] = attributes.is_active
    _tell_of_warehouse(draft, WAREHOUSE_CREATED, None, warehouse, command.origin)
    return Accepted(facts={"warehouse": warehouse})


def update_warehouse(draft: Draft, command: c.UpdateWarehouse) -> Result:
    """Change attributes; a warehouse that holds stock, or is the default, stays active."""
    warehouse = draft.warehouses.get(command.warehouse_id)
    if warehouse is None:
        facts = {"warehouse_id": command.warehouse_id, "field": "warehouse_id"}
        return Rejected(RejectionCode.WAREHOUSE_NOT_FOUND, facts)
    if command.if_version is not None and command.if_version != warehouse.version:
        return Rejected(RejectionCode.STALE_VERSION, {"version": warehouse.version})
    attributes = replace(warehouse.attributes, **command.changes)
    fault = _code_fault(draft, attributes.code, warehouse.id)
    if fault is None and "parent_warehouse_id" in command.changes:
        fault = _parent_fault(draft, warehouse.id, attributes.parent_warehouse_id)
    if fault is None and warehouse.attributes.is_active and not attributes.is_active:
        fault = _deactivation_fault(draft, warehouse.id)
    if fault is not None:
        return fault
    if attributes == warehouse.attributes:
        return Accepted(facts={"warehouse": warehouse})
    changed = Warehouse(
        warehouse.id, attributes, warehouse.version + 1, warehouse.created_at, draft.now
    )
    draft.warehouses[warehouse.id] = changed
    draft.warehouse_activity[warehouse.id] = attributes.is_active
    _tell_of_warehouse(draft, WAREHOUSE_UPDATED, warehouse, changed, command.origin)
    return Accepted(facts={"warehouse": changed})


def _tell_of_product(
    draft: Draft,
    event_type: str,
    before: Product | None,
    after: Product | None,
    origin: Origin,
) -> None:
    """Tell of a product that is new, changed or gone."""
    product = after or before
    assert product is not None
    old, new = (None if it is None else it.attributes for it in (before, after))
    draft.notices.append(
        Notice(
            event_type,
            draft.now,
            origin.actor,
            origin.address,
            # That of a new one is why its stock opens, which its movements tell.
            None if before is None else origin.reason,
            Subject("product", product.id, product.version + (after is None)),
            product.id,
            data={"product_id": product.id, "sku": product.attributes.sku},
            changes=changed_fields(old, new, ProductAttributes.__slots__),
            after=len(draft.movements),
        )
    )


def _tell_of_warehouse(
    draft: Draft, event_type: str, before: Warehouse | None, after: Warehouse, origin: Origin
) -> None:
    """Tell of a warehouse that is new or changed."""
    old, new = (None if it is None else it.attributes for it in (before, after))
    draft.notices.append(
        Notice(
            event_type,
            draft.now,
            origin.actor,
            origin.address,
            origin.reason,
            Subject("warehouse", after.id, after.version),
            warehouses=(after.id,),
            data={"warehouse_id": after.id, "code": after.attributes.code},
            changes=changed_fields(old, new, WarehouseAttributes.__slots__),
            after=len(draft.movements),
        )
    )


def _opening_limit_fault(command: c.CreateProduct, warehouse_id: int) -> Rejected | None:
    """Why its caller may not open a product's stock there, or have it there by default."""
    default_id = command.attributes.default_warehouse_id
    if default_id is not None:
        fault = limit_fault(command.origin, default_id, "default_warehouse_id")
        if fault is not None:
            return fault
    if command.warehouse_id is None and not command.stock_quantity:
        return None
    return limit_fault(command.origin, warehouse_id)


def _change_limit_fault(
    before: ProductAttributes, after: ProductAttributes, command: c.UpdateProduct
) -> Rejected | None:
    """Why its caller may not change what stock everywhere goes by, or None."""
    for name in ("track_inventory", "default_warehouse_id"):
        if getattr(before, name) != getattr(after, name):
            fault = limit_fault_of_all(command.origin, name)
            if fault is not None:
                return fault
    return None


def _sku_fault(draft: Draft, sku: str, product_id: int | None) -> Rejected | None:
    owner = draft.sku_owners.get(sku_key(sku))
    if owner is None or owner == product_id:
        return None
    return Rejected(RejectionCode.SKU_TAKEN, {"sku": sku, "product_id": owner})


def _default_fault(draft: Draft, attributes: ProductAttributes) -> Rejected | None:
    if attributes.default_warehouse_id is None:
        return None
    return warehouse_fault(draft, attributes.default_warehouse_id, "default_warehouse_id")


def _holds_fault(draft: Draft, product_id: int) -> Rejected | None:
    totals = draft.snapshot.totals.get(product_id) or ProductTotals()
    reserved, backordered = totals.reserved, totals.backordered
    for key, level in draft.changed_levels():
        if key.product_id == product_id:
            before = draft.snapshot.levels.get(key)
            reserved += level.reserved - (before.reserved if before else 0)
            backordered += level.backordered - (before.backordered if before else 0)
    if not reserved and not backordered:
        return None
    return Rejected(
        RejectionCode.STOCK_STILL_HELD, {"reserved": reserved, "backordered": backordered}
    )


def _code_fault(draft: Draft, code: str, warehouse_id: int | None) -> Rejected | None:
    for warehouse in draft.warehouses.values():
        if warehouse.id != warehouse_id and code_key(warehouse.attributes.code) == code_key(code):
            facts = {"code": code, "warehouse_id": warehouse.id}
            return Rejected(RejectionCode.CODE_TAKEN, facts)
    return None


def _parent_fault(draft: Draft, warehouse_id: int | None, parent_id: int | None) -> Rejected | None:
    seen = {warehouse_id}
    while parent_id is not None:
        if parent_id in seen:
            return Rejected(RejectionCode.WAREHOUSE_LOOP, {"warehouse_id": warehouse_id})
        parent = draft.warehouses.get(parent_id)
        if parent is None:
            facts = {"warehouse_id": parent_id, "field": "parent_warehouse_id"}
            return Rejected(RejectionCode.WAREHOUSE_NOT_FOUND, facts)
        seen.add(parent_id)
        parent_id = parent.attributes.parent_warehouse_id
    return None


def _deactivation_fault(draft: Draft, warehouse_id: int) -> Rejected | None:
    facts = {"warehouse_id": warehouse_id}
    if warehouse_id == DEFAULT_WAREHOUSE_ID:
        return Rejected(RejectionCode.DEFAULT_WAREHOUSE_STAYS, facts)
    holding = warehouse_id in draft.snapshot.warehouses_holding or any(
        key.warehouse_id == warehouse_id and (level.on_hand or level.backordered)
        for key, level in draft.levels.items()
    )
    if holding:
        return Rejected(RejectionCode.WAREHOUSE_HOLDS_STOCK, facts)
    kind = draft.snapshot.documents_open_at.get(warehouse_id)
    for document in draft.documents.values():
        if not is_done(document) and warehouse_id in document.warehouses_named():
            kind = document.kind
    if kind is None:
        return None
    facts_of_kind = {**facts, "documents": f"{kind.replace('_', ' ')}s"}
    return Rejected(RejectionCode.WAREHOUSE_NAMED_BY_DOCUMENTS, facts_of_kind)
