"""In short: more buyers than units, at once, on one server and on three."""

from __future__ import annotations

from proofs import buyers
from proofs.buyers import Sale
from proofs.ground import Ground

SALES = [Sale(units=1, buyers=200, rounds=10), Sale(units=100, buyers=1_000, rounds=1)]


def test_as_many_are_sold_as_there_are(ground: Ground) -> None:
    result = buyers.run(ground, servers=1, sales=SALES)
    assert result.holds, result.breaches
    assert result.facts["units sold"] == 110


def test_several_servers_sell_no_more(postgresql_ground: Ground) -> None:
    result = buyers.run(postgresql_ground, servers=3, sales=SALES)
    assert result.holds, result.breaches
    assert result.facts["units sold"] == 110
