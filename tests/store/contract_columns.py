"""The contract of what comes back: every column of every table, and the largest figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from onhand.core import commands as c
from onhand.core.commands import Request
from onhand.core.levels import MAX_QUANTITY, StockKey
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.snapshot import needs_of
from onhand.core.warehouses import WarehouseAttributes, WarehouseType
from tests.support.stock import Stock, refusal
from tests.support.stores import START, TESTER, accepted, add_product

LAST_ID = 2**63 - 1
TEXTS = {
    "quotes": """It's "so" \\ 'far' `and` $1 %s {x} ?""",
    "sql": "'; DROP TABLE movements; --",
    "json": '{"a": [1, null, "\\u0041"]}',
    "emoji": "📦 Приём Wareneingang 入荷 \U0001f1e9\U0001f1ea e\u0301 \u202eright to left",
    "lines": "first\r\nsecond\tthird\n",
    "long": "0123456789" * 1_000,
    "empty": "",
    "blanks": "   ",
    "number": "0001e5",
    "null": "null",
}


class ColumnsContract:
    """What is written is read as it was."""

    # Every column

    def test_a_product_comes_back_as_it_was_given(self, stock: Stock) -> None:
        east = stock.warehouse()
        attributes = ProductAttributes(
            sku=" Größe-XL ",
            name="Shirt",
            description=TEXTS["quotes"],
            barcode="4006381333931",
            unit="box of 12",
            selling_price=Decimal("1299.99"),
            cost_price=Decimal("0.0001"),
            currency="EUR",
            track_inventory=True,
            allow_backorder=True,
            reorder_point=20,
            reorder_quantity=50,
            lead_time_days=7,
            safety_stock=3,
            default_warehouse_id=east,
            is_active=True,
        )
        (result,) = stock.do(c.CreateProduct(attributes, TESTER))
        made = accepted(result).facts["product"]
        change = c.UpdateProduct(made.id, {"is_active": False, "selling_price": None}, TESTER)
        stock.wait(hours=1)
        (changed,) = stock.do(change)
        product = accepted(changed).facts["product"]
        needs = needs_of([Request((change,))])
        with stock.store.transaction(needs, (), START) as transaction:
            found = transaction.snapshot.products[made.id]
            rules = transaction.snapshot.rules[made.id]
        assert found == product
        assert (found.version, found.created_at, found.updated_at) == (2, START, stock.clock.now)
        assert (rules.track_inventory, rules.allow_backorder, rules.is_active) == (
            True,
            True,
            False,
        )
        assert rules.default_warehouse_id == east
        kept = next(row for row in stock.contents.products if row["id"] == made.id)
        assert kept["cost_price"] == Decimal("0.0001")
        assert kept["sku_key"] == "grösse-xl"

    @pytest.mark.parametrize(
        "price", ["0", "0.0001", "0.1", "1299.99", "100", "99999999999999.9999"]
    )
    def test_money_is_exact(self, stock: Stock, price: str) -> None:
        stock.change(selling_price=Decimal(price))
        kept = stock.contents.products[0]["selling_price"]
        assert kept == Decimal(price)
        assert str(kept) == price

    def test_a_warehouse_comes_back_as_it_was_given(self, stock: Stock) -> None:
        attributes = WarehouseAttributes(
            "East Coast",
            "East",
            WarehouseType.CONSIGNMENT,
            address=TEXTS["lines"],
            parent_warehouse_id=1,
        )
        (result,) = stock.do(c.CreateWarehouse(attributes, TESTER))
        made = accepted(result).facts["warehouse"]
        change = c.UpdateWarehouse(made.id, {"is_active": False}, TESTER)
        stock.wait(hours=1)
        stock.do(change)
        there = c.AdjustStock(stock.product, made.id, 1, TESTER)
        needs = needs_of([Request((change, there))])
        with stock.store.transaction(needs, (), START) as transaction:
            found = transaction.snapshot.warehouses[made.id]
            activity = transaction.snapshot.warehouse_activity
        assert (found.version, found.created_at, found.updated_at) == (2, START, stock.clock.now)
        assert found.attributes.address == TEXTS["lines"]
        assert found.attributes.type is WarehouseType.CONSIGNMENT
        assert found.attributes.is_active is False
        assert activity[made.id] is False

    def test_a_movement_keeps_all_that_was_said_of_it(self, stock: Stock) -> None:
        happened = START - timedelta(days=400, microseconds=1)
        origin = Origin("key:till-3", "Why", "Notes", "PO-1", "purchase_order", LAST_ID, happened)
        stock.clock.now += timedelta(microseconds=123_456)
        late = Origin("late", occurred_at=happened)
        other = add_product(stock.store, "OTHER")
        stock.do(
            c.ReceiveStock(other, None, 5, origin, order_id=LAST_ID),
            c.ReserveStock(other, None, 2, 7, late),
            c.AdjustStock(stock.product, None, -1, late),
        )
        came, held, late_row = stock.contents.movements[-3:]
        assert came == {
            "id": came["id"],
            "product_id": other,
            "warehouse_id": 1,
            "entry_number": 1,
            "movement_type": "in",
            "quantity": 5,
            "on_hand": 5,
            "reserved": 0,
            "order_id": LAST_ID,
            "transfer_id": None,
            "reverses_id": None,
            "reference_type": "purchase_order",
            "reference_id": LAST_ID,
            "reference": "PO-1",
            "reason": "Why",
            "notes": "Notes",
            "created_by": "key:till-3",
            "occurred_at": happened,
            "reported_at": None,
            "created_at": stock.clock.now,
            "seal": None,
        }
        assert (held["movement_type"], held["on_hand"], held["reserved"]) == ("reserved", 5, 2)
        assert (late_row["occurred_at"], late_row["reported_at"]) == (START, happened)

    def test_a_level_comes_back_as_it_was_left(self, stock: Stock) -> None:
        stock.change(allow_backorder=True)
        stock.count(8)
        stock.wait(minutes=5, microseconds=1)
        stock.reserve(11)
        key = StockKey(stock.product, 1)
        needs = needs_of([Request((c.ExpireReservations(*key, TESTER),))])
        with stock.store.transaction(needs, (), stock.clock.now) as transaction:
            level = transaction.snapshot.levels[key]
            totals = transaction.snapshot.totals[stock.product]
        assert (level.on_hand, level.reserved, level.backordered) == (8, 8, 3)
        assert (level.entry_number, level.last_counted_at) == (3, START)
        assert level.last_movement_at == stock.clock.now
        assert (totals.on_hand, totals.reserved, totals.backordered) == (8, 8, 3)

    def test_a_reservation_comes_back_as_it_was_made(self, stock: Stock) -> None:
        ends = timedelta(days=1, microseconds=7)
        stock.wait(seconds=1)
        made = accepted(stock.reserve(3, order=LAST_ID, ends_in=ends)).facts["reservation"]
        command = c.ReleaseStock(stock.product, None, 1, LAST_ID, TESTER)
        with stock.store.transaction(needs_of([Request((command,))]), (), START) as transaction:
            holds = transaction.snapshot.reservations[StockKey(stock.product, 1)]
        found = holds[LAST_ID]
        assert (found.id, found.order_id, found.allocated) == (made["id"], LAST_ID, 3)
        assert found.backordered == 0
        assert (found.expires_at, found.created_at) == (stock.clock.now + ends, stock.clock.now)

    @pytest.mark.parametrize("name", TEXTS)
    def test_texts_are_kept_to_the_letter(self, stock: Stock, name: str) -> None:
        text = TEXTS[name]
        stock.adjust(1, text, notes=text, reference=text, reference_type=text, actor=text)
        stock.change(name=text, description=text)
        entry, (product,) = stock.last, stock.contents.products
        for column in ("reason", "notes", "reference", "reference_type", "created_by"):
            assert entry[column] == text
        assert (product["name"], product["description"]) == (text, text)

    # The largest figures

    def test_quantities_are_exact_up_to_two_to_the_fifty_three(self, stock: Stock) -> None:
        east = stock.warehouse()
        stock.adjust(MAX_QUANTITY - 10)
        stock.adjust(MAX_QUANTITY - 1, at=east)
        stock.reserve(MAX_QUANTITY - 2)
        assert stock.level == (MAX_QUANTITY, MAX_QUANTITY - 2, 0)
        assert stock.level_at(east) == (MAX_QUANTITY - 1, 0, 0)
        assert stock.contents.product_stock[0]["on_hand"] == 2 * MAX_QUANTITY - 1
        stock.ship(MAX_QUANTITY - 2, order=789)
        stock.ship(MAX_QUANTITY - 1, at=east)
        assert stock.contents.product_stock[0]["on_hand"] == 2

    def test_orders_have_sixty_four_bits(self, stock: Stock) -> None:
        for order in (LAST_ID, LAST_ID - 1, 2**53 + 1):
            stock.reserve(1, order=order)
        assert [order for order, *_ in stock.queue] == [LAST_ID, LAST_ID - 1, 2**53 + 1]
        stock.ship(1, order=LAST_ID - 1)
        assert [order for order, *_ in stock.queue] == [LAST_ID, 2**53 + 1]

    def test_an_unknown_id_of_any_size_is_no_product(self, stock: Stock) -> None:
        for product in (0, 99, 2**53, LAST_ID):
            (result,) = stock.do(c.AdjustStock(product, None, 1, TESTER))
            assert refusal(result) == f"product_id: Product {product} does not exist"
        assert refusal(stock.adjust(1, at=LAST_ID)).startswith("warehouse_id: ")
