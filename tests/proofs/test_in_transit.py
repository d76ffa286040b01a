"""In short: transfers in transit while totals are read and servers killed."""

from __future__ import annotations

from pathlib import Path

from proofs import in_transit
from proofs.ground import Ground, Kind
from proofs.in_transit import KILLS, Sizes
from tests.proofs.planted import PlantedGround

SIZES = Sizes(writers=12, steps=150, reads=60, kills=1)


def test_nothing_is_lost_or_made_on_the_way(ground: Ground) -> None:
    result = in_transit.run(ground, servers=1, sizes=SIZES)
    assert result.holds, result.breaches
    assert result.facts[KILLS] == 1


def test_several_servers_lose_and_make_nothing(postgresql_ground: Ground) -> None:
    result = in_transit.run(postgresql_ground, servers=3, sizes=SIZES)
    assert result.holds, result.breaches


def test_what_is_forgotten_in_transit_is_found(sqlite_url: str, tmp_path: Path) -> None:
    faulty = PlantedGround(Kind.sqlite, tmp_path, sqlite_url, None, fault="forgets_transit")
    try:
        result = in_transit.run(faulty, servers=1, sizes=Sizes(writers=8, steps=60, reads=40))
    finally:
        faulty.close()
    assert any("on hand and in transit add up to" in one for one in result.breaches), result
    assert any("level's in transit" in one for one in result.breaches)
