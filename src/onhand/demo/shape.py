"""The measured shape of a real shop: small tables, from which the demo's shop is drawn.

Source: Online Retail II, UCI Machine Learning Repository (id 502), donor Dr Daqing Chen, licence
CC BY 4.0; Chen, Sain, Guo (2012), Journal of Database Marketing 19(3), 197-208,
doi:10.1057/dbm.2012.17. A gift wholesaler in the United Kingdom, 2009-12-01 to 2011-12-09:
1,014,945 sales of goods in 39,514 orders on 604 days, 17,973 returns, 5,938 corrections of stock.

Measured over lines of goods only (stock codes of five digits and up to two letters), without the
two slips of 74,215 and 80,995 units that were cancelled within minutes. "Quantiles" are pairs of
percent and value: that share of all cases is at or below the value.
"""

from __future__ import annotations

from typing import Final

Quantiles = tuple[tuple[float, float], ...]

# Percent of the 4,706 products, most sold first, and their share of all sales lines. Half-years
# looked at alone differ by less than 0.05 at any point.
SHARE_OF_LINES: Final[Quantiles] = (
    (0, 0.0),
    (0.5, 0.0609),
    (1, 0.1061),
    (2, 0.1733),
    (5, 0.3169),
    (10, 0.4785),
    (20, 0.6710),
    (30, 0.7898),
    (40, 0.8701),
    (50, 0.9235),
    (60, 0.9583),
    (70, 0.9798),
    (80, 0.9924),
    (90, 0.9984),
    (100, 1.0),
)

# Orders per weekday, Monday first, as a share of all. 30 orders in two years fell on a Saturday.
WEEKDAY_SHARE: Final = (0.158, 0.181, 0.180, 0.207, 0.152, 0.0, 0.122)

# Orders by the hour in which they were invoiced, from 07:00; 54 of 39,514 lie outside.
FIRST_HOUR: Final = 7
HOUR_ORDERS: Final = (76, 995, 2719, 4562, 4837, 6369, 5638, 4974, 4487, 2628, 1381, 465, 330)

# Sales lines per trading day, January first, against the mean of all trading days. December is the
# mean of 2009 and 2010, which end before Christmas.
MONTH_FACTOR: Final = (0.81, 0.69, 0.84, 0.85, 0.86, 0.86, 0.82, 0.77, 1.04, 1.35, 1.84, 1.25)

# Lines per order; mean 25.7.
LINES_PER_ORDER: Final[Quantiles] = (
    (0, 1),
    (5, 1),
    (10, 2),
    (20, 5),
    (30, 8),
    (40, 12),
    (50, 15),
    (60, 20),
    (70, 25),
    (80, 34),
    (90, 53),
    (95, 76),
    (99, 198),
    (100, 250),
)

# Unit price in pounds, each product's median.
UNIT_PRICE: Final[Quantiles] = (
    (0, 0.19),
    (1, 0.21),
    (5, 0.42),
    (10, 0.59),
    (20, 0.85),
    (30, 1.25),
    (40, 1.65),
    (50, 2.10),
    (60, 2.95),
    (70, 3.75),
    (80, 4.95),
    (90, 7.95),
    (95, 10.75),
    (99, 29.17),
    (100, 39.95),
)

# Units per line, in thousandths of the lines, for products priced below each bound in pounds. The
# tables hold the 18 or so commonest quantities, nine tenths of the lines and more.
UNITS_BY_PRICE: Final[tuple[tuple[float, dict[int, int]], ...]] = (
    (
        1.0,
        {1: 155, 2: 92, 3: 50, 4: 42, 5: 24, 6: 41, 8: 20, 10: 37, 12: 195, 16: 13, 20: 12}
        | {24: 130, 25: 46, 36: 21, 48: 34, 72: 8, 96: 8, 100: 4, 120: 4, 144: 5},
    ),
    (
        2.0,
        {1: 203, 2: 126, 3: 61, 4: 51, 5: 25, 6: 61, 8: 35, 10: 79, 12: 205, 16: 11, 20: 16}
        | {24: 48, 36: 6, 48: 11, 72: 6, 96: 5, 100: 8, 144: 3},
    ),
    (
        4.0,
        {1: 296, 2: 147, 3: 64, 4: 90, 5: 26, 6: 173, 8: 27, 10: 29, 12: 69, 16: 3, 18: 5}
        | {20: 5, 24: 17, 32: 4, 36: 4, 48: 6, 72: 2, 96: 1},
    ),
    (
        8.0,
        {1: 389, 2: 215, 3: 125, 4: 102, 5: 15, 6: 52, 8: 17, 9: 5, 10: 17, 12: 22, 16: 4}
        | {20: 3, 24: 10, 48: 2},
    ),
    (float("inf"), {1: 530, 2: 280, 3: 44, 4: 61, 5: 9, 6: 23, 8: 12, 10: 4, 12: 10, 16: 7, 24: 3}),
)

# Returned lines per sales line; days from the customer's last purchase of the product to its
# return; the units returned against the units of that purchase.
RETURN_SHARE: Final = 0.0177
RETURN_DELAY_DAYS: Final[Quantiles] = (
    (0, 0.05),
    (10, 0.85),
    (20, 3.77),
    (30, 5.96),
    (40, 7.70),
    (50, 10.15),
    (60, 15.14),
    (70, 22.96),
    (80, 41.02),
    (90, 82.88),
    (95, 148.96),
    (100, 324),
)
RETURNED_PART: Final[Quantiles] = (
    (0, 0.02),
    (5, 0.042),
    (10, 0.083),
    (20, 0.125),
    (30, 0.200),
    (40, 0.333),
    (50, 0.500),
    (60, 0.667),
    (70, 1.0),
    (100, 1.0),
)

# Corrections per sales line, the share of them that lose stock, and their units.
CORRECTION_SHARE: Final = 0.00585
LOSS_SHARE: Final = 0.566
LOST_UNITS: Final[Quantiles] = (
    (0, 1),
    (5, 1),
    (10, 2),
    (20, 6),
    (30, 10),
    (40, 17),
    (50, 27),
    (60, 40),
    (70, 64),
    (80, 110),
    (90, 242),
    (95, 600),
    (100, 3140),
)
FOUND_UNITS: Final[Quantiles] = (
    (0, 1),
    (30, 1),
    (40, 2),
    (50, 4),
    (60, 8),
    (70, 16),
    (80, 39),
    (90, 100),
    (95, 219),
    (100, 2560),
)

# How often the commonest reasons were written, spellings of one thought taken together.
LOSS_REASONS: Final = {
    "Damaged": 201,
    "Stock check": 134,
    "Missing": 49,
    "Smashed": 19,
    "Thrown away": 19,
}
FOUND_REASONS: Final = {"Stock check": 40, "Found": 38, "Adjustment": 16}
