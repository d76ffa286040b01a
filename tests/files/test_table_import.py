"""Tables come in by commands: checked first, all or what is right, and never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from onhand.core.commands import AdjustStock, CreateProduct, ReceiveStock, UpdateProduct
from onhand.core.counts import DraftCount
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.suppliers import CreateSupplier, SetTerms, SupplierStatus
from onhand.files.importing import records, table_import
from onhand.files.importing.table_import import Choices, TableImport
from onhand.files.problems import FileChanged, WrongColumns, WrongOption
from onhand.ledger.exports import What
from onhand.ledger.posting import Done, Settlement, Submission, settle
from tests.files.table_shop import IMPORTER, TableShop, done, faults, opened
from tests.support.stores import TESTER, DatabaseShop, add_product, sqlite_shop, sqlite_template

Rows = list[list[object]]

PRODUCTS: Rows = [["sku", "name", "selling_price"], ["A", "Lamp", "12.50"], ["B", "Jug", "3"]]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def shop(tmp_path: Path, template: Path) -> Iterator[TableShop]:
    with opened(sqlite_shop(tmp_path, template), tmp_path) as shop:
        yield shop


def product(shop: TableShop, sku: str) -> dict[str, str]:
    return next(row for row in shop.rows(What.PRODUCTS) if row["sku"] == sku)


def supplier(shop: TableShop, code: str = "NORTH") -> int:
    made = CreateSupplier(
        origin=TESTER,
        code=code,
        status=SupplierStatus.ACTIVE,
        attributes={"name": code, "currency": "EUR"},
    )
    return int(shop.do(made)[0].facts["document"].id)


# Dry run, all or nothing, skip


def test_a_dry_run_says_what_would_be_and_changes_nothing(shop: TableShop) -> None:
    report = shop.take(What.PRODUCTS, PRODUCTS, dry_run=True)
    assert (done(report), report.rows, report.is_imported) == ({"created": 2}, 2, False)
    assert shop.rows(What.PRODUCTS) == []
    assert done(shop.take(What.PRODUCTS, PRODUCTS)) == {"created": 2}
    again = shop.take(What.PRODUCTS, [*PRODUCTS, ["C", "Cup", ""]], dry_run=True)
    assert done(again) == {"created": 1, "unchanged": 2}
    assert [row["sku"] for row in shop.rows(What.PRODUCTS)] == ["A", "B"]


WRONG: Rows = [
    ["sku", "name", "selling_price", "reorder_point", "default_warehouse", "barcode"],
    ["A", "Lamp", '"12,50"', "-1", "NOWHERE", ""],
    ["", "Jug", "3", "", "", "4006381333930"],
    ["C", "Cup", "3", "", "MAIN", ""],
    ["c", "Cup again", "3", "", "", ""],
    ["D", "", "3", "", "", ""],
]


def test_every_fault_is_told_with_its_row_and_column_and_nothing_is_imported(
    shop: TableShop,
) -> None:
    report = shop.take(What.PRODUCTS, WRONG)
    assert {(row, column) for row, column, _ in faults(report)} == {
        (2, "selling_price"),
        (2, "reorder_point"),
        (2, "default_warehouse"),
        (3, "sku"),
        (3, "barcode"),
        (5, "sku"),
        (6, "name"),
    }
    told = {(row, column): reason for row, column, reason in faults(report)}
    assert told[5, "sku"] == "Is in row 4 already"
    assert told[6, "name"] == "There is no such product yet, and a new one needs a name"
    assert (report.wrong, report.fault_count, report.is_imported) == (4, 7, False)
    assert shop.rows(What.PRODUCTS) == []


def test_what_is_wrong_may_be_left_out(shop: TableShop) -> None:
    report = shop.take(What.PRODUCTS, WRONG, skip_wrong=True)
    assert (done(report), report.wrong, report.is_imported) == ({"created": 1}, 4, True)
    assert [row["sku"] for row in shop.rows(What.PRODUCTS)] == ["C"]
    mended: Rows = [WRONG[0], ["A", "Lamp", "12.50", "", "", ""], *WRONG[3:4]]
    assert done(shop.take(What.PRODUCTS, mended)) == {"created": 1, "unchanged": 1}


def test_what_a_rule_forbids_is_told_where_it_stands(shop: TableShop) -> None:
    add_product(shop.store, "A", 5)
    add_product(shop.store, "FREE", track_inventory=False)
    rows: Rows = [["sku", "quantity_on_hand"], ["A", "5"], ["FREE", "3"], ["GONE", "1"]]
    report = shop.take(What.LEVELS, rows)
    assert faults(report) == [
        (4, "sku", "There is no product with the SKU GONE"),
        (3, "sku", "Inventory is not tracked for this product"),
    ] or faults(report) == [
        (3, "sku", "Inventory is not tracked for this product"),
        (4, "sku", "There is no product with the SKU GONE"),
    ]
    report = shop.take(What.LEVELS, rows, skip_wrong=True)
    assert (done(report), report.fault_count) == ({"unchanged": 1}, 2)


# Columns


def test_names_of_columns_are_matched_mapped_and_never_guessed(shop: TableShop) -> None:
    rows: Rows = [
        ["SKU", "Art. name", "Selling Price", "Colour"],
        ["A", "Lamp", 1, ""],
    ]
    with pytest.raises(WrongColumns) as told:
        shop.take(What.PRODUCTS, rows)
    assert "the column 'Art. name' is not known (is it 'name'?): map it" in str(told.value)
    assert "the column 'Colour' is not known: map it" in str(told.value)
    report = shop.take(What.PRODUCTS, rows, mapping="name=Art. name", ignore_unknown=True)
    assert (done(report), report.passed_over) == ({"created": 1}, ("Colour",))
    assert product(shop, "A")["selling_price"] == "1"


@pytest.mark.parametrize(
    ("header", "mapping", "message"),
    [
        (["name"], "", "the column 'sku' is missing. The columns are sku, name"),
        (["sku", "nmae"], "", "the column 'nmae' is not known (is it 'name'?)"),
        (["sku", "Name", "name"], "", "the column 'name' is there twice"),
        (["sku"], "name=Title", "the column 'Title' is not there"),
    ],
)
def test_wrong_columns(shop: TableShop, header: list[str], mapping: str, message: str) -> None:
    with pytest.raises(WrongColumns) as told:
        shop.take(What.PRODUCTS, [header], mapping=mapping)
    assert message in str(told.value)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"mapping": "name"}, "is not of the form column=Name"),
        ({"mapping": "colour=C"}, "'colour' is none of the columns"),
        ({"mapping": "name=A,name=B"}, "'name' is given twice"),
        ({"way": "counted"}, "'counted' is no other way to import them"),
        ({"label": "\n"}, "Label"),
    ],
)
def test_wrong_choices(shop: TableShop, choices: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongOption, match=message):
        shop.take(What.PRODUCTS, PRODUCTS, **choices)


def test_a_report_is_not_imported(shop: TableShop) -> None:
    with pytest.raises(WrongOption, match="activity is exported, and not imported"):
        shop.take(What.ACTIVITY, [["day"]])


# Never twice


def test_the_same_file_again_changes_nothing(shop: TableShop) -> None:
    supplier(shop)
    add_product(shop.store, "A")
    files: dict[What, Rows] = {
        What.PRODUCTS: [["sku", "name"], ["A", "Lamp"], ["B", "Jug"]],
        What.WAREHOUSES: [["code", "name"], ["NORTH", "North"]],
        What.SUPPLIERS: [["code", "name"], ["SOUTH", "South Ltd"]],
        What.TERMS: [["supplier", "sku", "price"], ["NORTH", "A", "9.5"]],
        What.LEVELS: [
            ["sku", "warehouse", "quantity_on_hand"],
            ["A", "MAIN", 7],
            ["B", "NORTH", 2],
        ],
        What.PURCHASE_ORDERS: [["order", "supplier", "sku", "quantity"], ["7", "NORTH", "A", 3]],
        What.SALES_ORDERS: [["order", "sku", "quantity"], ["W-1", "A", 2], ["W-2", "A", 2]],
        What.TRANSFERS: [
            ["transfer", "from_warehouse", "to_warehouse", "sku", "quantity"],
            ["1", "MAIN", "NORTH", "A", 1],
        ],
    }
    for what, rows in files.items():
        report = shop.take(what, rows)
        assert report.is_imported
        assert not report.is_refused
    before = {what: shop.give(what) for what in What}
    for what, rows in files.items():
        report = shop.take(what, rows)
        assert set(done(report)) <= {"before", "unchanged"}, what
        assert report.rows == len(rows) - 1
    assert {what: shop.give(what) for what in What} == before


def test_a_label_has_a_file_taken_in_again(shop: TableShop) -> None:
    add_product(shop.store, "A", 9)
    rows: Rows = [["order", "sku", "quantity"], ["W-1", "A", 2]]
    assert done(shop.take(What.SALES_ORDERS, rows)) == {"created": 1}
    assert done(shop.take(What.SALES_ORDERS, rows)) == {"before": 1}
    assert done(shop.take(What.SALES_ORDERS, rows, label="May")) == {"created": 1}
    assert len(shop.rows(What.SALES_ORDERS)) == 2


def test_what_was_refused_is_tried_again_when_its_cause_is_mended(shop: TableShop) -> None:
    free = add_product(shop.store, "FREE", track_inventory=False)
    add_product(shop.store, "A")
    rows: Rows = [["sku", "quantity_on_hand"], ["A", 5], ["FREE", 3]]
    assert done(shop.take(What.LEVELS, rows, skip_wrong=True)) == {"posted": 1}
    shop.do(AdjustStock(1 if free == 2 else 2, None, -1, Origin("till", "sold")))
    shop.do(UpdateProduct(free, {"track_inventory": True}, TESTER))
    assert done(shop.take(What.LEVELS, rows)) == {"before": 1, "posted": 1}
    assert done(shop.take(What.LEVELS, rows)) == {"before": 2}
    assert shop.movements() == [("in", "A", 5), ("adjustment", "A", -1), ("in", "FREE", 3)]


def test_two_imports_of_one_file_at_once_post_it_once(shop: TableShop, tmp_path: Path) -> None:
    add_product(shop.store, "A")
    path = tmp_path / "levels.csv"
    path.write_text("sku,quantity_on_hand\nA,5\n")
    first, second = (
        TableImport(What.LEVELS, path, Choices(), shop.reads, IMPORTER).run() for _ in range(2)
    )
    settled: dict[int, list[Settlement]] = {}
    asked = {0: next(first), 1: next(second)}  # both look, as dry runs
    for step in (0, 1):
        for number, steps in enumerate((first, second)):
            if step:
                asked[number] = steps.send(settled[number])
        for number in (0, 1):
            found = settle(shop.store, asked[number], shop.clock)
            settled[number] = [it for it in found if not isinstance(it, Exception)]
    ends = []
    for number, steps in enumerate((first, second)):
        with pytest.raises(StopIteration) as end:
            steps.send(settled[number])
        ends.append(done(end.value.value))
    assert ends == [{"posted": 1}, {"before": 1}]
    assert shop.movements() == [("in", "A", 5)]


def test_what_changes_between_check_and_posting_stops_the_import(
    shop: TableShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_import, "RECORDS_AT_A_TIME", 1)
    add_product(shop.store, "A")
    b = add_product(shop.store, "B")
    path = tmp_path / "levels.csv"
    path.write_text("sku,quantity_on_hand\nA,5\nB,5\n")
    steps = TableImport(What.LEVELS, path, Choices(), shop.reads, IMPORTER).run()
    asked = next(steps)

    def go_on() -> list[Submission]:
        settled = settle(shop.store, asked, shop.clock)
        return steps.send([it for it in settled if isinstance(it, Done)])

    asked = go_on()
    asked = go_on()  # both are checked, and none is posted
    shop.do(ReceiveStock(b, None, 1, TESTER))
    with pytest.raises(FileChanged, match=r"row 3: Has moved already.* first 1 rows are imported"):
        go_on()
    assert shop.movements() == [("in", "B", 1), ("in", "A", 5)]


def test_a_file_that_is_being_written_is_not_imported(shop: TableShop, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("sku,name\nA,Lamp\n")
    steps = TableImport(What.PRODUCTS, path, Choices(), shop.reads, IMPORTER).run()
    settled = settle(shop.store, next(steps), shop.clock)
    path.write_text("sku,name\nA,Lamp\nB,Jug\n")
    with pytest.raises(FileChanged, match="the file is being written"):
        steps.send([it for it in settled if isinstance(it, Done)])
    assert shop.rows(What.PRODUCTS) == []


# The tables


def test_a_blank_cell_empties_and_a_column_that_is_not_there_stays(shop: TableShop) -> None:
    full = ["sku", "name", "selling_price", "unit", "description", "is_active"]
    shop.take(What.PRODUCTS, [full, ["A", "Lamp", "12.5", "box", "Red", "no"]])
    report = shop.take(What.PRODUCTS, [["sku", "selling_price", "unit"], ["a", "", ""]])
    assert done(report) == {"changed": 1}
    found = product(shop, "A")
    assert [found[name] for name in full] == ["A", "Lamp", "", "box", "Red", "false"]


def test_warehouses_stand_above_each_other_wherever_they_are(shop: TableShop) -> None:
    rows: Rows = [
        ["code", "name", "parent", "type"],
        ["SHELF", "Shelf", "room", ""],
        ["ROOM", "Room", "HALL", "satellite"],
        ["HALL", "Hall", "", "main"],
        ["MAIN", "Main Warehouse", "HALL", "main"],
    ]
    assert done(shop.take(What.WAREHOUSES, rows, dry_run=True)) == {"created": 3, "changed": 1}
    assert done(shop.take(What.WAREHOUSES, rows)) == {"created": 3, "changed": 1}
    parents = {row["code"]: row["parent"] for row in shop.rows(What.WAREHOUSES)}
    assert parents == {"MAIN": "HALL", "HALL": "", "ROOM": "HALL", "SHELF": "ROOM"}
    circle: Rows = [["code", "name", "parent"], ["X", "X", "Y"], ["Y", "Y", "X"]]
    told = faults(shop.take(What.WAREHOUSES, circle))
    assert [it[:2] for it in told] == [(2, "parent"), (3, "parent")]
    assert "above itself" in told[0][2]


def test_opening_stock_is_for_what_never_moved(shop: TableShop) -> None:
    add_product(shop.store, "A", 5)
    add_product(shop.store, "B")
    head = ["sku", "warehouse", "quantity_on_hand"]
    told = faults(shop.take(What.LEVELS, [head, ["A", "MAIN", 7], ["B", "MAIN", 2]]))
    assert [it[:2] for it in told] == [(2, "quantity_on_hand")]
    assert "Has moved already, and 5 are on hand" in told[0][2]
    assert done(shop.take(What.LEVELS, [head, ["A", "MAIN", 5], ["B", "MAIN", 2]])) == {
        "posted": 1,
        "unchanged": 1,
    }
    [last] = [row for row in shop.rows(What.MOVEMENTS) if row["sku"] == "B"]
    assert (last["movement_type"], last["reason"], last["created_by"]) == (
        "in",
        "Opening stock",
        "importer",
    )


def test_what_was_counted_sets_the_level(shop: TableShop) -> None:
    add_product(shop.store, "A", 5)
    rows: Rows = [["sku", "quantity_on_hand"], ["A", 7]]
    assert done(shop.take(What.LEVELS, rows, way="counted")) == {"posted": 1}
    assert done(shop.take(What.LEVELS, rows, way="counted")) == {"before": 1}
    assert shop.movements() == [("in", "A", 5), ("count", "A", 2)]


ORDERS: Rows = [
    ["order", "supplier", "warehouse", "reference", "expected_date", "sku", "quantity", "price"],
    ["PO-1", "NORTH", "MAIN", "May", "2025-02-01", "A", 10, "9.5"],
    ["PO-1", "", "", "", "", "B", 4, ""],
    ["PO-2", "north", "", "", "", "A", 1, "8"],
]


def test_documents_come_in_as_drafts_with_their_lines(shop: TableShop) -> None:
    north = supplier(shop)
    add_product(shop.store, "A")
    b = add_product(shop.store, "B")
    terms = {"price": Decimal(2), "minimum_order_quantity": 4, "pack_size": 2}
    shop.do(SetTerms(origin=TESTER, id=north, product_id=b, currency=None, attributes=terms))
    assert done(shop.take(What.PURCHASE_ORDERS, ORDERS)) == {"created": 2}
    found = shop.rows(What.PURCHASE_ORDERS)
    told = [(it["order"], it["state"], it["line"], it["sku"], it["price"]) for it in found]
    assert told == [
        ("1", "draft", "1", "A", "9.5"),
        ("1", "draft", "2", "B", "2"),
        ("2", "draft", "1", "A", "8"),
    ]
    assert [it["reference"] for it in found] == ["May", "May", ""]
    assert found[0]["currency"] == "EUR"


def test_the_lines_of_a_document_are_told_apart(shop: TableShop) -> None:
    north = supplier(shop)
    a = add_product(shop.store, "A")
    terms = {"price": Decimal(2), "minimum_order_quantity": 4, "pack_size": 2}
    shop.do(SetTerms(origin=TESTER, id=north, product_id=a, currency=None, attributes=terms))
    add_product(shop.store, "B")
    rows: Rows = [
        ["order", "supplier", "reference", "sku", "quantity", "price"],
        ["1", "NORTH", "x", "B", 1, "1"],
        ["1", "NORTH", "y", "A", 3, ""],
        ["2", "NORTH", "", "A", 3, ""],
        ["1", "NORTH", "x", "B", 1, "1"],
        ["3", "NORTH", "", "B", 0, ""],
    ]
    told = {
        (row, column): reason
        for row, column, reason in faults(shop.take(What.PURCHASE_ORDERS, rows))
    }
    assert told[3, "reference"] == "Differs from row 2, of the same document"
    assert told[4, "quantity"].startswith("The supplier sells 4 at least")
    assert told[5, "order"] == ("Is in row 2 already: the rows of one document stand together")
    assert (6, "quantity") in told
    assert shop.rows(What.PURCHASE_ORDERS) == []


def test_a_document_has_no_end_of_rows(shop: TableShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_ROWS_OF_RECORD", 2)
    add_product(shop.store, "A", 9)
    rows: Rows = [["order", "sku", "quantity"], *[["1", "A", 1]] * 4]
    told = faults(shop.take(What.SALES_ORDERS, rows))
    assert [it[:2] for it in told] == [(4, "order"), (5, "order")]


def test_sales_orders_keep_where_they_come_from(shop: TableShop) -> None:
    add_product(shop.store, "A", 9)
    shop.take(What.WAREHOUSES, [["code", "name"], ["N;O", "North"], ["SOUTH", "South"]])
    rows: Rows = [
        ["order", "customer", "warehouse_priority", "split", "sku", "quantity", "line_warehouse"],
        ["W-1", "Ann", '"""N;O"";SOUTH"', "yes", "A", 2, ""],
        ["W-1", "Ann", '"""N;O"";SOUTH"', "yes", "A", 3, "SOUTH"],
    ]
    assert done(shop.take(What.SALES_ORDERS, rows)) == {"created": 1}
    found = shop.rows(What.SALES_ORDERS)
    assert {row["warehouse_priority"] for row in found} == {'"N;O";SOUTH'}
    assert [row["line_warehouse"] for row in found] == ["", "SOUTH"]
    assert {row["split"] for row in found} == {"true"}


