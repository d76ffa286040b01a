"""Invented goods of a gift wholesaler: what they are called, by what they cost.

Names combine a look, a material and an object; every word is our own choice. Objects are grouped by
the price they would sell at, so that a name and its price agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

__all__ = ["Article", "articles"]


class Article(NamedTuple):
    """A kind of goods: `family` starts its SKU, `name` is unique."""

    family: str
    name: str


_LOOKS = (
    "Sage", "Coral", "Indigo", "Ivory", "Mustard", "Teal", "Plum", "Slate", "Rose", "Moss",
    "Striped", "Speckled", "Checked", "Meadow", "Harbour", "Fern", "Starlit", "Orchard",
)  # fmt: skip

# Per price band: family, materials, objects.
_GOODS: tuple[tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...], ...] = (
    (
        ("PAP", ("Kraft", "Tissue", "Recycled"), ("Gift Tag", "Greeting Card", "Sticker Sheet",
                                                   "Paper Straws", "Notelet", "Treat Bag")),
        ("KEE", ("Wooden", "Felt", "Tin"), ("Key Ring", "Pin Badge", "Bookmark", "Fridge Magnet")),
        ("WAX", ("Soy", "Beeswax"), ("Tea Light", "Birthday Candle", "Votive")),
    ),
    (
        ("PAP", ("Kraft", "Linen Bound", "Recycled"), ("Notebook", "Gift Wrap Roll", "Garland",
                                                       "Napkin Pack", "Envelope Set")),
        ("BAG", ("Cotton", "Jute", "Canvas"), ("Lunch Bag", "Drawstring Pouch", "Purse")),
        ("KIT", ("Enamel", "Bamboo", "Tin"), ("Egg Cup", "Spoon", "Coaster", "Cookie Cutter")),
    ),
    (
        ("KIT", ("Enamel", "Stoneware", "Bamboo"), ("Mug", "Sugar Bowl", "Cake Slice",
                                                    "Storage Tin", "Jam Jar")),
        ("TEX", ("Cotton", "Linen", "Wool"), ("Tea Towel", "Oven Glove", "Napkin Set", "Pot Mat")),
        ("GAR", ("Zinc", "Terracotta"), ("Plant Label Set", "Seed Tin", "Herb Pot", "Bird Feeder")),
        ("TOY", ("Wooden", "Felt"), ("Spinning Top", "Finger Puppet", "Domino Set")),
    ),
    (
        ("KIT", ("Enamel", "Stoneware", "Glass"), ("Jug", "Teapot", "Butter Dish", "Cake Stand")),
        ("TEX", ("Cotton", "Linen"), ("Apron", "Cushion Cover", "Table Runner")),
        ("LIT", ("Paper", "Glass", "Wire"), ("Lantern", "Fairy Lights", "Candle Holder")),
        ("BAG", ("Canvas", "Jute"), ("Shopper", "Picnic Bag", "Wash Bag")),
    ),
    (
        ("HOM", ("Oak", "Rattan", "Iron"), ("Wall Clock", "Picture Frame", "Letter Rack",
                                            "Bookend Pair", "Mirror")),
        ("TEX", ("Wool", "Quilted"), ("Throw", "Floor Cushion", "Bed Runner")),
        ("GAR", ("Zinc", "Willow"), ("Watering Can", "Planter", "Picnic Basket", "Trug")),
        ("TOY", ("Wooden", "Tin"), ("Train Set", "Doll House", "Marble Run")),
    ),
)  # fmt: skip


def articles(random: Random) -> list[Iterator[Article]]:
    """For each price band an endless, shuffled supply of articles; no name comes twice."""
    return [_endless(random, groups, band) for band, groups in enumerate(_GOODS)]


def _endless(
    random: Random, groups: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...], band: int
) -> Iterator[Article]:
    every = [
        Article(family, f"{look} {material} {thing}")
        for family, materials, things in groups
        for look in _LOOKS
        for material in materials
        for thing in things
    ]
    random.shuffle(every)
    edition = 1
    while True:
        for family, name in every:
            yield Article(family, name if edition == 1 else f"{name} No. {edition}")
        edition += 1
