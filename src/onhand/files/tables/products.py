"""Products: made where their SKU is not known, changed where it is.

A product that a file names is changed in what the file says of it: a column that the file does not
have stays as it is, a blank cell empties what may be empty and leaves the rest.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar

from onhand.core.commands import CreateProduct, UpdateProduct
from onhand.core.products import ProductAttributes, sku_key
from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import Effect, Naming, Planned, Record, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.lookups import Found

_DEFAULTS = {field.name: field.default for field in fields(ProductAttributes)}


class TakingProducts(Taking):
    """Products from rows."""

    names_row = ("sku",)
    columns_of: ClassVar = {"default_warehouse_id": "default_warehouse"}

    def plan(self, record: Record, found: Found) -> Planned:
        """What a product shall be."""
        planned = Planned(record)
        row = record[0]
        naming = Naming(planned, found)
        said = {name: value for name, value in row.values.items() if name != "default_warehouse"}
        if "default_warehouse" in row.values:
            warehouse = naming.warehouse(row, "default_warehouse")
            said["default_warehouse_id"] = None if warehouse is None else warehouse.id
        said = {
            name: value
            for name, value in said.items()
            if value is not None or _DEFAULTS[name] is None
        }
        product = found.products.get(sku_key(row.values["sku"]))
        if product is None and "name" not in said:
            naming.fault(row, "name", "There is no such product yet, and a new one needs a name")
        if not naming.is_sound:
            return planned
        if product is None:
            attributes = ProductAttributes(**said)
            planned.command = CreateProduct(attributes, self.origin)
            planned.effect = Effect.CREATED
            return planned
        del said["sku"]
        changes: dict[str, Any] = {
            name: value
            for name, value in said.items()
            if value != getattr(product.attributes, name)
        }
        if changes:
            planned.command = UpdateProduct(product.id, changes, self.origin, product.version)
            planned.effect = Effect.CHANGED
            planned.basis = str(product.version)
        return planned


PRODUCTS = Table(
    What.PRODUCTS,
    (
        Column("id", k.ID, "Its number in this shop.", told=True),
        Column("sku", k.SKU, "Names the product, whatever its case.", required=True),
        Column("name", k.NAME, "What it is called; a new product needs it."),
        Column("description", k.DESCRIPTION, "A longer text."),
        Column("barcode", k.BARCODE, "Its barcode; a GTIN's check digit must be right."),
        Column("unit", k.UNIT, "What one unit is; else piece."),
        Column("selling_price", k.MONEY, "What it is sold for."),
        Column("cost_price", k.MONEY, "What it costs."),
        Column("currency", k.CURRENCY, "Of its prices; else USD."),
        Column("track_inventory", k.FLAG, "Whether stock is kept of it; else true."),
        Column("allow_backorder", k.FLAG, "Whether more may be reserved; else false."),
        Column("reorder_point", k.UNITS, "When to order: at so many units or fewer."),
        Column("reorder_quantity", k.MORE_UNITS, "Units to order at a time."),
        Column("lead_time_days", k.DAYS, "Days from order to arrival."),
        Column("safety_stock", k.UNITS, "Units kept for surprises."),
        Column("default_warehouse", k.CODE, "The warehouse meant where none is named; its code."),
        Column("is_active", k.FLAG, "Whether it is in use; else true."),
        Column("stock_quantity", k.UNITS, "On hand in all warehouses.", told=True),
        Column("reserved_quantity", k.UNITS, "Reserved in all warehouses.", told=True),
        Column("created_at", k.MOMENT, "When it was made.", told=True),
        Column("updated_at", k.MOMENT, "When it was changed last.", told=True),
    ),
    ("is_active", "search", "stock_status"),
    "made where the SKU is new, changed where it is known.",
    TakingProducts,
)
