"""Suppliers and purchase orders in numbers, for query plans."""

from __future__ import annotations

from onhand.store.engine import Database, admin_engine

SUPPLIERS, SELLERS, ORDERS, LINES = 2_000, 10, 20_000, 5


def fill_purchasing(database: Database, *, products: int, analyze: bool = True) -> None:
    """Add 2,000 suppliers, ten for each product, and 20,000 orders of five lines, each received.

    One order of a thousand is a draft, one is still on order.
    """
    on_sqlite = database.kind == "sqlite"
    moment = "1767225600000000" if on_sqlite else "timestamptz '2026-01-01 00:00:00+00'"
    day = "'2026-01-08'" if on_sqlite else "date '2026-01-08'"

    def series(name: str, count: int) -> str:
        if on_sqlite:
            step = f"SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}"
            return f"(WITH RECURSIVE s(n) AS ({step}) SELECT n FROM s) AS {name}"
        return f"generate_series(1, {count}) AS {name}(n)"

    s, p, o, k = (
        series(name, count)
        for name, count in (("s", SUPPLIERS), ("p", products), ("o", ORDERS), ("k", LINES))
    )
    product = f"(o.n * 7 + k.n * 311) % {products} + 1"
    statements = [
        f"""
        INSERT INTO suppliers (id, state, version, created_by, created_at, updated_at, code,
            code_key, name, currency)
        SELECT s.n, CASE WHEN s.n % 10 = 0 THEN 'suspended' ELSE 'active' END, 1, 'seed', {moment},
            {moment}, 'S' || s.n, 's' || s.n, 'Supplier ' || s.n, 'USD'
        FROM {s}
        """,
        *(
            f"""
            INSERT INTO supplier_products (supplier_id, product_id, price, currency,
                minimum_order_quantity, pack_size, is_preferred)
            SELECT (p.n * 3 + {shift * 77}) % {SUPPLIERS} + 1, p.n, 10000, 'USD', 1, 1,
                p.n % 9 = 0 AND {shift} = 3
            FROM {p}
            """
            for shift in range(SELLERS)
        ),
        f"""
        INSERT INTO purchase_orders (id, state, version, created_by, created_at, updated_at,
            supplier_id, warehouse_id, currency, total, over_receipt_percent)
        SELECT o.n, CASE o.n % 1000 WHEN 1 THEN 'draft' WHEN 2 THEN 'sent' ELSE 'completed' END, 1,
            'seed', {moment}, {moment}, o.n % {SUPPLIERS} + 1, o.n % 2 + 1, 'USD', 50000, 0
        FROM {o}
        """,
        f"""
        INSERT INTO purchase_order_lines (document_id, number, product_id, quantity, price,
            expected_date, received, rejected, on_order)
        SELECT o.n, k.n, {product}, 5, 10000, {day}, 0, 0,
            CASE WHEN o.n % 1000 = 2 THEN 5 ELSE 0 END
        FROM {o}, {k}
        """,
        f"""
        INSERT INTO purchase_order_receipts (document_id, number, delivery_reference, received_at,
            received_by, lead_time_days)
        SELECT o.n, 1, 'DN', {moment}, 'seed', 7 FROM {o} WHERE o.n % 1000 > 2
        """,
        f"""
        INSERT INTO purchase_order_receipt_lines (document_id, number, receipt, line, received,
            rejected, days_late)
        SELECT o.n, k.n, 1, k.n, 5, 0, 0 FROM {o}, {k} WHERE o.n % 1000 > 2
        """,
    ]
    with admin_engine(database).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement if on_sqlite else statement.replace("%", "%%"))
    if analyze:
        with admin_engine(database).connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
