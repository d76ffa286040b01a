from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.api.catalogue.product_bodies import OneProductQuery, ProductQuery
from onhand.api.fields import CURSOR
from onhand.api.problems import Problem
from onhand.api.queries import (
    from_moment,
    page_meta,
    page_request,
    parse,
    sort_keys,
    until_moment,
)
from onhand.api.stock.movements import MovementQuery, cursor_from
from onhand.api.stock.reservations import ReservationQuery
from onhand.core.stock_status import StockStatus

KINDS = (ProductQuery, OneProductQuery, MovementQuery, ReservationQuery)


def faults(query: bytes, kind=ProductQuery):
    with pytest.raises(Problem) as caught:
        parse(query, kind)
    assert caught.value.status == 422
    return caught.value.errors


def test_nothing_asked_is_the_first_page_of_all():
    query = parse(b"", ProductQuery)
    assert (query.page, query.per_page, query.which.sku) == (1, 50, None)


def test_filters_pages_and_sorting():
    query = parse(
        b"sku=A%20B&stock_status=low_stock&is_active=false&page=3&per_page=200&sort=-created_at,name",
        ProductQuery,
    )
    assert query.which.sku == "A B"
    assert query.which.stock_status is StockStatus.LOW_STOCK
    assert query.which.is_active is False
    page = page_request(query, query.sort)
    assert (page.page, page.per_page) == (3, 200)
    assert page.sort == (("created_at", True), ("name", False))


def test_every_fault_is_named_at_once():
    found = faults(
        b"page=0&per_page=1000&stock_status=gone&warehouse_id=x&serach=a&sort=price&is_active=maybe"
        b"&sku=a&sku=b"
    )
    assert set(found) == {
        "page",
        "per_page",
        "stock_status",
        "warehouse_id",
        "serach",
        "sort",
        "is_active",
        "sku",
    }
    assert found["serach"] == ['Unknown parameter. Did you mean "search"?']
    assert "low_stock" in found["stock_status"][0]
    assert "selling_price" in found["sort"][0]


def test_a_whole_number_may_be_written_with_a_point_as_in_a_body():
    query = parse(b"page=2.0&warehouse_id=9007199254740993.00", ProductQuery)
    assert (query.page, query.warehouse_id) == (2, 2**53 + 1)


@pytest.mark.parametrize(
    "page",
    [
        "1.5",
        "1.",
        ".0",
        "1e0",
        "1.0.0",
        "-1.0",
        "",
        " 1",
        "+1",
        "1_0",
        "１",
        "-1",
        "null",
        "9" * 40,
    ],
)
def test_a_page_is_a_whole_number(page):
    assert list(faults(f"page={quote(page)}".encode())) == ["page"]


@pytest.mark.parametrize("sort", ["", "-", "id,", ",id", "ID", "--id", "password", "id%0A"])
def test_sorting_is_by_known_fields_once_each(sort):
    assert list(faults(f"sort={sort}".encode())) == ["sort"]


def test_a_day_or_a_moment():
    assert from_moment("2025-01-15").isoformat() == "2025-01-15T00:00:00+00:00"
    assert until_moment("2025-01-15").isoformat() == "2025-01-16T00:00:00+00:00"
    assert from_moment("2025-01-15T01:00:00+02:00").isoformat() == "2025-01-14T23:00:00+00:00"
    query = parse(b"from=2025-01-15T01:00:00+02:00&to=2025-01-16", MovementQuery)
    assert query.since is not None
    assert from_moment(query.since).isoformat() == "2025-01-14T23:00:00+00:00"


@pytest.mark.parametrize("moment", ["2025-01-15T00:00:00", "2025-02-30", "9999-12-31", "x", ""])
def test_no_moment_is_no_moment(moment):
    assert list(faults(f"from={moment}".encode(), MovementQuery)) == ["from"]


def test_a_moment_in_a_body_field_may_lose_its_plus():
    query = parse(b"expiring_before=2025-01-15T01:00:00+02:00", ReservationQuery)
    assert query.expiring_before is not None
    assert query.expiring_before.isoformat() == "2025-01-15T01:00:00+02:00"


@pytest.mark.parametrize("cursor", ["", "x", "5", "-5", "5-", "5-0", "1" * 18 + "-1", "é", "5-1\n"])
def test_a_cursor_we_did_not_make_is_refused(cursor):
    assert list(faults(f"cursor={quote(cursor)}".encode(), MovementQuery)) == ["cursor"]


@pytest.mark.parametrize("query", [b"a=%ff", b"sku=\xc3\xa9", b"&".join([b"a=1"] * 200)])
def test_what_is_no_query_is_a_400(query):
    with pytest.raises(Problem) as caught:
        parse(query, ProductQuery)
    assert caught.value.status == 400


def test_the_meta_of_a_page():
    query = parse(b"per_page=20&page=2", ProductQuery)
    assert page_meta(query, 41).last_page == 3
    assert page_meta(query, 40).last_page == 2
    assert page_meta(query, 0).last_page == 1


def test_sort_keys_of_nothing():
    assert sort_keys(None) == ()


def test_of_a_field_named_twice_the_first_counts():
    assert sort_keys("-id,name,id") == (("id", True), ("name", False))


@given(st.binary(max_size=100), st.sampled_from(KINDS))
def test_any_bytes_become_a_query_or_a_problem(query, kind):
    statuses = []
    try:
        parse(query, kind)
    except Problem as found:
        statuses.append(found.status)
    assert statuses in ([], [400], [422])


@given(st.from_regex(CURSOR, fullmatch=True))
def test_any_cursor_that_fits_is_a_position(text):
    if text.isascii():
        assert cursor_from(text).id >= 1


@pytest.mark.parametrize("name", ["sku", "barcode", "search"])
def test_no_database_is_asked_for_a_text_with_nul_in_it(name: str):
    [fault] = faults(f"{name}=a%00b".encode())[name]
    assert "without NUL" in fault
