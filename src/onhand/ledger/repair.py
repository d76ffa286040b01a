"""Repair: stored figures are brought to what the ledger says, and the ledger is never touched.

Whatever `verify` names is looked at product by product. What only follows from movements and
documents is worked out anew under the product's own lock, from what stands there then, and written
in one commit; so servers may run meanwhile, and a product that is mended half-way is none. What an
order holds beyond its document is released by a movement, through the same posting as everything.

What is wrong with the movements or the documents themselves is told and left: an entry that was
changed, a broken seal, a missing half of a transfer, a history that does not lead to a document's
state. Nothing of a product with such a fault is mended: whatever follows might be wrong, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from onhand.core.commands import ReleaseStock, Request
from onhand.core.documents import DocumentKey
from onhand.core.rejections import Rejected
from onhand.core.snapshot import Needs
from onhand.ledger import mending
from onhand.ledger.books import Books, Progress, books_of
from onhand.ledger.differences import Difference
from onhand.ledger.faults import Fault
from onhand.ledger.mending import Mend, Right
from onhand.ledger.ports import Clock, Proof, Store
from onhand.ledger.posting import Done, Submission, settle
from onhand.ledger.verify import check_reversals, verify
from onhand.ledger.verify_documents import Said, check_documents

TRIES = 3
CHUNK = 100

ProofOf = Callable[[Collection[int] | None], AbstractContextManager[Proof]]
"""Everything stored, or what is stored of some products, as it stands now."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What `verify` names: the products whose figures differ, what is wrong elsewhere, and with
    daily totals.
    """

    products: list[int] = field(default_factory=list)
    elsewhere: list[Difference] = field(default_factory=list)
    totals: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What mends a product: rows, and movements that release; or why nothing does."""

    product_id: int
    mends: list[Mend] = field(default_factory=list)
    releases: list[ReleaseStock] = field(default_factory=list)
    refusals: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    books: Books
    faults: list[Difference]


class NotMended(Exception):
    """Something differs after it was mended; the message says what."""


def survey(proof: Proof, progress: Progress | None = None, seal_key: bytes = b"") -> Findings:
    """Look at everything once. Of any number of differences, only whose they are is kept."""
    products: set[int] = set()
    elsewhere, totals = [], []
    for difference in verify(proof, progress, seal_key):
        if difference.is_of_totals:
            totals.append(difference)
        elif difference.product_id is None:
            elsewhere.append(difference)
        else:
            products.add(difference.product_id)
    return Findings(sorted(products), elsewhere, totals)


def chunks(findings: Findings) -> Iterator[list[int]]:
    """The products to mend, as many at a time as one commit takes."""
    for start in range(0, len(findings.products), CHUNK):
        yield findings.products[start : start + CHUNK]


def planned(
    proof_of: ProofOf, product_ids: Sequence[int], clock: Clock, seal_key: bytes = b""
) -> list[Plan]:
    """What would be done about some products. Nothing is."""
    now = clock()
    return [_plan(found, now) for found in _looked_at(proof_of, product_ids, seal_key)]


def mended(
    store: Store,
    proof_of: ProofOf,
    product_ids: Sequence[int],
    clock: Clock,
    seal_key: bytes = b"",
) -> list[Plan]:
    """Do it: a commit for the products' rows, then one for movements; what was done.

    Raises `NotMended`, and the faults of the ledger.
    """
    done: dict[int, list[Mend]] = {product_id: [] for product_id in product_ids}
    for _ in range(TRIES):
        found = _looked_at(proof_of, product_ids, seal_key)
        plans = [_plan(one, clock()) for one in found]
        waiting = [one for one, plan in zip(found, plans, strict=True) if plan.mends]
        if not waiting:
            break
        for mend in _write(store, proof_of, waiting, clock, seal_key):
            done[mend.product_id].append(mend)
    releases = [release for plan in plans for release in plan.releases]
    _release(store, releases, clock)
    refused = {plan.product_id for plan in plans if plan.refusals}
    with proof_of(product_ids) as proof:
        for left in verify(proof, None, seal_key, is_whole=False):
            if left.product_id in done and left.product_id not in refused:
                raise NotMended(f"It still differs: {left}")
    return [
        Plan(plan.product_id, done[plan.product_id], plan.releases, plan.refusals) for plan in plans
    ]