def test_counters_hand_in_what_they_counted(shop: TableShop) -> None:
    ids = [add_product(shop.store, sku, 5) for sku in ("A", "B", "C")]
    drafted = DraftCount(
        origin=TESTER, warehouse_id=1, scope="products", product_ids=tuple(ids), start=True
    )
    shop.do(drafted)
    rows: Rows = [
        ["count", "sku", "counted", "counted_by"],
        [1, "A", 4, "Ann"],
        [1, "B", 5, "Bob"],
        [1, "C", "", ""],
    ]
    assert done(shop.take(What.COUNTS, rows)) == {"posted": 2, "unchanged": 1}
    found = [(it["sku"], it["counted"], it["counted_by"]) for it in shop.rows(What.COUNTS)]
    assert found == [("A", "4", "Ann"), ("B", "5", "Bob"), ("C", "", "")]
    told = faults(shop.take(What.COUNTS, [rows[0], [9, "A", 1, "Ann"], [1, "B", 2, ""]]))
    assert sorted(told) == [
        (2, "count", "Count 9 does not exist"),
        (3, "counted_by", "Say who counted"),
    ]
    assert shop.movements() == [("in", sku, 5) for sku in ("A", "B", "C")]


def test_who_may_only_some_warehouses_finds_no_others(shop: TableShop) -> None:
    add_product(shop.store, "A", 5)
    shop.take(What.WAREHOUSES, [["code", "name"], ["NORTH", "North"]])
    here = Origin("clerk", within=frozenset({2}))
    rows: Rows = [["sku", "warehouse", "quantity_on_hand"], ["A", "MAIN", 7]]
    told = faults(shop.take(What.LEVELS, rows, origin=here))
    assert told == [(2, "warehouse", "There is no warehouse with the code MAIN")]


