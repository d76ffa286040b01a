"""Count sheets: what to look for, and a place to write how many there are; no quantity is told."""

from __future__ import annotations

from collections.abc import Sequence

from onhand.core import counts as c
from onhand.core.counts import Count
from onhand.core.warehouses import Warehouse
from onhand.ledger.counts import SheetLine
from onhand.printing import documents as d
from onhand.printing.contents import Column
from onhand.printing.sheets import MM
from onhand.printing.tables import table

MARKS = {c.DRAFT: "DRAFT", c.POSTED: "POSTED", c.CANCELLED: "CANCELLED"}
"""What stands across the sheet of a count that is not being counted, by its state."""

_TO_WRITE = 28 * MM


def count_sheet(
    count: Count,
    lines: Sequence[SheetLine],
    warehouse: Warehouse | None,
    counter: str | None,
    company: str,
    paper: str,
) -> bytes:
    """A count's sheet as a PDF, of these of its lines; `counter`: whose it is."""
    site = warehouse.attributes.name if warehouse else ""
    number, mark = f"No. {count.id}", MARKS.get(count.state)
    subject = d.Subject("Count sheet", number, site, site, count.updated_at, mark)
    sheet = d.begun(subject, company, paper)
    facts = (
        ("Counter", counter),
        ("Started", d.moment(count.started_at)),
        ("Reference", count.reference),
        ("Products", f"{len(lines):,}"),
        ("Status", d.state(count.state)),
    )
    d.parties(sheet, [d.site("COUNTED AT", count.warehouse_id, warehouse)], facts)
    columns = [
        Column("#", [str(line.number) for line in lines], is_figures=True),
        Column("SKU", [line.sku for line in lines], most=d.SKU_MOST),
        Column("Description", [line.name for line in lines]),
        Column("Barcode", [line.barcode or "" for line in lines], most=d.SKU_MOST),
        Column("Unit", [line.unit for line in lines], most=d.UNIT_MOST),
    ]
    if any(line.is_recount or line.is_counted for line in lines):
        columns.append(Column("", [_mark(line) for line in lines]))
    table(sheet, [*columns, Column("Counted", [""] * len(lines), frame=_TO_WRITE)])
    d.signatures(sheet, "Counted by", "Date and time")
    return sheet.printed()


def _mark(line: SheetLine) -> str:
    if line.is_counted:
        return "counted"
    return "count again" if line.is_recount else ""