def _looked_at(proof_of: ProofOf, product_ids: Sequence[int], seal_key: bytes) -> list[_Found]:
    """Products' books, each with what is wrong with its documents and reversals."""
    said: list[Said] = []
    with proof_of(product_ids) as proof:
        faults = _faults(proof, said)
        own = [(product_id, claim) for product_id, claim in said if product_id in set(product_ids)]
        books = {one.product_id: one for one in books_of(proof, own, None, seal_key)}
    return [
        _Found(books.get(product_id, Books(product_id)), faults.get(product_id, []))
        for product_id in product_ids
    ]


def _faults(proof: Proof, said: list[Said]) -> dict[int, list[Difference]]:
    """What is wrong with documents and reversals, by each product that it concerns."""
    faults: dict[int, list[Difference]] = {}
    of_documents: dict[DocumentKey, list[Difference]] = {}
    for difference in check_documents(proof, said):
        assert difference.document is not None
        of_documents.setdefault(difference.document, []).append(difference)
    for kind in {key.kind for key in of_documents}:
        for document in proof.documents(kind):
            for product_id in set(document.products_named()):
                faults.setdefault(product_id, []).extend(of_documents.get(document.key, ()))
    for difference in check_reversals(proof):
        assert difference.product_id is not None
        faults.setdefault(difference.product_id, []).append(difference)
    return faults


def _plan(found: _Found, now: datetime) -> Plan:
    books = found.books
    refusals = [*found.faults, *mending.unmendable(books)]
    if refusals:
        return Plan(books.product_id, refusals=refusals)
    right = mending.right(books, now)
    return Plan(books.product_id, list(mending.mends(books, right)), mending.releases(right))


def _write(
    store: Store, proof_of: ProofOf, before: list[_Found], clock: Clock, seal_key: bytes
) -> list[Mend]:
    """Mend what is there under the products' locks; not what needs more than was declared."""
    now = clock()
    needs = Needs()
    for one in before:
        _declare(one.books, mending.right(one.books, now), needs)
    done: list[Mend] = []
    parts = []
    with store.transaction(needs, (), now) as transaction:
        snapshot = transaction.snapshot
        for found in _looked_at(proof_of, sorted(needs.products), seal_key):
            books = found.books
            if _plan(found, now).refusals:
                continue
            right = mending.right(books, now)
            if not {(key.product_id, key.warehouse_id) for key in right.levels} <= needs.levels:
                continue
            if books.repeated is None:
                # Without that row nobody knows that there is such a product: it is written first.
                right = mending.as_stored(books)
            right = mending.with_ids(right, snapshot.new_ids.reservations)
            repeats = books.said is not None and books.said != books.repeated
            parts.append(
                mending.decision(books, right, snapshot.products[books.product_id])
                if repeats
                else mending.decision(books, right, None)
            )
            done += mending.mends(books, right)
        if parts:
            transaction.commit(mending.together(parts), (), {}, now)
    return done


def _declare(books: Books, right: Right, needs: Needs) -> None:
    keys = {*right.levels, *right.inbounds, *books.levels, *books.inbounds}
    places: set[tuple[int, int | None]] = {(key.product_id, key.warehouse_id) for key in keys}
    needs.levels |= places
    needs.all_reservations |= places
    needs.inbounds |= places
    needs.products.add(books.product_id)
    stored = {(key, hold.order_id) for key, hold in books.holds}
    needs.new_reservations += len(right.holds.keys() - stored)


def _release(store: Store, releases: list[ReleaseStock], clock: Clock) -> None:
    if not releases:
        return
    [settled] = settle(store, [Submission(Request(tuple(releases), atomic=True))], clock)
    if isinstance(settled, Fault):
        raise settled
    assert isinstance(settled, Done)
    for result in settled.outcome.results:
        if isinstance(result, Rejected):
            raise NotMended(f"What is held too much was not released: {result.message}")
