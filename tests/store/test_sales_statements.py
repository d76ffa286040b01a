"""How many statements a sales order takes: as many for 200 lines as for 20, in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from onhand.core import sales_orders as s
from onhand.core.movements import Origin
from onhand.ledger.ports import Store
from onhand.store.migrate import migrate
from onhand.store.postgresql.pipeline import Pipeline, Rows, Statement
from onhand.store.sqlite.store import SqliteStore
from tests.support.ledger_contents import database_contents, problems
from tests.support.stores import DatabaseShop, accepted, add_product, add_warehouse, ask

CLERK = Origin("clerk", "Told to")
MORE, LESS = 200, 20


@contextmanager
def statements(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What goes to the database meanwhile, statement by statement."""
    asked: list[str] = []
    if isinstance(store, SqliteStore):
        store._connection.set_trace_callback(asked.append)
        yield asked
        store._connection.set_trace_callback(None)
        return
    run: Callable[[Pipeline, Sequence[Statement]], list[Rows]] = Pipeline.run

    def noting(pipeline: Pipeline, given: Sequence[Statement]) -> list[Rows]:
        asked.extend(text for text, _ in given)
        return run(pipeline, given)

    with monkeypatch.context() as patched:
        patched.setattr(Pipeline, "run", noting)
        yield asked


def given(products: Sequence[int], quantity: int) -> tuple[s.LineGiven, ...]:
    fields = [{"product_id": product, "quantity": quantity} for product in products]
    return tuple(s.LineGiven(None, line) for line in fields)


def test_a_long_order_takes_as_many_statements_as_a_short_one(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(database_url)
    store = DatabaseShop(database_url).open()
    east = add_warehouse(store, "EAST")
    products = [add_product(store, f"SKU-{number}", 9) for number in range(MORE)]
    counted: dict[str, set[int]] = {}
    for count in (LESS, MORE):
        lines = given(products[:count], 2)
        sites = (1, east)
        made = ask(store, s.DraftSalesOrder(origin=CLERK, lines=lines))[0]
        about = {"origin": CLERK, "id": accepted(made).facts["document"].id}
        fewer = tuple(s.LineGiven(number, {"quantity": 1}) for number in range(1, count + 1))
        one_each = tuple(s.LineShipped(number, 1) for number in range(1, count + 1))
        back = tuple(s.LineReturned(number, 1) for number in range(1, count + 1))
        for name, command in (
            ("confirm", s.ConfirmSalesOrder(**about, candidates=sites)),
            ("ship", s.ShipSalesOrder(**about, lines=one_each)),
            ("return", s.ReturnSalesOrder(**about, lines=back)),
            ("change", s.ChangeSalesOrder(**about, changes={"lines": fewer}, candidates=sites)),
        ):
            with statements(store, monkeypatch) as asked:
                accepted(ask(store, command)[0])
            assert sum(text == "COMMIT" for text in asked) == 1
            counted.setdefault(name, set()).add(len(asked))
        for end in (s.CancelSalesOrder, s.CloseSalesOrder):
            drafted = s.DraftSalesOrder(origin=CLERK, lines=lines, confirm=True, candidates=sites)
            order = accepted(ask(store, drafted)[0]).facts["document"].id
            accepted(ask(store, s.ShipSalesOrder(origin=CLERK, id=order, lines=one_each[:1]))[0])
            with statements(store, monkeypatch) as asked:
                accepted(ask(store, end(origin=CLERK, id=order))[0])
            counted.setdefault(end.__name__, set()).add(len(asked))
    store.close()
    assert {name: len(found) for name, found in counted.items()} == dict.fromkeys(counted, 1)
    assert not problems(database_contents(database_url))
