"""Drawing from the measured tables: quantiles become numbers, shares become weights."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, pairwise
from random import Random

from onhand.demo.shape import SHARE_OF_LINES, UNITS_BY_PRICE, Quantiles

__all__ = ["mean_of", "price_band", "product_weights", "sample", "value_at"]


def value_at(quantiles: Quantiles, percent: float) -> float:
    """The value at `percent` of a table, straight between its points."""
    if percent <= quantiles[0][0]:
        return quantiles[0][1]
    place = bisect_left(quantiles, (percent,))
    if place == len(quantiles):
        return quantiles[-1][1]
    (low, low_value), (high, high_value) = quantiles[place - 1], quantiles[place]
    return low_value + (high_value - low_value) * (percent - low) / (high - low)


def sample(random: Random, quantiles: Quantiles) -> float:
    """One case drawn from a table of quantiles."""
    return value_at(quantiles, 100 * random.random())


def mean_of(quantiles: Quantiles) -> float:
    """The mean of what `sample` draws."""
    return sum(
        (high - low) / 100 * (low_value + high_value) / 2
        for (low, low_value), (high, high_value) in pairwise(quantiles)
    )


def product_weights(products: int) -> list[float]:
    """Each product's share of sales lines, most sold first: the measured curve, cut in `products`.

    The shares add up to 1. A running mean, the wider the further down, rounds the corners that a
    table of a few points has; it keeps the sums.
    """
    shares = [value_at(SHARE_OF_LINES, 100 * rank / products) for rank in range(products + 1)]
    plain = [high - low for low, high in pairwise(shares)]
    sums = [0.0, *accumulate(plain)]
    smooth = []
    for rank in range(products):
        reach = min(rank, products - 1 - rank, max(1, rank // 5))
        smooth.append((sums[rank + reach + 1] - sums[rank - reach]) / (2 * reach + 1))
    total = sum(smooth)
    return [weight / total for weight in sorted(smooth, reverse=True)]


def price_band(price: float) -> int:
    """Which of `UNITS_BY_PRICE` a price belongs to."""
    return next(band for band, (bound, _) in enumerate(UNITS_BY_PRICE) if price < bound)
