"""The demo's shop has the shape that was measured in the real one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from onhand.demo import shape
from onhand.demo.draw import mean_of, price_band, product_weights, value_at
from onhand.demo.events import Correction, CustomerReturn, Event, Shipment
from onhand.demo.shop import DemoShop
from tests.files.sales_texts import REAL_FILE, needs_real_file

UNTIL = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    return DemoShop(1, until=UNTIL)


@pytest.fixture(scope="module")
def events(shop: DemoShop) -> list[Event]:
    return list(shop.events())


@pytest.fixture(scope="module")
def sales(events: list[Event]) -> list[Shipment]:
    return [event for event in events if isinstance(event, Shipment)]


def at(values: Iterable[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def shares(counts: Sequence[float]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts]


def test_a_few_products_make_most_of_the_lines(sales: list[Shipment]) -> None:
    counts = sorted(Counter(sale.sku for sale in sales).values(), reverse=True)
    for percent in (5, 10, 20, 50):
        share = sum(counts[: 300 * percent // 100]) / len(sales)
        assert share == pytest.approx(value_at(shape.SHARE_OF_LINES, percent), abs=0.05)


@pytest.mark.parametrize("products", [1, 2, 10, 300, 4706])
def test_weights_follow_the_curve_however_many_products(products: int) -> None:
    weights = product_weights(products)
    assert len(weights) == products
    assert sum(weights) == pytest.approx(1)
    assert weights == sorted(weights, reverse=True)
    assert all(weight > 0 for weight in weights)
    if products >= 100:
        assert sum(weights[: products // 10]) == pytest.approx(0.4785, abs=0.02)


def test_no_trade_on_saturdays_and_the_measured_week(sales: list[Shipment]) -> None:
    orders = {sale.reference: sale.occurred_at for sale in sales}
    per_weekday = Counter(moment.weekday() for moment in orders.values())
    assert per_weekday[5] == 0
    for weekday, share in enumerate(shape.WEEKDAY_SHARE):
        assert per_weekday[weekday] / len(orders) == pytest.approx(share, abs=0.02)


def test_the_hours_of_the_day(sales: list[Shipment]) -> None:
    orders = {sale.reference: sale.occurred_at for sale in sales}
    per_hour = Counter(moment.hour for moment in orders.values())
    assert set(per_hour) <= set(range(7, 20))
    measured = shares(shape.HOUR_ORDERS)
    for hour, share in enumerate(measured, shape.FIRST_HOUR):
        assert per_hour[hour] / len(orders) == pytest.approx(share, abs=0.025)


def test_the_autumn_peak() -> None:
    shop = DemoShop(2, until=datetime(2026, 12, 31, tzinfo=UTC), days=365)
    lines: Counter[int] = Counter()
    days: defaultdict[int, set[object]] = defaultdict(set)
    for event in shop.events():
        if isinstance(event, Shipment):
            lines[event.occurred_at.month] += 1
            days[event.occurred_at.month].add(event.occurred_at.date())
    mean = sum(lines.values()) / sum(map(len, days.values()))
    factors = [lines[month] / len(days[month]) / mean for month in range(1, 13)]
    for factor, measured in zip(factors, shape.MONTH_FACTOR, strict=True):
        assert factor == pytest.approx(measured, rel=0.2)
    assert factors.index(max(factors)) == 10  # November


def test_lines_per_order(sales: list[Shipment]) -> None:
    lines = list(Counter(sale.reference for sale in sales).values())
    assert sum(lines) / len(lines) == pytest.approx(mean_of(shape.LINES_PER_ORDER), rel=0.1)
    for percent in (20, 50, 80):
        measured = value_at(shape.LINES_PER_ORDER, percent)
        assert at(lines, percent) == pytest.approx(measured, rel=0.15, abs=1)


def test_units_per_line_come_in_packs(shop: DemoShop, sales: list[Shipment]) -> None:
    band_of = {p.sku: price_band(float(p.selling_price)) for p in shop.products}
    units: dict[int, Counter[int]] = defaultdict(Counter)
    for sale in sales:
        units[band_of[sale.sku]][sale.quantity] += 1
    for band, (_, measured) in enumerate(shape.UNITS_BY_PRICE):
        total, weight = units[band].total(), sum(measured.values())
        assert total > 500
        for quantity in sorted(measured, key=measured.__getitem__)[-4:]:
            share = units[band][quantity] / total
            assert share == pytest.approx(measured[quantity] / weight, abs=0.03)


def test_prices(shop: DemoShop) -> None:
    prices = [float(product.selling_price) for product in shop.products]
    for percent in (10, 25, 50, 75, 90):
        measured = value_at(shape.UNIT_PRICE, percent)
        assert at(prices, percent) == pytest.approx(measured, rel=0.3)


def test_returns_follow_their_sales(events: list[Event], sales: list[Shipment]) -> None:
    returns = [event for event in events if isinstance(event, CustomerReturn)]
    # Those whose time comes after the demo's end are missing: about a fifth.
    assert 0.65 * shape.RETURN_SHARE < len(returns) / len(sales) < 1.05 * shape.RETURN_SHARE
    sold: defaultdict[tuple[str, str], list[Shipment]] = defaultdict(list)
    for sale in sales:
        sold[f"C-{sale.reference}", sale.sku].append(sale)
    delays = []
    for event in returns:
        origins = sold[event.reference, event.sku]
        assert event.quantity <= max(sale.quantity for sale in origins)
        assert event.warehouse in {sale.warehouse for sale in origins}
        delays.append((event.occurred_at - origins[0].occurred_at) / timedelta(days=1))
    assert min(delays) >= 0
    assert 6 < at(delays, 50) < 13  # measured: 10


def test_corrections(events: list[Event], sales: list[Shipment]) -> None:
    corrections = [event for event in events if isinstance(event, Correction)]
    assert len(corrections) / len(sales) == pytest.approx(shape.CORRECTION_SHARE, rel=0.25)
    losses = [-event.quantity for event in corrections if event.quantity < 0]
    found = [event.quantity for event in corrections if event.quantity > 0]
    assert len(losses) / len(corrections) == pytest.approx(shape.LOSS_SHARE, abs=0.1)
    assert at(losses, 30) >= 3  # more is lost at a time than is found
    assert at(found, 30) == 1
    assert at(losses, 50) > at(found, 50)
    reasons = {event.reason for event in corrections}
    assert reasons <= {*shape.LOSS_REASONS, *shape.FOUND_REASONS}


@needs_real_file
def test_the_tables_are_those_of_the_real_file() -> None:
    """Measured again on the file's first fifth, with room for that it is but a part."""
    from onhand.files.records import Return, Sale
    from onhand.files.sales_file import SalesFile

    products: Counter[str] = Counter()
    orders: dict[str, datetime] = {}
    units: Counter[int] = Counter()
    counts: Counter[type] = Counter()
    with SalesFile.open(REAL_FILE) as file:
        while chunk := file.next_chunk(min(file.last_line + 5_000, 200_001)):
            for line in chunk.lines:
                counts[type(line)] += 1
                if isinstance(line, Sale):
                    products[line.sku] += 1
                    orders[line.invoice] = line.occurred_at
                    units[line.quantity] += 1
            if file.last_line >= 200_001:
                break
    ranked = [count for _, count in products.most_common()]
    share = sum(ranked[: len(ranked) // 10]) / sum(ranked)
    assert share == pytest.approx(value_at(shape.SHARE_OF_LINES, 10), abs=0.05)
    weekdays = Counter(moment.weekday() for moment in orders.values())
    for weekday, measured in enumerate(shape.WEEKDAY_SHARE):
        assert weekdays[weekday] / len(orders) == pytest.approx(measured, abs=0.03)
    hours = Counter(moment.hour for moment in orders.values())
    for hour, part in enumerate(shares(shape.HOUR_ORDERS), shape.FIRST_HOUR):
        assert hours[hour] / len(orders) == pytest.approx(part, abs=0.03)
    assert counts[Return] / counts[Sale] == pytest.approx(shape.RETURN_SHARE, abs=0.005)
    assert {quantity for quantity, _ in units.most_common(3)} == {1, 2, 12}
