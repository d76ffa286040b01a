"""Real suppliers, terms and 4,012 orders go through the rules, and the sums come out right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from onhand.core import purchase_orders as p
from onhand.core import suppliers as s
from onhand.core.commands import Command
from onhand.core.movements import Origin
from onhand.ledger.ports import Store
from onhand.ledger.purchasing import PerformanceFilter
from onhand.ledger.verify import verify
from onhand.store.engine import parse_database, read_engine
from onhand.store.migrate import migrate
from onhand.store.reads import SqlReads
from tests.support import adventureworks as aw
from tests.support.stores import DatabaseShop, accepted, ask

AT_A_TIME = 500
LEFT_AT = {
    aw.PENDING: p.PENDING,
    aw.APPROVED: p.APPROVED,
    aw.REJECTED: p.CANCELLED,
    aw.COMPLETE: p.COMPLETED,
}


def ids(store: Store, commands: Iterable[Command], fact: str = "document") -> list[int]:
    """Have every command accepted, many in a commit; the ids of what they are about."""
    waiting = list(commands)
    found: list[int] = []
    for start in range(0, len(waiting), AT_A_TIME):
        results = ask(store, *waiting[start : start + AT_A_TIME])
        found += [accepted(result).facts[fact].id for result in results]
    return found


def steps(orders: list[aw.Ordered], order_ids: dict[str, int]) -> Iterable[list[Command]]:
    """Every order's way to where the files left it, step by step."""

    def of(*statuses: str) -> list[tuple[aw.Ordered, int]]:
        return [(one, order_ids[one.number]) for one in orders if one.status in statuses]

    told = Origin("import", "Told by the files")
    whole = of(*LEFT_AT)
    yield [p.SubmitPurchaseOrder(origin=told, id=i, approval_limit=Decimal(0)) for _, i in whole]
    yield [p.CancelPurchaseOrder(origin=told, id=i) for _, i in of(aw.REJECTED)]
    approved = of(aw.APPROVED, aw.COMPLETE)
    yield [p.ApprovePurchaseOrder(origin=told, id=i) for _, i in approved]
    complete = of(aw.COMPLETE)
    yield [
        p.SendPurchaseOrder(origin=Origin(one.buyer, occurred_at=one.ordered), id=i)
        for one, i in complete
    ]
    yield [aw.received(one, i) for one, i in complete]
    short = [i for one, i in complete if any(line.stocked < line.quantity for line in one.lines)]
    yield [p.ClosePurchaseOrder(origin=told, id=i) for i in short]


@aw.needs_adventureworks
def test_four_thousand_real_orders(database_url: str) -> None:
    migrate(database_url)
    store = DatabaseShop(database_url).open()
    vendors, bought, orders = aw.vendors(), aw.products(), aw.orders()
    supplier_ids = dict(
        zip((v.number for v in vendors), ids(store, (v.command for v in vendors)), strict=True)
    )
    products = dict(zip(bought, ids(store, bought.values(), "product"), strict=True))
    terms = aw.terms(supplier_ids, products)
    assert (len(vendors), len(terms), len(orders)) == (104, 460, 4012)
    ids(store, terms)
    drafts = [aw.drafted(one, supplier_ids[one.vendor], products) for one in orders]
    order_ids = dict(zip((one.number for one in orders), ids(store, drafts), strict=True))
    for commands in steps(orders, order_ids):
        ids(store, commands)
    retired = {"state": s.SupplierStatus.INACTIVE.value}
    ids(
        store,
        (
            s.ChangeSupplier(origin=Origin("import"), id=supplier_ids[v.number], changes=retired)
            for v in vendors
            if not v.is_active
        ),
    )
    with store.proof() as proof:
        assert list(verify(proof)) == []
        kept = {
            one.reference: one
            for one in proof.documents(p.PurchaseOrder.kind)
            if isinstance(one, p.PurchaseOrder)
        }
        on_hand = sum(level.on_hand for _, level in proof.levels())
        assert not any(inbound.total for _, inbound in proof.inbounds())
    store.close()
    states = Counter(LEFT_AT[one.status] for one in orders)
    assert Counter(one.state for one in kept.values()) == states
    assert all(kept[f"PO{one.number}"].total == one.subtotal for one in orders)
    complete = [one for one in orders if one.status == aw.COMPLETE]
    assert on_hand == sum(line.stocked for one in complete for line in one.lines)
    reads = SqlReads(read_engine(parse_database(database_url)))
    for vendor in vendors[::10]:
        mine = [one for one in complete if one.vendor == vendor.number]
        lines = [(one, line) for one in mine for line in one.lines]
        found = reads.performance(PerformanceFilter(supplier_ids[vendor.number]))
        assert (found.orders, found.receipts) == (len(mine), len(mine))
        assert found.received == sum(line.stocked for _, line in lines)
        assert found.rejected == sum(line.rejected for _, line in lines)
        assert found.on_time == sum(
            line.stocked for one, line in lines if one.shipped.date() <= line.due
        )
        assert found.lead_time_days == sum((one.shipped - one.ordered).days for one in mine)
    reads.close()
