"""How good the book is, and what to count when.

Inventory record accuracy (IRA) is the share of the records counted whose book quantity is within
tolerance of what was found, each record counting alike (Brooks and Wilson, Inventory Record
Accuracy, 2nd ed., Wiley 2007; Schrady, Operational Definitions of Inventory Record Accuracy, Naval
Research Logistics Quarterly 17, 1970). It is not a sum of variances, in which a surplus here would
make up for a loss there.

ABC classes rank products by the value that they turn over (Dickie, ABC Inventory Analysis Shoots
for Dollars, Not Pennies, Factory Management and Maintenance 109, 1951): what is worth more is
counted more often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

CLASS_SHARES: Mapping[str, float] = {"A": 0.80, "B": 0.95}
"""Up to which share of the value of sales, the most valuable first, products are in a class; the
one that crosses the line is still in it. All others, and those that sell nothing, are C."""

COUNT_EVERY: Mapping[str, timedelta] = {
    "A": timedelta(days=30),
    "B": timedelta(days=91),
    "C": timedelta(days=365),
}
"""How long after its last count a product is due: monthly, quarterly, yearly."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a count may be from the book: the wider of so many units and a percent of the book.

    None of either: not at all.
    """

    percent: Decimal = Decimal(0)
    units: int = 0

    def holds(self, book: int, counted: int) -> bool:
        """Whether a count is within it."""
        variance = abs(counted - book)
        return variance <= self.units or variance * 100 <= self.percent * book


def record_accuracy(within: Iterable[bool]) -> Decimal | None:
    """IRA in percent, to two decimals, of whether each record was within; None without any."""
    hits = list(within)
    return accuracy_of(sum(hits), len(hits))


def accuracy_of(within: int, records: int) -> Decimal | None:
    """IRA in percent, to two decimals, of how many records were within; None without any."""
    if not records:
        return None
    return (Decimal(100 * within) / records).quantize(Decimal("0.01"))
