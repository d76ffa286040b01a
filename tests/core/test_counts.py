"""Physical counts: what is posted is what was found, whatever moved in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.core import counts as c
from onhand.core.commands import OnShortfall, Request, ShipStock
from onhand.core.counts import Count
from onhand.core.documents import DocumentCommand
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected
from onhand.core.snapshot import declare_documents, needs_of
from onhand.core.stock_rules import Result
from tests.support.ledger_contents import problems
from tests.support.stock import Stock, facts, stocked

CLERK = Origin("clerk", "Because")


@dataclass
class Session:
    """A count on a store, and its steps in few words."""

    stock: Stock
    id: int = 0

    def do(self, command: DocumentCommand) -> Result:
        return self.stock.do(replace(command, id=self.id or None))[0]

    def draft(self, *products: int, **fields: Any) -> Result:
        given: dict[str, Any] = {"start": True, "scope": c.PRODUCTS, "warehouse_id": 1} | fields
        result = self.do(c.DraftCount(origin=CLERK, product_ids=products, **given))
        if not isinstance(result, Rejected):
            self.id = document(result).id
        return result

    def record(
        self,
        quantity: int,
        by: str = "Ann",
        at: datetime | None = None,
        product: int | None = None,
    ) -> Result:
        counted = c.Counted(product or self.stock.product, quantity, at)
        return self.do(c.RecordCount(origin=CLERK, counted_by=by, counted=(counted,)))

    def submit(self, *, leave_out: bool = False) -> Result:
        return self.do(c.SubmitCount(origin=CLERK, leave_out_uncounted=leave_out))

    def approve(self, *, deallocate: bool = False) -> Result:
        shortfall = OnShortfall.DEALLOCATE if deallocate else OnShortfall.REJECT
        return self.do(c.ApproveCount(origin=CLERK, on_shortfall=shortfall))

    def recount(self, *products: int) -> Result:
        return self.do(c.RecountLines(origin=CLERK, product_ids=products))

    def cancel(self) -> Result:
        return self.do(c.CancelCount(origin=CLERK))


@pytest.fixture
def stock() -> Iterator[Stock]:
    """Ten of a product in warehouse 1; no invariant is broken in the end."""
    stock = stocked(10)
    yield stock
    assert not problems(stock.contents)


@pytest.fixture
def session(stock: Stock) -> Session:
    """A count of it, begun a minute ago."""
    session = Session(stock)
    session.draft(stock.product)
    stock.wait(minutes=1)
    return session


def document(result: Result) -> Count:
    found: Count = facts(result)["document"]
    return found


def faults(result: Result) -> dict[str, str]:
    assert isinstance(result, Rejected), result
    return dict(result.faults)


def why_again(result: Result) -> list[str | None]:
    return [line.recount for line in document(result).lines]


def test_what_was_found_is_posted(session: Session) -> None:
    session.record(8)
    assert document(session.submit()).state == "review"
    assert session.stock.level == (10, 0, 0)
    posted = document(session.approve())
    assert (posted.state, posted.lines[0].book, session.stock.level) == ("posted", 10, (8, 0, 0))
    entry = session.stock.last
    assert (entry["movement_type"], entry["quantity"]) == ("count", -2)
    assert (entry["reference_type"], entry["reference_id"]) == ("count", posted.id)
    [level] = session.stock.contents.levels
    assert level["last_counted_at"] == entry["occurred_at"]


def test_a_count_that_finds_what_the_book_says_leaves_an_entry_of_0(session: Session) -> None:
    session.record(10)
    session.submit()
    session.approve()
    assert session.stock.entries[-1] == ("count", 0)


def test_a_product_that_never_was_here_is_counted(stock: Stock) -> None:
    other = stock.another()
    session = Session(other)
    session.draft(other.product)
    session.record(3)
    session.submit()
    session.approve()
    assert other.level == (3, 0, 0)


def test_movements_before_between_and_after_are_accounted_for(session: Session) -> None:
    stock = session.stock
    stock.ship(1)
    stock.wait(minutes=1)
    counted_at = stock.clock.now
    stock.wait(minutes=1)
    stock.ship(2)
    session.record(8, at=counted_at)
    stock.wait(minutes=1)
    stock.receive(5)
    session.submit()
    stock.ship(3)
    approved = document(session.approve())
    # The book said 9 when 8 were found: one is missing, of the 9 that are there now.
    assert (approved.lines[0].book, stock.entries[-1]) == (9, ("count", -1))
    assert stock.level == (8, 0, 0)


def test_what_is_reported_late_with_its_true_time_counts_for_that_time(session: Session) -> None:
    stock = session.stock
    shipped_at = stock.clock.now
    stock.wait(minutes=1)
    session.record(7)
    stock.wait(minutes=1)
    stock.ship(3, occurred_at=shipped_at)
    session.submit()
    approved = document(session.approve())
    assert (approved.lines[0].book, stock.level) == (7, (7, 0, 0))


def test_what_moves_in_the_very_batch_of_the_approval_is_accounted_for(session: Session) -> None:
    stock = session.stock
    session.record(8)
    session.submit()
    stock.wait(minutes=1)
    ship = ShipStock(stock.product, 1, 4, CLERK)
    result = stock.do(ship, c.ApproveCount(origin=CLERK, id=session.id))[1]
    assert document(result).lines[0].book == 10
    assert stock.level == (4, 0, 0)


def test_what_is_reported_late_in_the_very_batch_counts_for_its_time(session: Session) -> None:
    stock = session.stock
    shipped = Origin("clerk", occurred_at=stock.clock.now)
    stock.wait(minutes=1)
    session.record(6)
    session.submit()
    stock.wait(minutes=1)
    approve = c.ApproveCount(origin=CLERK, id=session.id)
    result = stock.do(ShipStock(stock.product, 1, 4, shipped), approve)[1]
    assert document(result).lines[0].book == 6
    assert stock.level == (6, 0, 0)


@given(
    moves=st.lists(st.tuples(st.integers(-4, 4), st.integers(0, 120), st.booleans()), max_size=12),
    counted=st.integers(0, 30),
    recorded_after=st.integers(0, 12),
    counted_ago=st.integers(0, 60),
)
def test_on_hand_is_what_was_counted_and_what_moved_since(
    moves: list[tuple[int, int, bool]], counted: int, recorded_after: int, counted_ago: int
) -> None:
    stock = stocked(10)
    session = Session(stock)
    session.draft(stock.product)
    stock.wait(minutes=90)
    counted_at = stock.clock.now

    def record() -> None:
        nonlocal counted_at
        counted_at = stock.clock.now - timedelta(minutes=counted_ago)
        assert document(session.record(counted, at=counted_at)).entries

    for place, (quantity, ago, is_late) in enumerate(moves):
        if place == recorded_after:
            record()
        stock.wait(minutes=7)
        at = stock.clock.now - timedelta(minutes=ago) if is_late else None
        stock.adjust(quantity, occurred_at=at)
    if recorded_after >= len(moves):
        record()
    stock.wait(minutes=1)
    session.submit()
    moved = sum(
        row["quantity"] for row in stock.contents.movements if row["occurred_at"] > counted_at
    )
    before = stock.level[0]
    result = session.approve()
    if counted + moved < 0:
        assert faults(result) == {"lines.0.quantity": "Stock quantity cannot be negative"}
        assert stock.level[0] == before
    else:
        assert stock.level[0] == counted + moved


def test_below_reserved_is_refused_by_line(session: Session) -> None:
    other = session.stock.another(4)
    session.do(c.AddToCount(origin=CLERK, product_ids=(other.product,)))
    other.reserve(3)
    session.record(9)
    session.record(2, product=other.product)
    session.submit()
    assert faults(session.approve()) == {
        "lines.1.reserved_quantity": "Reserved quantity cannot exceed stock quantity"
    }
    assert session.stock.level == (10, 0, 0)
    result = session.approve(deallocate=True)
    assert facts(result)["deallocated"] == [
        {"product_id": other.product, "order_id": 789, "quantity": 1}
    ]
    assert (session.stock.level[0], other.level) == (9, (2, 2, 1))


def test_what_is_found_serves_backorders(stock: Stock) -> None:
    other = stock.another(1, allow_backorder=True)
    other.reserve(3)
    session = Session(other)
    session.draft(other.product)
    session.record(2)
    session.submit()
    session.approve()
    assert other.level == (2, 2, 1)


def test_counted_elsewhere_since_must_be_counted_again(session: Session) -> None:
    stock = session.stock
    session.record(8)
    stock.wait(minutes=1)
    session.submit()
    stock.count(8)
    assert list(faults(session.approve())) == ["lines.0.counted_at"]
    session.recount(stock.product)
    stock.wait(minutes=1)
    session.record(8)
    assert document(session.submit()).state == "review"
    session.approve()
    assert stock.level == (8, 0, 0)


def test_counted_elsewhere_before_submission_is_asked_for_again(session: Session) -> None:
    session.record(8)
    session.stock.wait(minutes=1)
    session.stock.count(8)
    result = session.submit()
    assert (document(result).state, why_again(result)) == ("counting", ["counted_since"])


@pytest.mark.parametrize(
    ("limits", "counted", "state"),
    [
        ({}, 0, "review"),
        ({"recount_units": 2}, 8, "review"),
        ({"recount_units": 2}, 7, "counting"),
        ({"recount_percent": Decimal("20")}, 12, "review"),
        ({"recount_percent": Decimal("19.9")}, 12, "counting"),
        ({"recount_percent": Decimal(50), "recount_units": 1}, 8, "counting"),
        ({"recount_percent": Decimal(0)}, 10, "review"),
    ],
)
def test_a_variance_past_a_limit_is_counted_again(
    stock: Stock, limits: dict[str, Any], counted: int, state: str
) -> None:
    session = Session(stock)
    session.draft(stock.product, **limits)
    session.record(counted)
    result = session.submit()
    assert document(result).state == state
    if state == "counting":
        assert why_again(result) == ["limit"]
        assert list(faults(session.submit())) == ["lines.0.quantity"]
        session.record(counted)
        assert document(session.submit()).state == "review"


def test_counters_who_disagree_have_it_counted_again_and_the_last_count_holds(
    session: Session,
) -> None:
    session.record(8, "Ann")
    session.record(7, "Bob")
    assert why_again(session.submit()) == ["disagreement"]
    session.record(9, "Ann")
    session.record(8, "Cleo")
    assert document(session.submit()).state == "review"
    session.approve()
    assert session.stock.level == (8, 0, 0)


def test_counters_agree_when_the_difference_moved_in_between(session: Session) -> None:
    session.record(8, "Ann")
    session.stock.wait(minutes=1)
    session.stock.ship(3)
    session.record(5, "Bob")
    assert document(session.submit()).state == "review"


def test_a_counter_corrects_what_was_told(session: Session) -> None:
    session.record(80)
    session.record(8)
    assert document(session.submit()).lines[0].counted == 8


def test_what_is_not_counted_is_named_or_left_out(session: Session) -> None:
    other = session.stock.another(4)
    session.do(c.AddToCount(origin=CLERK, product_ids=(other.product,)))
    assert list(faults(session.submit(leave_out=True))) == ["lines"]
    session.record(8)
    assert list(faults(session.submit())) == ["lines.1.quantity"]
    assert document(session.submit(leave_out=True)).state == "review"
    session.approve()
    assert (session.stock.level[0], other.level[0]) == (8, 4)
    assert [x["quantity"] for x in session.stock.contents.ledger(other.product)] == [4]


def test_a_recount_of_what_is_uncounted_changes_nothing(session: Session) -> None:
    line = document(session.recount(session.stock.product)).lines[0]
    assert (line.round, line.recount) == (1, None)


def test_wrong_entries_are_all_named(session: Session) -> None:
    stock = session.stock
    now = stock.clock.now
    counted = (
        c.Counted(stock.product, 1),
        c.Counted(stock.product, 1),
        c.Counted(999, 1),
        c.Counted(stock.product, 1, now + timedelta(seconds=1)),
        c.Counted(stock.product, 1, now - timedelta(hours=1)),
    )
    result = session.do(c.RecordCount(origin=CLERK, counted_by="Ann", counted=counted))
    assert list(faults(result)) == [
        "lines.1.product_id",
        "lines.2.product_id",
        "lines.3.product_id",
        "lines.4.product_id",
    ]
    for wrong in counted[3:]:
        result = session.do(c.RecordCount(origin=CLERK, counted_by="Ann", counted=(wrong,)))
        assert list(faults(result)) == ["lines.0.counted_at"]


def test_wrong_products_are_all_named(stock: Stock) -> None:
    service = stock.another(sku="SERVICE", track_inventory=False)
    session = Session(stock)
    assert faults(session.draft(stock.product, service.product, 999, stock.product)) == {
        "lines.1.product_id": "Inventory is not tracked for this product",
        "lines.2.product_id": "Product 999 does not exist",
        "lines.3.product_id": f"Product {stock.product} is here already: name each product once",
    }
    assert list(faults(session.draft())) == ["lines"]
    assert list(faults(session.draft(scope=c.WAREHOUSE))) == ["warehouse_id"]
    assert list(faults(session.draft(stock.product, warehouse_id=7))) == ["warehouse_id"]
    many = tuple(range(1, c.MAX_LINES + 2))
    assert list(faults(session.draft(*many, scope=c.WAREHOUSE))) == ["warehouse_id"]


def test_a_draft_is_begun_later(stock: Stock) -> None:
    session = Session(stock)
    assert document(session.draft(stock.product, start=False)).state == "draft"
    assert list(faults(session.record(1))) == ["state"]
    assert document(session.do(c.StartCount(origin=CLERK))).state == "counting"


def test_a_count_that_is_given_up_posts_nothing(session: Session) -> None:
    session.record(3)
    assert document(session.cancel()).state == "cancelled"
    assert session.stock.level == (10, 0, 0)
    assert list(faults(session.approve())) == ["state"]


def test_two_approvals_in_one_batch_post_once(session: Session) -> None:
    session.record(8)
    session.submit()
    approve = c.ApproveCount(origin=CLERK, id=session.id)
    first, second = session.stock.do(approve, approve)
    assert document(first).state == "posted"
    assert list(faults(second)) == ["state"]
    assert session.stock.level == (8, 0, 0)


def test_recording_looks_at_no_level() -> None:
    command = c.RecordCount(origin=CLERK, id=1, counted_by="Ann", counted=(c.Counted(1, 1),))
    needs = needs_of([Request((command,))])
    now = datetime.fromisoformat("2026-01-01T00:00:00Z")
    count = Count(
        id=1,
        state="counting",
        version=1,
        created_by="",
        created_at=now,
        updated_at=now,
        warehouse_id=1,
        scope=c.PRODUCTS,
        lines=(c.CountLine(1, 1),),
    )
    declare_documents(needs, [count])
    assert not needs.levels


STEPS = st.one_of(
    st.tuples(st.just("record"), st.integers(0, 1), st.integers(0, 12), st.integers(0, 9)),
    st.tuples(
        st.sampled_from(["adjust", "reserve", "release", "receive", "count"]),
        st.integers(0, 1),
        st.integers(1, 6),
        st.integers(0, 9),
    ),
    st.tuples(
        st.sampled_from(["submit", "leave out", "approve", "deallocate", "recount", "again"]),
        st.integers(0, 1),
        st.just(0),
        st.just(0),
    ),
)


@given(st.lists(STEPS, max_size=25))
def test_whatever_happens_meanwhile_every_invariant_holds(
    steps: list[tuple[str, int, int, int]],
) -> None:
    first = stocked(10, allow_backorder=True)
    both = (first, first.another(5))
    session = Session(first)

    def begin() -> None:
        products = [stock.product for stock in both]
        assert document(session.draft(*products, recount_units=4)).state == "counting"

    begin()
    for name, place, quantity, ago in steps:
        first.wait(minutes=1)
        stock, now = both[place], first.clock.now
        stock.clock.now = now
        match name:
            case "record":
                at = now - timedelta(seconds=20 * ago)
                session.record(quantity, ("Ann", "Bob")[ago % 2], at, stock.product)
            case "adjust":
                stock.adjust(-quantity, occurred_at=now - timedelta(seconds=20 * ago))
            case "reserve" | "release" | "receive" | "count":
                getattr(stock, name)(quantity)
            case "submit" | "leave out":
                session.submit(leave_out=name == "leave out")
            case "approve" | "deallocate":
                session.approve(deallocate=name == "deallocate")
            case "recount":
                session.recount(stock.product)
            case "again":
                session.cancel()
                session.id = 0
                begin()
        assert not problems(first.contents)
