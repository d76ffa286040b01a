"""An import moves every line once: run again, stopped, grown, raced, on any store."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onhand.core.commands import CreateProduct, Request, ReserveStock
from onhand.core.movements import Movement, MovementType, Origin
from onhand.core.products import Product, ProductAttributes
from onhand.files.import_memory import KEY_PREFIX
from onhand.files.import_report import ImportReport, Progress
from onhand.files.mapping import ColumnMapping, ReadingOptions
from onhand.files.problems import (
    FileChanged,
    FileProblem,
    FileUnreadable,
    ImportUnderWay,
    OtherOptions,
    ReportUnwritable,
    WrongColumns,
    WrongOption,
)
from onhand.files.sales_import import ImportOptions, Stocking, import_sales
from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.posting import Done, Submission, settle
from onhand.ledger.verify import verify
from onhand.store.memory import MemoryStore
from tests.files.sales_texts import REAL_FILE, needs_real_file, row, text_of, write

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2009, 12, 1, 7, 45, tzinfo=UTC)
OPENING = ImportOptions(stocking=Stocking.OPENING, reading=ReadingOptions(chunk_lines=3))


def clock() -> datetime:
    return NOW


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(NOW)


def movements(store: MemoryStore) -> list[Movement]:
    return [movement for _, movement in store._tables.movements]


def products(store: MemoryStore) -> dict[str, Product]:
    return {product.attributes.sku: product for product in store._tables.products.values()}


def on_hand(store: MemoryStore) -> dict[str, int]:
    with store.proof() as proof:
        by_id = {key.product_id: level.on_hand for key, level in proof.levels()}
    return {sku: by_id.get(product.id, 0) for sku, product in products(store).items()}


def ledger_of(store: MemoryStore) -> list[tuple[Any, ...]]:
    """What was booked, without ids and the chunk in which it was."""
    names = {product.id: sku for sku, product in products(store).items()}
    return sorted(
        (
            names[move.product_id],
            move.entry_number,
            move.movement_type,
            move.quantity,
            move.on_hand,
            move.origin.reference,
            move.occurred_at,
        )
        for move in movements(store)
    )


def run(
    store: MemoryStore, path: Path, options: ImportOptions = OPENING, **more: Any
) -> ImportReport:
    report = import_sales(store, clock, path, options, **more)
    with store.proof() as proof:
        assert list(verify(proof)) == []
    return report


ROWS = [
    row(invoice="1", sku="10001a", description="OLD LAMP", quantity="5", price="2.10"),
    row(invoice="1", sku="10002", description="JUG", quantity="3", time="2009-12-01 07:45:00"),
    row(invoice="C2", sku="10001A", quantity="-2", time="2009-12-02 09:00:00"),
    row(invoice="POST", sku="POST"),
    row(invoice="3", sku="10002", description="smashed", quantity="-1", price="0"),
    row(invoice="4", sku="10001A", description="NEW LAMP", quantity="6", price="2.50"),
    row(invoice="5", sku="10002", description="", quantity="4", price="0"),
    row(invoice="6", sku="10002", description="JUG", quantity="x"),
    row(invoice="7", sku="10002", description="JUG", quantity="2", time="2009-12-05 10:00:00"),
]


def test_what_the_lines_become(store: MemoryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    report = run(store, path, replace(OPENING, currency="GBP", actor="key:till"))
    lamp, jug = products(store)["10001A"], products(store)["10002"]
    assert (lamp.attributes.name, lamp.attributes.selling_price) == ("NEW LAMP", Decimal("2.5"))
    assert jug.attributes.currency == "GBP"
    booked = [
        (move.product_id, move.movement_type, move.quantity, move.origin.reference)
        for move in movements(store)
    ]
    assert booked == [
        (lamp.id, MovementType.IN, 9, "sales.csv"),
        (jug.id, MovementType.IN, 4, "sales.csv"),
        (lamp.id, MovementType.OUT, -5, "1"),
        (jug.id, MovementType.OUT, -3, "1"),
        (lamp.id, MovementType.IN, 2, "C2"),
        (jug.id, MovementType.ADJUSTMENT, -1, "3"),
        (lamp.id, MovementType.OUT, -6, "4"),
        (jug.id, MovementType.ADJUSTMENT, 4, "5"),
        (jug.id, MovementType.OUT, -2, "7"),
    ]
    sale, returned, smashed = movements(store)[2], movements(store)[4], movements(store)[5]
    assert (sale.occurred_at, sale.origin.reference_type, sale.created_at) == (AT, "invoice", NOW)
    assert returned.occurred_at == datetime(2009, 12, 2, 9, tzinfo=UTC)
    assert smashed.origin.reason == "smashed"
    assert movements(store)[7].origin.reason == "Stock correction"
    assert {move.origin.actor for move in movements(store)} == {"key:till"}
    assert (report.sales, report.returns, report.corrections) == (4, 1, 2)
    assert (report.products, report.products_created, report.opening_units) == (2, 2, 13)
    assert report.problems_by_kind == {"no_goods": 1, "unreadable_quantity": 1}
    assert (report.lines, report.already_imported, report.rejected) == (9, 0, 0)


def test_run_again_it_moves_nothing(store: MemoryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    first = run(store, path)
    booked = ledger_of(store)
    for chunk_lines in (3, 1, 1000):
        options = replace(OPENING, reading=ReadingOptions(chunk_lines=chunk_lines))
        again = run(store, path, options)
        assert ledger_of(store) == booked
        assert (again.posted, again.already_imported, again.opening_units) == (0, 9, 0)
        assert again.problems_by_kind == first.problems_by_kind
    # Under another name, packed, and with another byte order mark it is the same file.
    run(store, write(tmp_path / "copy.csv", text_of(ROWS).encode("utf-8-sig")))
    assert ledger_of(store) == booked


def test_a_grown_file_imports_its_new_lines_alone(store: MemoryStore, tmp_path: Path) -> None:
    whole = MemoryStore(NOW)
    run(whole, write(tmp_path / "whole.csv", text_of(ROWS)))
    for count in (1, 2, 4, 5, 8, 9):
        report = run(store, write(tmp_path / "sales.csv", text_of(ROWS[:count]).rstrip("\n")))
        assert report.lines == count
    assert on_hand(store) == on_hand(whole)
    sold = [move for move in movements(store) if move.movement_type is MovementType.OUT]
    assert len(sold) == 4


class Stop(Exception):
    pass


def stopping_after(chunks: int) -> Callable[[Progress], None]:
    posted = 0

    def stop(progress: Progress) -> None:
        nonlocal posted
        if progress.phase == "importing":
            posted += 1
            if posted == chunks:
                raise Stop

    return stop


@pytest.mark.parametrize("stocking", Stocking)
@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_stopped_it_goes_on_where_it_was(
    store: MemoryStore, tmp_path: Path, stocking: Stocking, chunks: int
) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    options = replace(OPENING, stocking=stocking)
    whole = MemoryStore(NOW)
    run(whole, path, options)
    with pytest.raises(Stop):
        run(store, path, options, on_progress=stopping_after(chunks))
    report = run(store, path, options)
    assert report.already_imported == min(9, 3 * chunks)
    assert ledger_of(store) == ledger_of(whole)


class FailingStore(MemoryStore):
    """Is away when the `fails_at`-th transaction would commit, before or after it does."""

    def __init__(self, fails_at: int, *, after: bool) -> None:
        super().__init__(NOW)
        self.left = fails_at
        self.after = after

    def transaction(self, needs: Any, keys: Any, now: datetime) -> Any:
        opened = super().transaction(needs, keys, now)
        store = self

        class Failing:
            def __enter__(self) -> Any:
                self.inner = cast("Any", opened.__enter__())
                commit = self.inner.commit

                def failing(*given: Any) -> None:
                    store.left -= 1
                    if store.left == 0 and not store.after:
                        raise StoreUnavailable("away")
                    commit(*given)
                    if store.left == 0:
                        raise StoreUnavailable("away, and who knows")

                self.inner.commit = failing
                return self.inner

            def __exit__(self, *error: Any) -> Any:
                return opened.__exit__(*error)

        return Failing()


@pytest.mark.parametrize("after", [False, True])
def test_a_database_that_goes_away_loses_and_doubles_nothing(tmp_path: Path, after: bool) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    whole = MemoryStore(NOW)
    run(whole, path)
    for fails_at in range(1, 5):
        store = FailingStore(fails_at, after=after)
        with pytest.raises(StoreUnavailable):
            run(store, path)
        run(store, path)
        assert ledger_of(store) == ledger_of(whole)


def test_a_file_whose_imported_lines_changed_is_refused(store: MemoryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    run(store, path)
    booked = ledger_of(store)
    changed = [*ROWS[:4], row(invoice="99"), *ROWS[5:], row(invoice="100")]
    with pytest.raises(FileChanged, match="lines 5 to 7 were imported before, and are others"):
        run(store, write(path, text_of(changed)))
    with pytest.raises(FileChanged, match="up to 7 were imported before, but it ends too soon"):
        run(store, write(path, text_of(ROWS[:4])))
    assert ledger_of(store) == booked


def test_a_label_sets_files_apart_that_begin_alike(store: MemoryStore, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", text_of(ROWS)))
    other = write(tmp_path / "b.csv", text_of([ROWS[0], row(sku="20002")]))
    with pytest.raises(FileChanged, match="give it a label"):
        run(store, other)
    assert run(store, other, replace(OPENING, label="till 2")).posted == 2
    assert run(store, other, replace(OPENING, label="till 2")).posted == 0


def test_files_that_begin_differently_are_different(store: MemoryStore, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", text_of(ROWS)))
    assert run(store, write(tmp_path / "b.csv", text_of(ROWS[1:]))).sales == 3


@pytest.mark.parametrize(
    "other",
    [
        {"reading": ReadingOptions(timezone="Europe/London")},
        {"mapping": ColumnMapping(description="country")},
        {"warehouse_id": 1},
    ],
)
def test_the_same_file_read_another_way_is_refused(
    store: MemoryStore, tmp_path: Path, other: dict[str, Any]
) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    run(store, path)
    with pytest.raises(OtherOptions, match="would move its stock twice"):
        run(store, path, replace(OPENING, **other))


def test_without_stock_sales_are_rejected_and_reported(store: MemoryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    options = replace(OPENING, stocking=Stocking.NONE)
    told = tmp_path / "problems.csv"
    report = run(store, path, options, report_path=told)
    assert report.rejected_by_code == {"insufficient_available": 3, "negative_stock": 1}
    assert (report.sales, report.returns, report.corrections) == (1, 1, 1)
    assert on_hand(store) == {"10001A": 2, "10002": 2}
    with told.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(int(problem["line_number"]), problem["kind"]) for problem in rows] == [
        (2, "rejected_insufficient_available"),
        (3, "rejected_insufficient_available"),
        (5, "no_goods"),
        (6, "rejected_negative_stock"),
        (7, "rejected_insufficient_available"),
        (9, "unreadable_quantity"),
    ]
    assert rows[0]["reason"] == "Insufficient stock available. Available: 0, Requested: 5"
    assert rows[2]["excerpt"].startswith("POST,POST,")
    # A later run tells the same, though it moves nothing.
    again = run(store, path, options, report_path=tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == told.read_bytes()
    assert again.rejected_by_code == report.rejected_by_code


def test_the_report_holds_no_formulas(store: MemoryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of([row(invoice="=1+1", sku="POST")]))
    run(store, path, report_path=tmp_path / "problems.csv")
    assert "'=1+1" in (tmp_path / "problems.csv").read_text()


def test_purchases_come_before_stock_runs_out(store: MemoryStore, tmp_path: Path) -> None:
    rows = [row(quantity="10", time=f"2010-01-{day:02} 09:00:00") for day in range(1, 31)]
    options = replace(OPENING, stocking=Stocking.PURCHASES, cover_days=7)
    report = run(store, write(tmp_path / "sales.csv", text_of(rows)), options)
    assert (report.sales, report.rejected) == (30, 0)
    bought = [move for move in movements(store) if move.movement_type is MovementType.IN]
    assert len(bought) == report.purchases == 5
    assert sum(move.quantity for move in bought) == report.purchased_units
    assert {move.origin.reason for move in bought} == {"Purchase before stock ran out"}
    assert bought[1].occurred_at == datetime(2010, 1, 8, 9, tzinfo=UTC)


def test_products_and_stock_that_are_there_are_used(store: MemoryStore, tmp_path: Path) -> None:
    attributes = ProductAttributes("10001a", "My own name", selling_price=Decimal(9))
    origin = Origin("test", occurred_at=AT - timedelta(days=1))
    create = CreateProduct(attributes, origin, stock_quantity=7)
    [settled] = settle(store, [Submission(Request((create,)))], clock)
    assert isinstance(settled, Done)
    reserve = ReserveStock(1, None, 2, 77, Origin("test"))
    settle(store, [Submission(Request((reserve,)))], clock)
    report = run(store, write(tmp_path / "sales.csv", text_of(ROWS)))
    assert products(store)["10001a"].attributes == attributes
    assert (report.products_created, report.rejected) == (1, 0)
    assert report.opening_units == 4 + 4  # 9 needed of it, and 5 of 7 are available
    assert on_hand(store)["10001a"] == 2


def test_stock_moves_in_the_warehouse_named(store: MemoryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    with pytest.raises(WrongOption, match="Warehouse: 7 does not exist"):
        run(store, path, replace(OPENING, warehouse_id=7))
    assert movements(store) == []
    run(store, path, replace(OPENING, warehouse_id=1))
    assert {move.warehouse_id for move in movements(store)} == {1}


def test_what_is_to_come_is_rejected(store: MemoryStore, tmp_path: Path) -> None:
    rows = [row(), row(time="2030-01-01 00:00:00")]
    report = run(store, write(tmp_path / "sales.csv", text_of(rows)))
    assert (report.sales, report.rejected_by_code) == (1, {"occurred_in_future": 1})


def test_nothing_moves_unless_all_of_the_file_can_be_read(
    store: MemoryStore, tmp_path: Path
) -> None:
    content = text_of([row()] * 5000).encode() + b"\xff\xfe\n"
    for wrong in (write(tmp_path / "a.csv", content), tmp_path / "missing.csv", tmp_path):
        with pytest.raises(FileProblem):
            run(store, wrong)
    with pytest.raises(WrongColumns):
        run(store, write(tmp_path / "b.csv", "a,b\n1,2\n"))
    with pytest.raises(FileUnreadable):
        run(store, tmp_path)
    path = write(tmp_path / "c.csv", text_of(ROWS))
    with pytest.raises(ReportUnwritable):
        run(store, path, report_path=tmp_path / "no" / "folder.csv")
    assert movements(store) == []
    assert products(store) == {}


@pytest.mark.parametrize(
    "text", [text_of([]), text_of(["", ""]), text_of([row(sku="POST")]), text_of([]).rstrip()]
)
def test_a_file_without_goods_moves_nothing(store: MemoryStore, tmp_path: Path, text: str) -> None:
    for _ in range(2):
        assert run(store, write(tmp_path / "sales.csv", text)).posted == 0
    assert movements(store) == []


def between_the_passes(happens: Callable[[], object]) -> Callable[[], datetime]:
    """A clock; asked a second time, the import has read the file and makes products."""
    asked = 0

    def clock() -> datetime:
        nonlocal asked
        asked += 1
        if asked == 2:
            happens()
        return NOW

    return clock


def test_a_file_that_changes_meanwhile_stops_the_import(store: MemoryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    changed = [*ROWS[:4], row(invoice="99"), *ROWS[5:]]
    clock = between_the_passes(lambda: write(path, text_of(changed)))
    with pytest.raises(FileChanged, match="changes while it is being imported"):
        import_sales(store, clock, path, OPENING)
    assert [move.origin.reference for move in movements(store)][-1] == "C2"


def test_a_file_that_grows_meanwhile_is_imported_as_it_was(
    store: MemoryStore, tmp_path: Path
) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    clock = between_the_passes(lambda: write(path, text_of([*ROWS, row(invoice="10")])))
    assert import_sales(store, clock, path, OPENING).sales == 4
    assert run(store, path).sales == 1


@pytest.mark.parametrize("chunk_lines", [2, 3, 5])
def test_two_imports_at_once_post_nothing_twice(
    store: MemoryStore, tmp_path: Path, chunk_lines: int
) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    whole = MemoryStore(NOW)
    run(whole, path)
    other = replace(OPENING, reading=ReadingOptions(chunk_lines=chunk_lines))
    raced = False

    def race(progress: Progress) -> None:
        nonlocal raced
        if progress.phase == "importing" and not raced:
            raced = True
            run(store, path, other)

    with pytest.raises(ImportUnderWay):
        run(store, path, on_progress=race)
    assert on_hand(store) == on_hand(whole)
    assert len([m for m in movements(store) if m.movement_type is MovementType.OUT]) == 4


def test_progress_is_told_for_both_phases(store: MemoryStore, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of(ROWS))
    told: list[Progress] = []
    run(store, path, on_progress=told.append)
    size = path.stat().st_size
    assert [(step.phase, step.lines_done) for step in told] == [
        *(("reading", lines) for lines in (3, 6, 9)),
        *(("importing", lines) for lines in (3, 6, 9)),
    ]
    assert told[-1].bytes_done == told[-1].bytes_total == size


def test_texts_that_the_ledger_would_not_take_are_tidied(
    store: MemoryStore, tmp_path: Path
) -> None:
    rows = [
        row(sku="10001", description='"A\nB\x1b' + "x" * 400 + '"'),
        row(sku="10002", price="0.00005", description="\x07"),
        row(sku="10002", quantity="2", price="0", description="\x07found\x07"),
    ]
    run(store, write(tmp_path / "sales.csv", text_of(rows)))
    made = products(store)
    assert made["10001"].attributes.name == "A B " + "x" * 251
    assert made["10002"].attributes.name == "10002"
    assert made["10002"].attributes.selling_price == 0
    assert movements(store)[-1].origin.reason == "found"


def test_the_keys_of_imports_can_be_told_from_clients_keys(
    store: MemoryStore, tmp_path: Path
) -> None:
    run(store, write(tmp_path / "sales.csv", text_of(ROWS)))
    assert len(store._tables.answers) == 3
    assert all(part.key.startswith(KEY_PREFIX) for part in store._tables.answers)


def test_wrong_options() -> None:
    for wrong in ({"cover_days": 0}, {"label": "x" * 101}, {"label": "\n"}, {"currency": "gbp"}):
        with pytest.raises(WrongOption):
            ImportOptions(**wrong)


FILE_ROWS = st.lists(
    st.builds(
        row,
        invoice=st.sampled_from(["1", "2", "C3"]),
        sku=st.sampled_from(["10001", "10002", "10003A", "POST"]),
        quantity=st.integers(-9, 9).map(str),
        time=st.datetimes(datetime(2010, 1, 1), datetime(2010, 2, 1)).map(  # noqa: DTZ001
            lambda moment: moment.isoformat(" ", "seconds")
        ),
        price=st.sampled_from(["0", "1.5"]),
    ),
    min_size=1,
    max_size=25,
)


@given(
    rows=FILE_ROWS,
    cuts=st.lists(st.integers(1, 25), max_size=3),
    chunk_lines=st.lists(st.integers(1, 9), min_size=5, max_size=5),
    stocking=st.sampled_from(Stocking),
)
@settings(deadline=None, max_examples=60)
def test_however_it_is_cut_and_stopped_every_line_moves_once(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[str],
    cuts: list[int],
    chunk_lines: list[int],
    stocking: Stocking,
) -> None:
    path = tmp_path_factory.mktemp("import") / "sales.csv"

    def options(place: int) -> ImportOptions:
        reading = ReadingOptions(chunk_lines=chunk_lines[place])
        return ImportOptions(stocking=stocking, reading=reading)

    whole, store = MemoryStore(NOW), MemoryStore(NOW)
    run(whole, write(path, text_of(rows)), options(0))
    for place, count in enumerate(sorted(cuts)):
        write(path, text_of(rows[:count]))
        with suppress(Stop):
            run(store, path, options(place), on_progress=stopping_after(2))
    write(path, text_of(rows))
    report = run(store, path, options(4))
    if stocking is not Stocking.PURCHASES:
        # Lots follow the demand that the file told at the time, so they may differ.
        assert on_hand(store) == on_hand(whole)
    if stocking is not Stocking.NONE:
        assert report.rejected == 0
    booked = [entry[3] for entry in ledger_of(store) if entry[5] != "sales.csv"]
    assert sorted(booked) == sorted(
        entry[3] for entry in ledger_of(whole) if entry[5] != "sales.csv"
    )


@pytest.fixture
def real_rows(tmp_path: Path) -> Iterator[Path]:
    import gzip
    from itertools import islice

    with gzip.open(REAL_FILE, "rb") as file:
        yield write(tmp_path / "real.csv", b"".join(islice(file, 20_001)))


@needs_real_file
def test_real_lines_into_both_databases(database_url: str, real_rows: Path) -> None:
    from onhand.store.engine import parse_database
    from onhand.store.migrate import migrate
    from onhand.store.postgresql.store import PostgresqlStore
    from onhand.store.sqlite.store import SqliteStore

    database = parse_database(database_url)
    migrate(database)
    kind = SqliteStore if database.kind == "sqlite" else PostgresqlStore
    options = ImportOptions(stocking=Stocking.PURCHASES, currency="GBP")
    with closing(kind(database)) as store:
        with pytest.raises(Stop):
            import_sales(store, clock, real_rows, options, on_progress=stopping_after(1))
        report = import_sales(store, clock, real_rows, options)
        assert (report.already_imported, report.rejected) == (10_000, 0)
        again = import_sales(store, clock, real_rows, options)
        assert (again.already_imported, again.posted) == (20_000, 0)
        with store.proof() as proof:
            assert list(verify(proof)) == []
            entries, levels = proof.counts()
        assert levels == 2_563
        assert entries > 19_923  # the lines of goods, and the purchases
