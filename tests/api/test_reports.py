"""Reports over the whole API: what happened by day, what the stock is worth, how good the book was.

The totals are never moved on here: what was recorded is added as it is asked for.
"""

from __future__ import annotations

import csv
import io
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onhand.core.levels import MAX_QUANTITY
from onhand.ledger.daily_totals import SPAN
from onhand.store.daily_totals import SqlDailyTotals
from onhand.store.engine import parse_database
from tests.api.conftest import NewProduct
from tests.api.harness import Shop
from tests.store.contract_totals import move_on

_codes = (f"R{number}" for number in itertools.count(1))


@pytest.fixture
def site(shop: Shop) -> int:
    """A warehouse of its own."""
    made = shop("POST", "/warehouses", {"name": "Reported", "code": next(_codes)})
    number: int = made.data["id"]
    return number


def move(shop: Shop, product: dict[str, Any], site: int, units: int, **fields: Any) -> None:
    body = {"quantity": units, "reason": "Moved", "warehouse_id": site} | fields
    answer = shop("POST", f"/inventory/{product['id']}/adjust", body)
    assert answer.status == 200, answer.body


def days(shop: Shop, query: str = "") -> list[dict[str, Any]]:
    """The days of the activity that something happened on."""
    answer = shop("GET", f"/reports/activity?{query}")
    assert answer.status == 200, answer.body
    assert answer.json["meta"]["is_complete"]
    return [day for day in answer.data if day["movements"]]


