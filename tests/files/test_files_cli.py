"""`onhand export` and `onhand import`: files by name, faults by row, and how they end."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from onhand.app import TOLD_TO_USERS, App
from onhand.cli import build_cli
from onhand.store.migrate import migrate

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Run:
    """Run a command in a folder of its own, on a shop."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONHAND_DATABASE", sqlite_url)
    migrate(sqlite_url)
    cli = build_cli(App())

    def ran(*words: str) -> Result:
        return CliRunner().invoke(cli, words)

    return ran


def refusal(result: Result) -> str:
    """What the program tells its user, on one line."""
    assert isinstance(result.exception, TOLD_TO_USERS), result.output
    return str(result.exception)


def test_out_and_in_again(run: Run, tmp_path: Path) -> None:
    Path("products.csv").write_text("sku,name\n=A,Lamp\n")
    Path("levels.csv").write_text("sku,quantity_on_hand\n=A,5\n")
    dry = run("import", "products", "products.csv", "--dry-run")
    assert (dry.exit_code, "Nothing was changed: this was a dry run." in dry.output) == (0, True)
    assert run("import", "products", "products.csv").exit_code == 0
    assert run("import", "levels", "levels.csv").exit_code == 0
    for name in ("levels.xlsx", "levels.parquet", "movements.csv"):
        done = run("export", name.partition(".")[0], name)
        assert done.output == f"1 row of {name.partition('.')[0]} in {name}.\n"
    with Path("movements.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["sku"], row["quantity"]) == ("'=A", "5")
    again = run("import", "levels", "levels.xlsx")
    assert "unchanged" in again.output or "imported before" in again.output
    assert "Columns passed over: product, quantity_reserved" in again.output
    assert run("verify").output == "1 movement and 1 level agree.\n"


def test_faults_are_told_by_row_and_column(run: Run, tmp_path: Path) -> None:
    Path("products.csv").write_text('sku,name,selling_price\n=A,Lamp,"12,50"\n' + ",x,1\n" * 25)
    done = run("import", "products", "products.csv")
    assert done.exit_code == 1
    assert "row 2, selling_price: Must be an amount of 0 or more" in done.output
    assert "row 3, sku: Must be given" in done.output
    assert "row 22" not in done.output
    assert "26 faults in all; to see each: --report FILE" in done.output
    assert "Nothing was imported." in done.output
    skipped = run("import", "products", "products.csv", "--skip-wrong", "--report", "wrong.csv")
    assert skipped.exit_code == 0
    with Path("wrong.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["row", "column", "reason"]
    assert len(rows) == 27
    assert rows[1][:2] == ["2", "selling_price"]


def test_a_file_is_there_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    assert run("export", "products", "products.csv").exit_code == 0
    assert stat.S_IMODE(Path("products.csv").stat().st_mode) & 0o600 == 0o600
    again = run("export", "products", "products.csv")
    assert "is there already: choose another name, or give --overwrite" in refusal(again)
    assert run("export", "products", "products.csv", "--overwrite").exit_code == 0
    nowhere = run("export", "products", "nowhere/products.csv")
    assert "cannot be written (No such file or directory)" in refusal(nowhere)
    missing = run("export", "levels", "levels.csv", "--sku", "NOPE")
    assert "There is no product with the SKU NOPE" in refusal(missing)
    names = {it.name for it in tmp_path.iterdir() if "onhand.db" not in it.name}
    assert names == {"products.csv"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("products", "products.txt"), "ends in none of .csv, .xlsx, .parquet"),
        (("products", "p.csv", "--sku", "A"), "Products cannot be chosen by sku"),
        (("movements", "m.csv", "--from", "yesterday"), "--from: 'yesterday' is neither a day"),
        (("levels", "l.csv", "--as-of", "2025-01-15T12:00"), "nor a moment with its zone"),
    ],
)
def test_what_cannot_be_asked(run: Run, words: tuple[str, ...], message: str) -> None:
    assert message in refusal(run("export", *words))


def test_days_begin_and_end_in_utc(run: Run) -> None:
    Path("products.csv").write_text("sku,name\nA,Lamp\n")
    Path("levels.csv").write_text("sku,quantity_on_hand\nA,5\n")
    run("import", "products", "products.csv")
    run("import", "levels", "levels.csv")
    for number, (words, count) in enumerate(
        (
            (("--to", "2020-01-01"), 0),
            (("--from", "2020-01-01"), 1),
            (("--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01"), 1),
            (("--movement-type", "out"), 0),
            (("--sku", "a", "--warehouse", "main"), 1),
        )
    ):
        done = run("export", "movements", f"{number}.csv", *words)
        assert done.output.startswith(f"{count} row"), words


def test_a_template_is_to_be_filled_in(run: Run) -> None:
    assert run("import", "template", "transfers", "transfers.csv").exit_code == 0
    assert Path("transfers.csv").read_text().startswith("transfer,from_warehouse,to_warehouse,")
    assert run("import", "template", "movements", "movements.csv").exit_code == 0
    assert Path("movements.csv").read_text().startswith("occurred_at,movement_type,sku,")


def test_there_must_be_a_shop(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ONHAND_DATABASE", f"sqlite:///{tmp_path / 'none.db'}")
    assert "There is no ledger of this version" in refusal(run("export", "products", "p.csv"))
