"""A wrong mapping or option is refused with the part that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onhand.files.mapping import ColumnMapping, ReadingOptions
from onhand.files.problems import WrongColumns, WrongOption
from tests.files.sales_texts import HEADER, read, row, text_of, write


def test_a_mapping_is_written_in_one_line() -> None:
    mapping = ColumnMapping.parse("invoice=InvoiceNo, sku = StockCode,")
    assert mapping == ColumnMapping(invoice="InvoiceNo", sku="StockCode")
    assert ColumnMapping.parse("") == ColumnMapping()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("invoice=A,StockCode", "'StockCode' is not of the form value=Column"),
        ("sku=", "'sku=' is not of the form"),
        ("skew=StockCode", "'skew' in 'skew=StockCode' is not a value of a line; the values are"),
        ("sku=A,sku=B", "'sku' is given twice"),
    ],
)
def test_a_wrong_mapping_names_the_wrong_part(text: str, named: str) -> None:
    with pytest.raises(WrongOption, match=re.escape(named)):
        ColumnMapping.parse(text)


def test_missing_columns_are_all_named_beside_those_that_are_there(tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of([row()]))
    with pytest.raises(WrongColumns) as caught:
        read(path, ColumnMapping.parse("invoice=InvoiceNo,unit_price=Price"))
    message = str(caught.value)
    assert message.startswith(f"{path}, line 1: ")
    assert "'InvoiceNo' (for invoice), 'Price' (for unit_price)" in message
    assert all(repr(column) in message for column in HEADER.split(","))


def test_a_column_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", HEADER.replace("country", "Quantity") + "\n")
    assert read(path) == []  # the exact name goes before the one in other case
    path = write(tmp_path / "sales.csv", HEADER.replace("country", "quantity") + "\n")
    with pytest.raises(WrongColumns, match=r"'quantity' .* 2 times"):
        read(path)


@pytest.mark.parametrize(("delimiter", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_delimiter_is_recognised(tmp_path: Path, delimiter: str, name: str) -> None:
    path = write(tmp_path / "sales.csv", text_of([row()]).replace(",", delimiter))
    with pytest.raises(WrongColumns, match=f"separated by {name}"):
        read(path)
    assert len(read(path, options=ReadingOptions(delimiter=delimiter))) == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"timezone": "Europe/Londn"}, "'Europe/Londn'"),
        ({"timezone": "../../etc/passwd"}, "Timezone"),
        ({"timezone": ""}, "Timezone"),
        ({"goods_pattern": "([0-9]"}, "not a regular expression"),
        ({"return_prefix": ""}, "Return prefix"),
        ({"encoding": "latin-99"}, "'latin-99'"),
        ({"encoding": "hex"}, "'hex'"),
        ({"encoding": ""}, "Encoding"),
        ({"delimiter": ",,"}, "Delimiter"),
        ({"delimiter": "\n"}, "Delimiter"),
        ({"chunk_lines": 0}, "Chunk lines"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, object], named: str) -> None:
    with pytest.raises(WrongOption, match=re.escape(named)):
        ReadingOptions(**options)  # type: ignore[arg-type]
