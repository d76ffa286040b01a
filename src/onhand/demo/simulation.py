"""Playing the demo's trade day by day against running stock, so that every event can be booked.

A day is planned as timed tasks (deliveries, refills of the smaller warehouses, orders, returns,
corrections, a count, the evening's purchases), done in order of time. What stock does not allow is
sold from the main warehouse, in part, or not at all. The last two hours hold the open reservations
and backorders, and nothing else. Products are known here by rank, the best seller being 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import accumulate, count
from math import ceil
from random import Random

from onhand.demo.catalogue import COVER_DAYS, DemoProduct, DemoWarehouse
from onhand.demo.draw import price_band, sample
from onhand.demo.events import (
    Correction,
    Count,
    CustomerReturn,
    Event,
    Receipt,
    Reservation,
    Shipment,
    Transfer,
)
from onhand.demo.shape import (
    CORRECTION_SHARE,
    FIRST_HOUR,
    FOUND_REASONS,
    FOUND_UNITS,
    HOUR_ORDERS,
    LINES_PER_ORDER,
    LOSS_REASONS,
    LOSS_SHARE,
    LOST_UNITS,
    MONTH_FACTOR,
    RETURN_DELAY_DAYS,
    RETURN_SHARE,
    RETURNED_PART,
    UNITS_BY_PRICE,
    WEEKDAY_SHARE,
)

__all__ = ["Simulation"]

Task = Callable[[datetime], Iterator[Event]]

TRADING_WEEKDAYS = sum(share > 0 for share in WEEKDAY_SHARE)
CLOSING = timedelta(hours=2)  # before the end: reservations only
LATE_DAYS = 60  # late suppliers have delivered nothing for so long
FIRST_ORDER = 10_001
FIRST_PURCHASE = 2_001
FIRST_TRANSFER = 301
REFILL_DAYS = 14
VARIANCE_SHARE = 0.04
OPEN_ORDERS = 40
BACKORDERS = 8
SURE_BACKORDERS = 3
_COUNTERS = ("Imani Okafor", "Piet Visser", "Rosa Lind")
_HOURS = tuple(range(FIRST_HOUR, FIRST_HOUR + len(HOUR_ORDERS)))
_HOUR_SUMS = tuple(accumulate(HOUR_ORDERS))


class Simulation:
    """One run; `events` may be iterated once."""

    def __init__(
        self,
        random: Random,
        products: Sequence[DemoProduct],
        warehouses: Sequence[DemoWarehouse],
        since: datetime,
        until: datetime,
        orders_per_day: float,
    ) -> None:
        self._random = random
        self._products = products
        self._warehouses = warehouses
        self._since = since
        self._until = until
        self._last = max(since, until - CLOSING)
        self._orders_per_day = orders_per_day
        self._ranks = range(len(products))
        self._line_sums = list(accumulate(product.share_of_lines for product in products))
        self._codes = [warehouse.code for warehouse in warehouses]
        self._order_sums = list(accumulate(warehouse.order_share for warehouse in warehouses))
        bands = [price_band(float(product.selling_price)) for product in products]
        tables = [(tuple(units), tuple(accumulate(units.values()))) for _, units in UNITS_BY_PRICE]
        self._units = [tables[band] for band in bands]
        # Units on hand by rank; a rank that a warehouse does not keep is not there.
        self._stock = {
            warehouse.code: dict.fromkeys(range(ceil(warehouse.range_share * len(products))), 0)
            for warehouse in warehouses
        }
        self._main = self._stock[self._codes[0]]
        self._on_order = [0] * len(products)
        self._tasks: list[tuple[datetime, int, Task]] = []
        self._task_numbers = count()
        self._touched: set[int] = set()
        self._order_numbers = count(FIRST_ORDER)
        self._purchase_numbers = count(FIRST_PURCHASE)
        self._transfer_numbers = count(FIRST_TRANSFER)

    def events(self) -> Iterator[Event]:
        """Everything, in order of time."""
        yield from self._opening_stock()
        last = self._last
        day = self._since.date()
        while day <= last.date():
            self._plan_day(day)
            day += timedelta(days=1)
            midnight = datetime.combine(day, time(), UTC)
            while self._tasks and self._tasks[0][0] < midnight:
                moment, _, task = heappop(self._tasks)
                if self._since <= moment <= last:
                    yield from task(moment)
        yield from self._open_orders(last)

    # Planning

    def _plan(self, moment: datetime, task: Task) -> None:
        # The running number keeps tasks of one moment in the order they were planned.
        heappush(self._tasks, (moment, next(self._task_numbers), task))

    def _plan_day(self, day: date) -> None:
        self._plan(_at(day, 21), self._buy)
        trade = WEEKDAY_SHARE[day.weekday()] * TRADING_WEEKDAYS
        if not trade:
            return
        if day.weekday() == 0:
            self._plan(_at(day, 6, 30), self._refill)
        # Each month, warehouse after warehouse, on the days from the 2nd.
        place = (day.day - 2) // 2
        if day.day >= 2 and day.day % 2 == 0 and place < len(self._warehouses):
            self._plan(_at(day, 20, 15), lambda moment: self._count(moment, place))
        mean = self._orders_per_day * MONTH_FACTOR[day.month - 1] * trade
        for _ in range(round(mean * self._random.uniform(0.7, 1.3))):
            self._plan(self._moment_of_trade(day), self._order)

    def _moment_of_trade(self, day: date) -> datetime:
        hour = self._random.choices(_HOURS, cum_weights=_HOUR_SUMS)[0]
        return _at(day, hour, int(self._random.random() * 60))

    def _next_moment_of_trade(self, day: date) -> datetime:
        return self._moment_of_trade(_trading_day(day + timedelta(days=1)))

    def _needed(self, rank: int, day: date, days: float) -> float:
        """Units that `days` from `day` on are expected to sell, all warehouses together."""
        season = MONTH_FACTOR[day.month - 1]
        return self._products[rank].daily_demand * season * days

    # What comes in

    def _opening_stock(self) -> Iterator[Event]:
        """What was there before the first day: main between two purchases, the others full."""
        day = self._since.date()
        for warehouse in self._warehouses:
            stock = self._stock[warehouse.code]
            for rank in stock:
                product = self._products[rank]
                if stock is self._main:
                    days = product.lead_time_days + self._random.uniform(0.2, 1.1) * COVER_DAYS
                    quantity = product.safety_stock + ceil(self._needed(rank, day, days))
                else:
                    quantity = self._full(warehouse, rank, day)
                stock[rank] = quantity
                yield Receipt(
                    self._since, product.sku, warehouse.code, quantity, "OPENING", "Opening stock"
                )

    def _buy(self, moment: datetime) -> Iterator[Event]:
        """Orders from suppliers what the day has brought to its reorder point."""
        day = moment.date()
        for rank in sorted(self._touched):
            product = self._products[rank]
            position = self._on_order[rank] + sum(
                stock.get(rank, 0) for stock in self._stock.values()
            )
            point = product.safety_stock + self._needed(rank, day, product.lead_time_days)
            if position > point:
                continue
            lot = product.reorder_quantity
            # The lot is the last month's; a quieter month buys less, in the same packs' multiple.
            wanted = self._needed(rank, day, COVER_DAYS) + point - position
            quantity = max(1, round(wanted / lot * 4)) * max(1, lot // 4)
            self._on_order[rank] += quantity
            arrival = day + timedelta(
                days=max(1, product.lead_time_days + self._random.choice((-1, 0, 0, 0, 1, 2)))
            )
            if not (product.is_late and arrival > self._until.date() - timedelta(LATE_DAYS)):
                reference = f"PO-{next(self._purchase_numbers)}"
                self._plan_delivery(arrival, rank, quantity, reference)
        self._touched.clear()
        return iter(())

    def _plan_delivery(self, day: date, rank: int, quantity: int, reference: str) -> None:
        def arrive(moment: datetime) -> Iterator[Event]:
            self._main[rank] += quantity
            self._on_order[rank] -= quantity
            sku = self._products[rank].sku
            yield Receipt(moment, sku, self._codes[0], quantity, reference, "Purchase received")

        self._plan(_at(_trading_day(day), 8, self._random.randrange(60)), arrive)

    # What goes round

    def _full(self, warehouse: DemoWarehouse, rank: int, day: date) -> int:
        """What a smaller warehouse holds of a product when it is full."""
        return max(2, ceil(self._needed(rank, day, REFILL_DAYS) * warehouse.order_share))

    def _refill(self, moment: datetime) -> Iterator[Event]:
        """Fills the smaller warehouses' half-empty places from main, which keeps half its stock."""
        for warehouse in self._warehouses[1:]:
            reference = f"TR-{next(self._transfer_numbers)}"
            stock = self._stock[warehouse.code]
            for rank, on_hand in stock.items():
                full = self._full(warehouse, rank, moment.date())
                quantity = min(full - on_hand, self._main[rank] // 2)
                if on_hand <= full / 2 and quantity > 0:
                    self._main[rank] -= quantity
                    stock[rank] += quantity
                    sku = self._products[rank].sku
                    yield Transfer(moment, sku, self._codes[0], warehouse.code, quantity, reference)

    def _count(self, moment: datetime, place: int) -> Iterator[Event]:
        """Counts a whole warehouse before the evening's end; a few shelves differ by a little."""
        random = self._random
        code = self._codes[place]
        reference = f"COUNT-{code}-{moment:%Y-%m}"
        pace = timedelta(minutes=40) / len(self._stock[code])
        for number, (rank, on_hand) in enumerate(self._stock[code].items()):
            counted = on_hand
            if random.random() < VARIANCE_SHARE:
                counted = max(0, on_hand + random.choice((-3, -2, -1, -1, 1, 1, 2)))
                self._stock[code][rank] = counted
            yield Count(
                min(self._last, (moment + pace * number).replace(microsecond=0)),
                self._products[rank].sku,
                code,
                counted,
                _COUNTERS[place % len(_COUNTERS)],
                reference,
            )

    # What goes out, comes back, breaks

    def _order(self, moment: datetime) -> Iterator[Event]:
        """An order; as in the real file, one may name a product twice."""
        random = self._random
        reference = f"SO-{next(self._order_numbers)}"
        home = random.choices(self._codes, cum_weights=self._order_sums)[0]
        lines = round(sample(random, LINES_PER_ORDER))
        for rank in random.choices(self._ranks, cum_weights=self._line_sums, k=lines):
            quantities, sums = self._units[rank]
            wanted = random.choices(quantities, cum_weights=sums)[0]
            code = home if self._stock[home].get(rank, 0) >= wanted else self._codes[0]
            quantity = min(wanted, self._stock[code][rank])
            if quantity == 0:
                continue
            self._stock[code][rank] -= quantity
            self._touched.add(rank)
            yield Shipment(moment, self._products[rank].sku, code, quantity, reference)
            chance = random.random()
            if chance < RETURN_SHARE:
                self._plan_return(moment, rank, code, quantity, reference)
            elif chance > 1 - CORRECTION_SHARE:
                self._plan(self._next_moment_of_trade(moment.date()), self._correct)

    def _plan_return(
        self, sold_at: datetime, rank: int, code: str, sold: int, reference: str
    ) -> None:
        delay = timedelta(days=sample(self._random, RETURN_DELAY_DAYS))
        quantity = max(1, round(sold * sample(self._random, RETURNED_PART)))
        moment = (sold_at + delay).replace(second=0, microsecond=0)
        if moment.hour not in _HOURS or WEEKDAY_SHARE[moment.weekday()] == 0:
            moment = self._next_moment_of_trade(moment.date())

        def come_back(moment: datetime) -> Iterator[Event]:
            self._stock[code][rank] += quantity
            sku = self._products[rank].sku
            yield CustomerReturn(moment, sku, code, quantity, f"C-{reference}")

        self._plan(moment, come_back)

    def _correct(self, moment: datetime) -> Iterator[Event]:
        """Some product, somewhere, is damaged or found; at most a quarter of what is there."""
        random = self._random
        code = random.choices(self._codes, cum_weights=self._order_sums)[0]
        stock = self._stock[code]
        rank = random.randrange(len(stock))
        is_loss = random.random() < LOSS_SHARE
        units, reasons = (LOST_UNITS, LOSS_REASONS) if is_loss else (FOUND_UNITS, FOUND_REASONS)
        quantity = min(round(sample(random, units)), stock[rank] // 4)
        if quantity == 0:
            return
        change = -quantity if is_loss else quantity
        reason = random.choices(tuple(reasons), tuple(reasons.values()))[0]
        stock[rank] += change
        self._touched.add(rank)
        yield Correction(moment, self._products[rank].sku, code, change, reason)

    # What is still open at the end

    def _open_orders(self, last: datetime) -> Iterator[Event]:
        """Orders not shipped yet: some of what is there, and of what is out and may wait."""
        random = self._random
        available = dict(self._main)
        may_wait = [rank for rank in self._ranks if self._products[rank].allow_backorder]
        may_wait.sort(key=lambda rank: available[rank])
        waiting = [
            rank
            for place, rank in enumerate(may_wait[:BACKORDERS])
            if available[rank] == 0 or place < SURE_BACKORDERS
        ]
        ranks = random.choices(self._ranks, cum_weights=self._line_sums, k=OPEN_ORDERS)
        ranks = [rank for rank in ranks if rank not in waiting] + waiting
        random.shuffle(ranks)
        gap = (self._until - last) / (len(ranks) + 1)
        for number, rank in enumerate(ranks, 1):
            product = self._products[rank]
            quantities, sums = self._units[rank]
            quantity = random.choices(quantities, cum_weights=sums)[0]
            if rank in waiting:
                quantity += available[rank]
            else:
                quantity = min(quantity, available[rank])
            if quantity == 0:
                continue
            available[rank] = max(0, available[rank] - quantity)
            order_id = next(self._order_numbers)
            # Every third one is a basket that is held for a while only.
            hold = timedelta(hours=random.randint(6, 72)) if number % 3 == 0 else None
            yield Reservation(
                (last + gap * number).replace(microsecond=0),
                product.sku,
                self._codes[0],
                quantity,
                order_id,
                f"SO-{order_id}",
                self._until + hold if hold else None,
            )


def _trading_day(day: date) -> date:
    """`day`, or the first day after it on which there is trade."""
    while WEEKDAY_SHARE[day.weekday()] == 0:
        day += timedelta(days=1)
    return day


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)