# Both databases, and many rows


def test_it_is_the_same_on_postgresql(
    postgresql_url: str, tmp_path: Path, migrated: Callable[[str], DatabaseShop]
) -> None:
    with opened(migrated(postgresql_url), tmp_path) as shop:
        supplier(shop)
        assert done(shop.take(What.PRODUCTS, PRODUCTS)) == {"created": 2}
        assert done(shop.take(What.PRODUCTS, PRODUCTS)) == {"unchanged": 2}
        levels: Rows = [["sku", "quantity_on_hand"], ["A", 5], ["B", 7]]
        assert done(shop.take(What.LEVELS, levels, dry_run=True)) == {"posted": 2}
        assert done(shop.take(What.LEVELS, levels)) == {"posted": 2}
        assert done(shop.take(What.LEVELS, levels)) == {"before": 2}
        assert done(shop.take(What.PURCHASE_ORDERS, [*ORDERS[:2], *ORDERS[3:]])) == {"created": 2}
        assert shop.movements() == [("in", "A", 5), ("in", "B", 7)]
        assert shop.rows(What.LEVELS, as_of=shop.clock.now)[0]["quantity_on_hand"] == "5"


@pytest.fixture
def migrated() -> Callable[[str], DatabaseShop]:
    from onhand.store.migrate import migrate

    def made(url: str) -> DatabaseShop:
        migrate(url)
        return DatabaseShop(url)

    return made


def test_chunks_add_up(shop: TableShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_import, "RECORDS_AT_A_TIME", 3)
    rows: Rows = [["sku", "name"]]
    rows += [[f"S{number}", "x"] for number in range(10)]
    report = shop.take(What.PRODUCTS, rows)
    assert (report.rows, done(report)) == (10, {"created": 10})
    shop.do(CreateProduct(ProductAttributes("S10", "x"), TESTER))
    levels: Rows = [["sku", "quantity_on_hand"]]
    levels += [[f"S{number}", 1] for number in range(11)]
    assert done(shop.take(What.LEVELS, levels)) == {"posted": 11}
    assert done(shop.take(What.LEVELS, levels)) == {"before": 11}