class TestActivity:
    def test_a_day_tells_what_came_and_went(
        self, shop: Shop, site: int, product: NewProduct
    ) -> None:
        lamp = product(cost_price=2.5)
        now = datetime.now(UTC)
        move(shop, lamp, site, 10, occurred_at=(now - timedelta(days=2)).isoformat())
        move(shop, lamp, site, -3, occurred_at=(now - timedelta(days=1)).isoformat())
        sent = {"product_id": lamp["id"], "from_warehouse_id": site, "to_warehouse_id": 1}
        assert shop("POST", "/inventory/transfer", sent | {"quantity": 2}).status == 200
        first, second, third = days(shop, f"warehouse_id={site}")
        assert (first["units_in"], first["units_out"], first["quantity_on_hand"]) == (10, 0, 10)
        assert first["values"] == [{"currency": "USD", "value": 25}]
        assert (second["units_in"], second["units_out"], second["quantity_on_hand"]) == (0, 3, 7)
        assert (third["transferred_out"], third["transferred_in"], third["movements"]) == (2, 0, 1)
        assert third["values"] == [{"currency": "USD", "value": 12.5}]
        assert third["day"] == now.date().isoformat()

    def test_all_of_the_shop_is_what_is_on_hand(
        self, shop: Shop, site: int, product: NewProduct
    ) -> None:
        lamp = product(cost_price=7, currency="EUR", stock_quantity=4)
        move(shop, lamp, site, 3)
        assert shop("PATCH", f"/products/{lamp['id']}", {"cost_price": 8}).status == 200
        last = shop("GET", "/reports/activity").data[-1]
        totals = shop("GET", "/reports/stock-value").json["meta"]["totals"]
        assert last["quantity_on_hand"] == sum(total["quantity_on_hand"] for total in totals)
        values = {it["currency"]: it["value"] for it in last["values"]}
        assert values == {it["currency"]: it["value"] for it in totals if it["value"]}

    def test_it_tells_the_same_once_it_is_totalled(self, shop: Shop, product: NewProduct) -> None:
        product(cost_price=3, stock_quantity=5)
        before = shop("GET", "/reports/activity").json
        totals = SqlDailyTotals(parse_database(shop.url), span=7)
        move_on(totals)
        totals.close()
        assert shop("GET", "/reports/activity").json == before
        product(cost_price=3, stock_quantity=5)
        after = shop("GET", "/reports/activity").data[-1]
        assert after["units_in"] == before["data"][-1]["units_in"] + 5

    def test_it_says_when_too_much_is_waiting(
        self, shop: Shop, product: NewProduct, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lamp = product()
        for _ in range(3):
            move(shop, lamp, 1, 1)
        monkeypatch.setattr("onhand.store.reads.daily_totals.SPAN", 1)
        assert SPAN > 1
        assert shop("GET", "/reports/activity").json["meta"]["is_complete"] is False

    def test_there_are_366_days_at_most(self, shop: Shop) -> None:
        today = datetime.now(UTC).date()
        longest = today - timedelta(days=365)
        answer = shop("GET", f"/reports/activity?from={longest}&to=2999-01-01")
        assert len(answer.data) == 366
        assert answer.json["meta"] == {
            "from": longest.isoformat(),
            "to": today.isoformat(),
            "is_complete": True,
        }
        assert len(shop("GET", "/reports/activity").data) == 30
        for query in (f"from={longest - timedelta(days=1)}", "from=2025-01-02&to=2025-01-01"):
            answer = shop("GET", f"/reports/activity?{query}")
            assert (answer.status, list(answer.json["errors"])) == (422, ["from"])
        answer = shop("GET", "/reports/activity?from=yesterday")
        assert answer.json["errors"] == {"from": ["Must be a day, as 2025-01-15; got yesterday"]}


class TestStockValue:
    def test_products_are_valued_and_those_without_a_price_counted(
        self, shop: Shop, site: int, product: NewProduct
    ) -> None:
        cheap, dear, unpriced = product(cost_price=0.1), product(cost_price=9), product()
        other = product(cost_price=2, currency="EUR")
        for number, one in enumerate((cheap, dear, unpriced, other), 1):
            move(shop, one, site, number)
        product(cost_price=5)
        answer = shop("GET", f"/reports/stock-value?warehouse_id={site}&sort=-value&per_page=2")
        assert [row["product_id"] for row in answer.data] == [unpriced["id"], dear["id"]]
        assert answer.data[0] | {"name": "", "sku": ""} == {
            "product_id": unpriced["id"],
            "name": "",
            "sku": "",
            "quantity_on_hand": 3,
            "cost_price": None,
            "value": None,
            "currency": "USD",
        }
        assert answer.data[1]["value"] == 18
        meta = answer.json["meta"]
        assert (meta["total"], meta["last_page"]) == (4, 2)
        assert meta["totals"] == [
            {
                "currency": "EUR",
                "products": 1,
                "unpriced_products": 0,
                "quantity_on_hand": 4,
                "value": 8,
            },
            {
                "currency": "USD",
                "products": 3,
                "unpriced_products": 1,
                "quantity_on_hand": 6,
                "value": 18.1,
            },
        ]

    @pytest.mark.parametrize(
        "sort", ["product_id", "name", "sku", "quantity_on_hand", "cost_price"]
    )
    def test_it_sorts(self, shop: Shop, site: int, product: NewProduct, sort: str) -> None:
        for number in (2, 3, 1):
            move(shop, product(cost_price=number), site, number)
        rows = shop("GET", f"/reports/stock-value?warehouse_id={site}&sort={sort}").data
        assert [row[sort] for row in rows] == sorted(row[sort] for row in rows)

    def test_no_value_is_too_large(self, shop: Shop, site: int, product: NewProduct) -> None:
        for _ in range(2):
            move(shop, product(cost_price=99_999_999_999_999), site, MAX_QUANTITY)
        move(shop, product(cost_price=1), site, 1)
        answer = shop("GET", f"/reports/stock-value?warehouse_id={site}&sort=-value")
        value = MAX_QUANTITY * 99_999_999_999_999
        assert [row["value"] for row in answer.data] == [value, value, 1]
        assert answer.json["meta"]["totals"][0]["value"] == 2 * value + 1
        last = shop("GET", f"/reports/activity?warehouse_id={site}").data[-1]
        assert last["values"] == [{"currency": "USD", "value": 2 * value + 1}]

    def test_an_empty_warehouse_is_worth_nothing(self, shop: Shop, site: int) -> None:
        answer = shop("GET", f"/reports/stock-value?warehouse_id={site}")
        assert (answer.data, answer.json["meta"]["totals"]) == ([], [])


class TestCountAccuracy:
    @pytest.fixture
    def counted(self, shop: Shop, site: int, product: NewProduct) -> int:
        """Two posted counts and one that is not: the book said 10 of each."""
        for found in ((10, 9, 12), (10, 10)):
            self.post(shop, site, product, found)
        lines = [{"product_id": product()["id"]}]
        shop("POST", "/counts", {"warehouse_id": site, "lines": lines, "start": True})
        return site

    @staticmethod
    def post(shop: Shop, site: int, product: NewProduct, found: tuple[int, ...]) -> None:
        products = [product() for _ in found]
        for one in products:
            move(shop, one, site, 10)
        lines = [{"product_id": one["id"]} for one in products]
        body = {"warehouse_id": site, "lines": lines, "start": True, "reference": "Aisle"}
        path = f"/counts/{shop('POST', '/counts', body).data['id']}"
        entries = [
            {"product_id": one["id"], "quantity": units}
            for one, units in zip(products, found, strict=True)
        ]
        shop("POST", f"{path}/record", {"counted_by": "Ann", "lines": entries})
        for verb in ("submit", "approve"):
            assert shop("POST", f"{path}/{verb}").status == 200

    def test_each_count_and_all_of_them(self, shop: Shop, counted: int) -> None:
        answer = shop("GET", f"/reports/count-accuracy?warehouse_id={counted}")
        assert [row["record_accuracy_percent"] for row in answer.data] == [100, 33.33]
        assert answer.data[1]["records_within_tolerance"] == 1
        assert (answer.data[1]["units_over"], answer.data[1]["units_under"]) == (2, 1)
        assert answer.data[1]["reference"] == "Aisle"
        assert answer.json["meta"]["totals"] == {
            "records_counted": 5,
            "records_within_tolerance": 3,
            "record_accuracy_percent": 60,
            "units_over": 2,
            "units_under": 1,
        }

    @pytest.mark.parametrize(
        ("query", "accuracy"),
        [
            ("tolerance_units=1", 80),
            ("tolerance_percent=20", 100),
            ("tolerance_percent=19.9", 80),
            ("tolerance_units=2&tolerance_percent=1", 100),
        ],
    )
    def test_what_is_within_tolerance_is_accurate(
        self, shop: Shop, counted: int, query: str, accuracy: int
    ) -> None:
        answer = shop("GET", f"/reports/count-accuracy?warehouse_id={counted}&{query}")
        assert answer.json["meta"]["totals"]["record_accuracy_percent"] == accuracy

    def test_pages_and_days_narrow_it(self, shop: Shop, counted: int) -> None:
        path = f"/reports/count-accuracy?warehouse_id={counted}"
        answer = shop("GET", f"{path}&per_page=1&page=2")
        assert [row["records_counted"] for row in answer.data] == [3]
        assert answer.json["meta"]["last_page"] == 2
        assert answer.json["meta"]["totals"]["records_counted"] == 5
        before = shop("GET", f"{path}&to=2025-01-01")
        assert before.data == []
        assert before.json["meta"]["totals"]["record_accuracy_percent"] is None

    def test_a_count_is_told_as_its_own_report_tells_it(self, shop: Shop, counted: int) -> None:
        for row in shop("GET", f"/reports/count-accuracy?warehouse_id={counted}").data:
            own = shop("GET", f"/counts/{row['count_id']}/variance").data
            assert own["record_accuracy_percent"] == row["record_accuracy_percent"]
            assert own["units_gained"] == row["units_over"]
            assert own["units_lost"] == row["units_under"]


class TestFiles:
    def rows(self, shop: Shop, path: str) -> list[dict[str, str]]:
        """The rows of a CSV file."""
        answer = shop("GET", f"/exports/{path}")
        assert answer.status == 200, answer.body
        return list(csv.DictReader(io.StringIO(answer.body.decode())))

    def test_the_value_of_the_stock(self, shop: Shop, site: int, product: NewProduct) -> None:
        code = shop("GET", f"/warehouses/{site}").data["code"]
        move(shop, product(name="=1+1", cost_price=99_999_999_999_999), site, MAX_QUANTITY)
        move(shop, product(), site, 2)
        first, second = self.rows(shop, f"stock-value.csv?warehouse={code}")
        assert first["product"] == "'=1+1"
        assert first["value"] == str(MAX_QUANTITY * 99_999_999_999_999)
        assert (second["quantity_on_hand"], second["cost_price"], second["value"]) == ("2", "", "")

    def test_what_happened_by_day(self, shop: Shop, site: int, product: NewProduct) -> None:
        code = shop("GET", f"/warehouses/{site}").data["code"]
        dollars, euros = product(cost_price=2), product(cost_price=3, currency="EUR")
        now = datetime.now(UTC)
        for one in (dollars, euros):
            move(shop, one, site, 5, occurred_at=(now - timedelta(days=1)).isoformat())
        day = (now - timedelta(days=1)).date().isoformat()
        first, second = self.rows(shop, f"activity.csv?warehouse={code}&from={day}&to={day}")
        assert (first["day"], first["units_in"], first["currency"]) == (day, "10", "EUR")
        assert (second["day"], second["units_in"], second["currency"]) == (day, "", "USD")
        assert (first["value"], second["value"]) == ("15", "10")
        assert len(self.rows(shop, f"activity.csv?warehouse={code}")) == 30 + 2

    def test_how_good_the_book_was(self, shop: Shop, site: int, product: NewProduct) -> None:
        TestCountAccuracy.post(shop, site, product, (10, 9, 12))
        code = shop("GET", f"/warehouses/{site}").data["code"]
        [row] = self.rows(shop, f"count-accuracy.csv?warehouse={code}")
        assert row["warehouse"] == code
        assert (row["records_counted"], row["records_accurate"]) == ("3", "1")
        assert (row["record_accuracy_percent"], row["units_over"]) == ("33.33", "2")
        assert not self.rows(shop, f"count-accuracy.csv?warehouse={code}&to=2025-01-01")
