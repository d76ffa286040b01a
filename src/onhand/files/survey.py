"""What a transactions file holds, told from one pass over its chunks: the first of two passes.

Products by stock code, with name and price as last seen, and the opening stock that each needs so
that no sale oversells. Memory grows with the products, not with the lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from onhand.files.records import Chunk, Correction, Return, Sale

__all__ = ["Survey", "SurveyedProduct", "Surveyor", "survey"]

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SurveyedProduct:
    """One product, as its lines tell.

    name           the last description of a sale; else of a return; else the stock code. What a
                   correction says ("damaged") is never a name
    unit_price     the last price of a sale; else of a return; None where neither stands
    opening_stock  the deepest deficit of the running stock, in line order: units that must be there
                   before `first_seen` so that no line takes stock below zero
    units_sold, units_returned, units_found, units_lost   all >= 0
    final_stock    opening_stock and all movements
    """

    sku: str
    name: str
    unit_price: Decimal | None
    opening_stock: int
    units_sold: int
    units_returned: int
    units_found: int
    units_lost: int
    first_seen: datetime
    last_seen: datetime

    @property
    def final_stock(self) -> int:
        """Units left after the last line, `opening_stock` included."""
        coming = self.opening_stock + self.units_returned + self.units_found
        return coming - self.units_sold - self.units_lost

    def average_daily_demand(self, until: datetime) -> float:
        """Units sold and not returned, per day from `first_seen` to `until`; at least one day."""
        days = max(1.0, (until - self.first_seen) / _ONE_DAY)
        return max(0, self.units_sold - self.units_returned) / days


@dataclass(frozen=True, slots=True)
class Survey:
    """The sum of the chunks seen. `first_at` and `last_at` are None where no line moved stock.

    `last_line` and `digest` name how far, and what, was surveyed.
    """

    products: dict[str, SurveyedProduct]
    sales: int
    returns: int
    corrections: int
    problems_by_kind: dict[str, int]
    first_at: datetime | None
    last_at: datetime | None
    last_line: int
    digest: str

    @property
    def problems(self) -> int:
        """How many lines move no stock."""
        return sum(self.problems_by_kind.values())


class _Tally:
    """The running figures of one product."""

    __slots__ = (
        "deepest",
        "first_seen",
        "found",
        "last_seen",
        "lost",
        "returned",
        "returned_name",
        "returned_price",
        "sold",
        "sold_name",
        "sold_price",
        "stock",
    )

    def __init__(self, occurred_at: datetime) -> None:
        self.stock = self.deepest = 0
        self.sold = self.returned = self.found = self.lost = 0
        self.sold_name = self.returned_name = ""
        self.sold_price: Decimal | None = None
        self.returned_price: Decimal | None = None
        self.first_seen = self.last_seen = occurred_at


class Surveyor:
    """Gathers chunks; `survey()` may be asked at any time."""

    def __init__(self) -> None:
        self._tallies: dict[str, _Tally] = {}
        self._counts = {Sale: 0, Return: 0, Correction: 0}
        self._problems: Counter[str] = Counter()
        self._last_line = 0
        self._digest = ""

    def add(self, chunk: Chunk) -> None:
        """Takes the next chunk into account; chunks come in the file's order."""
        tallies = self._tallies
        sales = returns = 0
        for line in chunk.lines:
            tally = tallies.get(line.sku)
            if tally is None:
                tally = tallies[line.sku] = _Tally(line.occurred_at)
            if line.occurred_at > tally.last_seen:
                tally.last_seen = line.occurred_at
            elif line.occurred_at < tally.first_seen:
                tally.first_seen = line.occurred_at
            quantity = line.quantity
            if type(line) is Sale:
                sales += 1
                tally.sold += quantity
                tally.stock -= quantity
                tally.sold_price = line.unit_price
                if line.description:
                    tally.sold_name = line.description
            elif type(line) is Return:
                returns += 1
                tally.returned += quantity
                tally.stock += quantity
                tally.returned_price = line.unit_price
                if line.description:
                    tally.returned_name = line.description
            else:
                tally.stock += quantity
                if quantity > 0:
                    tally.found += quantity
                else:
                    tally.lost -= quantity
            if tally.stock < tally.deepest:
                tally.deepest = tally.stock
        self._counts[Sale] += sales
        self._counts[Return] += returns
        self._counts[Correction] += len(chunk.lines) - sales - returns
        self._problems.update(problem.kind for problem in chunk.problems)
        self._last_line = chunk.last_line
        self._digest = chunk.digest

    def survey(self) -> Survey:
        """What the chunks added so far hold."""
        tallies = self._tallies.values()
        return Survey(
            products={
                sku: SurveyedProduct(
                    sku=sku,
                    name=tally.sold_name or tally.returned_name or sku,
                    unit_price=(
                        tally.sold_price if tally.sold_price is not None else tally.returned_price
                    ),
                    opening_stock=-tally.deepest,
                    units_sold=tally.sold,
                    units_returned=tally.returned,
                    units_found=tally.found,
                    units_lost=tally.lost,
                    first_seen=tally.first_seen,
                    last_seen=tally.last_seen,
                )
                for sku, tally in self._tallies.items()
            },
            sales=self._counts[Sale],
            returns=self._counts[Return],
            corrections=self._counts[Correction],
            problems_by_kind=dict(sorted(self._problems.items())),
            first_at=min((tally.first_seen for tally in tallies), default=None),
            last_at=max((tally.last_seen for tally in tallies), default=None),
            last_line=self._last_line,
            digest=self._digest,
        )


def survey(chunks: Iterable[Chunk]) -> Survey:
    """Surveys all `chunks`, in the file's order."""
    surveyor = Surveyor()
    for chunk in chunks:
        surveyor.add(chunk)
    return surveyor.survey()
