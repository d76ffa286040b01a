"""Tables as files over HTTP: who may, what streams, what is refused."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import pytest
from litestar.exceptions import LitestarException

from onhand.api.endpoints import ENDPOINTS
from onhand.api.files import exports, imports, spool
from onhand.api.files.work import MOST_EXPORTS, MOST_IMPORTS, FileWork
from onhand.core.stock_status import StockStatus
from onhand.files.formats.writing import Format
from onhand.ledger.access import ROLES, Permission, Role, Scope
from onhand.ledger.exports import What
from onhand.ledger.faults import QueueFull, StoreUnavailable, WriterStopped
from tests.api.conftest import NewProduct
from tests.api.harness import BASE, MemoryKeys, Shop, on_a_loop

CSV = {"content-type": "text/csv"}


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def taken(shop: Shop, what: str, text: str, **query: Any) -> Any:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return shop("POST", f"/imports/{what}?{asked}", text.encode(), headers=CSV)


def test_every_table_goes_out_in_every_format(shop: Shop, product: NewProduct) -> None:
    made = product(stock_quantity=3)
    for what in What:
        for how in Format:
            answer = shop("GET", f"/exports/{what.value}.{how.value}")
            assert answer.status == 200, answer.body
            assert answer.headers["content-disposition"] == (
                f'attachment; filename="{what.value}.{how.value}"'
            )
            assert answer.headers["x-content-type-options"] == "nosniff"
    found = rows(shop("GET", f"/exports/levels.csv?sku={made['sku']}").body)
    assert [(it["sku"], it["warehouse"], it["quantity_on_hand"]) for it in found] == [
        (made["sku"], "MAIN", "3")
    ]


def test_exports_are_chosen_by_codes_days_and_moments(shop: Shop, product: NewProduct) -> None:
    sku = product(stock_quantity=3)["sku"]
    today = shop.clock().date().isoformat()
    for query, count in (
        (f"sku={sku}", 1),
        (f"sku={sku}&from={today}&to={today}", 1),
        (f"sku={sku}&to=2020-01-01", 0),
        (f"sku={sku}&movement_type=out", 0),
        (f"sku={sku}&warehouse=main", 1),
    ):
        assert len(rows(shop("GET", f"/exports/movements.csv?{query}").body)) == count, query
    assert rows(shop("GET", f"/exports/levels.csv?sku={sku}&as_of=2020-01-01").body) == []
    now = rows(shop("GET", f"/exports/levels.csv?sku={sku}&as_of={today}").body)
    assert [it["quantity_on_hand"] for it in now] == ["3"]


def test_products_are_chosen_as_their_list_is(shop: Shop, product: NewProduct) -> None:
    kinds = ({"stock_quantity": 9}, {"stock_quantity": 2}, {}, {"allow_backorder": True})
    skus = [product(reorder_point=5, **kind)["sku"] for kind in kinds]
    part = skus[0][:3].lower()
    for query in (
        *(f"stock_status={it}&search={part}" for it in StockStatus),
        f"search={skus[1]}&is_active=true",
        "search=nothing%25is%20so",
    ):
        listed = shop("GET", f"/products?{query}&per_page=200").json["data"]
        exported = rows(shop("GET", f"/exports/products.csv?{query}").body)
        assert [it["sku"] for it in exported] == [it["sku"] for it in listed], query
    answer = shop("GET", "/exports/products.csv?stock_status=sold")
    assert (answer.status, list(answer.json["errors"])) == (422, ["stock_status"])


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/exports/levels.csv?sku=NOPE", 404, "There is no product with the SKU NOPE"),
        ("/exports/levels.csv?warehouse=NOPE", 404, "There is no warehouse NOPE"),
        ("/exports/terms.csv?supplier=NOPE", 404, "There is no supplier NOPE"),
        ("/exports/levels.csv?colour=red", 422, "Unknown parameter"),
        ("/exports/products.doc", 404, "There is nothing at"),
        ("/exports/prices.csv", 404, "There is nothing at"),
        ("/exports/..%2F..%2Fetc%2Fpasswd.csv", 404, "There is nothing at"),
        ("/exports/products.csv/../../secrets", 404, "There is nothing at"),
        ("/imports/prices", 404, "There is nothing at"),
    ],
)
def test_what_there_is_not(shop: Shop, path: str, status: int, message: str) -> None:
    method = "POST" if path.startswith("/imports") else "GET"
    answer = shop(method, path)
    assert (answer.status, message in answer.json["message"]) == (status, True), answer.body


def test_templates_are_to_be_filled_in(shop: Shop) -> None:
    for what in imports._TABLES:
        answer = shop("GET", f"/imports/{what.value}/template.csv")
        header = answer.body.decode().strip().split(",")
        assert answer.status == 200
        assert "created_at" not in header
    book = openpyxl.load_workbook(io.BytesIO(shop("GET", "/imports/products/template.xlsx").body))
    assert [cell.value for cell in book.worksheets[0][1]][:2] == ["sku", "name"]


def test_an_import_answers_with_a_report(shop: Shop) -> None:
    text = "sku;name;Farbe\nIMP-1;Lampe;rot\nIMP-2;Krug;blau\n"
    dry = taken(shop, "products", text, dry_run="true", ignore_unknown="true")
    assert dry.status == 200
    assert dry.data == {
        "table": "products",
        "imported": False,
        "rows": 2,
        "created": 2,
        "changed": 0,
        "posted": 0,
        "unchanged": 0,
        "before": 0,
        "wrong_rows": 0,
        "fault_count": 0,
        "faults": [],
        "columns_passed_over": ["Farbe"],
    }
    assert shop("GET", "/products?sku=IMP-1").data == []
    real = taken(shop, "products", text, ignore_unknown="true").data
    assert (real["imported"], real["created"]) == (True, 2)
    again = taken(shop, "products", text, ignore_unknown="true").data
    assert (again["imported"], again["unchanged"]) == (True, 2)
    [made] = shop("GET", "/products?sku=IMP-1").data
    assert made["name"] == "Lampe"
    levels = "sku,quantity_on_hand\nIMP-1,5\n"
    assert taken(shop, "levels", levels).data["posted"] == 1
    assert taken(shop, "levels", levels).data["before"] == 1
    counted = "sku,quantity_on_hand\nIMP-1,4\n"
    assert taken(shop, "levels", counted, **{"as": "counted"}).data["posted"] == 1
    [movement] = shop("GET", f"/stock-movements?product_id={made['id']}&movement_type=count").data
    assert (movement["quantity"], movement["created_by"]) == (-1, "anonymous")


def test_what_is_wrong_is_named_by_row_and_column(shop: Shop) -> None:
    text = 'sku,name,selling_price\nBAD-1,Lamp,"12,50"\nBAD-2,,3\nGOOD-1,Jug,3\n'
    answer = taken(shop, "products", text)
    assert (answer.status, answer.json["type"]) == (422, "/problems/invalid_fields")
    assert answer.json["message"] == "2 rows are wrong; nothing was imported"
    assert list(answer.errors) == ["rows.2.selling_price", "rows.3.name"]
    dry = taken(shop, "products", text, dry_run="1").data
    assert [(it["row"], it["column"]) for it in dry["faults"]] == [
        (2, "selling_price"),
        (3, "name"),
    ]
    assert shop("GET", "/products?sku=GOOD-1").data == []
    done = taken(shop, "products", text, skip_wrong="true").data
    assert (done["created"], done["wrong_rows"], done["imported"]) == (1, 2, True)


def test_many_faults_are_counted_and_some_are_named(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onhand.files.importing.report.FAULTS_KEPT", 2)
    answer = taken(shop, "products", "sku,name\n" + ",x\n" * 5)
    assert answer.json["message"] == (
        "5 rows are wrong; nothing was imported. Of 5 faults the first 2 are named"
    )
    assert len(answer.errors) == 2


@pytest.mark.parametrize(
    ("body", "query", "status", "kind", "field", "message"),
    [
        (b"", "", 422, "unreadable_file", "file", "The file is empty"),
        (b"sku\n\xff\n", "", 422, "unreadable_file", "file", "Line 2: the byte 0xFF is not utf-8"),
        (b"PK\x03\x04", "", 422, "unreadable_file", "file", "The file is no workbook"),
        (b"PAR1", "", 422, "unreadable_file", "file", "The file is no Parquet"),
        (b"name\n", "", 422, "unreadable_file", "file", "Line 1: the column 'sku' is missing"),
        (b"sku\n", "map=x", 422, "unreadable_file", "query", "Map: 'x' is not of the form"),
        (b"sku\n", "encoding=rot13", 422, "invalid_fields", "encoding", "Must be one of big5"),
        (b"sku\n", "colour=red", 422, "invalid_fields", "colour", "Unknown parameter"),
        (
            b",".join([b"c"] * 201),
            "",
            413,
            "too_large",
            "file",
            "Line 1: has more than 200 columns",
        ),
    ],
)
def test_what_cannot_be_imported(
    shop: Shop, body: bytes, query: str, status: int, kind: str, field: str, message: str
) -> None:
    answer = shop("POST", f"/imports/products?{query}", body)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{kind}")
    [text] = answer.errors[field]
    assert message in text
    assert "/tmp" not in answer.body.decode()


def test_a_file_that_is_too_long_is_cut_off(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.live.current.files, "import_limit", 100)
    answer = shop("POST", "/imports/products", b"x" * 101)
    assert (answer.status, answer.json["type"]) == (413, "/problems/too_large")
    slowly = shop("POST", "/imports/products", chunks=[b"x" * 60, b"x" * 60])
    assert slowly.status == 413


# Who may


def test_each_table_needs_what_its_own_endpoints_need() -> None:
    needed = {it.operation.operation_id: it.operation.needs for it in ENDPOINTS}
    for name, listing in {
        "products": "list_products",
        "warehouses": "list_warehouses",
        "levels": "list_stock_movements",
        "movements": "list_stock_movements",
        "suppliers": "list_suppliers",
        "purchase_orders": "list_purchase_orders",
        "sales_orders": "list_sales_orders",
        "transfers": "list_transfers",
    }.items():
        if listing in needed:
            assert needed[f"export_{name}"] == needed[listing], name
    for name, writing in {
        "products": "create_product",
        "warehouses": "create_warehouse",
        "suppliers": "create_supplier",
        "purchase_orders": "create_purchase_order",
        "sales_orders": "create_sales_order",
        "transfers": "create_transfer",
    }.items():
        assert needed[f"import_{name}"] == needed[writing], name
        assert needed[f"read_{name}_template"] == needed[writing], name
    # What the book says is not for those who count.
    assert needed["export_counts"] is Permission.COUNTS_REVIEW
    assert Permission.COUNTS_REVIEW not in ROLES[Role.COUNTER]
    assert needed["import_counts"] in ROLES[Role.COUNTER]


def test_who_only_reads_exports_and_imports_nothing(sqlite_url: str) -> None:
    keys = MemoryKeys()
    reader = keys.give(Scope.READ)
    shop = Shop(sqlite_url, keys=keys)
    assert shop("GET", "/exports/products.csv", headers=reader).status == 200
    assert shop("POST", "/imports/products", b"sku\n", headers=reader).status == 403
    assert shop("GET", "/exports/products.csv").status == 401
    assert shop("GET", "/imports/products/template.csv", headers=reader).status == 403
    shop.close()


# Streaming


def test_no_moment_is_kept_for_a_client_that_takes_its_time(
    shop: Shop, product: NewProduct
) -> None:
    """Once its file is filled an export holds no connection, however slowly it is taken."""
    product(stock_quantity=3)
    pool = shop.live.current.reads._engine.pool  # type: ignore[attr-defined]
    held_while_sent: list[int] = []
    original = spool.Spool.blocks

    async def slowly(self: spool.Spool) -> Any:
        while not self._has_ended:
            await self._wait()
        held_while_sent.append(pool.checkedout())
        async for block in original(self):
            yield block

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool.Spool, "blocks", slowly)
        assert shop("GET", "/exports/movements.csv").status == 200
    assert held_while_sent == [0]


def test_an_export_that_breaks_off_is_no_whole_file(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(what: What, exported: Any, how: Format, out: Any, on_rows: Any) -> None:
        out.write(b"sku\r\nA\r\n")
        on_rows(1)
        raise StoreUnavailable

    monkeypatch.setattr(exports, "export", broken)
    with pytest.raises(LitestarException, match="after response started"):
        shop("GET", "/exports/products.csv")


def test_an_export_that_cannot_begin_is_a_problem(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(exports, "export", away)
    answer = shop("GET", "/exports/products.csv")
    assert (answer.status, answer.json["type"]) == (503, "/problems/unavailable")


def test_too_many_at_once_are_refused() -> None:
    work = FileWork()
    back = [work.take_export() for _ in range(MOST_EXPORTS)]
    with pytest.raises(QueueFull, match="8 exports are under way"):
        work.take_export()
    back[0]()
    back[0]()
    work.take_export()
    with pytest.raises(QueueFull):
        work.take_export()

    @contextmanager
    def all_places() -> Iterator[None]:
        with work.importing(), work.importing():
            yield

    assert MOST_IMPORTS == 2
    with all_places(), pytest.raises(QueueFull, match="2 imports are under way"), work.importing():
        pass
    with all_places():
        pass


@on_a_loop
async def test_a_file_that_nobody_wants_is_filled_no_further() -> None:
    work = FileWork()
    file = spool.Spool(work, follows=True)
    is_begun, goes_on = threading.Event(), threading.Event()
    rows_written: list[int] = []

    def write(out: Any, on_rows: Any) -> None:
        for number in range(5):
            out.write(b"row\n")
            on_rows(number)
            rows_written.append(number)
            is_begun.set()
            goes_on.wait(5)

    filling = work.fill(lambda: file.fill(write))
    await file.begun()
    blocks = file.blocks()
    assert await anext(blocks) == b"row\n"
    file.abandon()
    goes_on.set()
    await filling
    with pytest.raises(spool.Abandoned):
        async for _ in blocks:
            pass
    assert rows_written == [0]
    file.close()
    work.close()
    with pytest.raises(WriterStopped):
        await work.run(lambda: None)


def test_every_path_is_of_this_api() -> None:
    for endpoint in (*exports.ENDPOINTS, *imports.ENDPOINTS):
        assert endpoint.operation.path.startswith(BASE)
        assert not endpoint.operation.media or endpoint.operation.formats == tuple(Format)
