"""Importing a transactions file into the ledger: sales go out, returns come in, corrections adjust.

Two passes over the file. The first surveys it (products, prices, what stock the lines need) and
follows the chain of chunks imported before; nothing is moved until all of it could be read. The
second posts what is new, each chunk in one commit together with the memory of it. So:

- run again, it moves nothing twice; stopped, it goes on after the last chunk committed;
- a file that has grown imports its new lines alone;
- a file whose imported lines were changed, or which is read another way now, is refused.

Stock for the sales, which such a file does not tell of, comes in one of three ways (`Stocking`).
Products are made for stock codes that the ledger does not know, named and priced as last seen in
the file; those it knows are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from os import PathLike
from pathlib import Path

from onhand.core.commands import Request
from onhand.core.decide import Outcome
from onhand.core.products import Product
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.snapshot import Needs, resolved
from onhand.files.import_memory import Remembered, key_of_chunk, recall, written
from onhand.files.import_report import ImportReport, Phase, ProblemReport, Progress, as_problem
from onhand.files.mapping import ColumnMapping, ReadingOptions
from onhand.files.problems import FileChanged, ImportUnderWay, OtherOptions, WrongOption
from onhand.files.records import Chunk, Return, Sale
from onhand.files.sales_commands import CommandMaker, product_command
from onhand.files.sales_file import SalesFile
from onhand.files.stocking import Posting, Stocking, StockingLine, Stocks
from onhand.files.survey import Survey, Surveyor
from onhand.ledger.faults import Fault
from onhand.ledger.ports import Answer, Clock, KeyPart, Store
from onhand.ledger.posting import (
    Done,
    Idempotency,
    Settlement,
    Submission,
    settle,
)

__all__ = ["ImportOptions", "Stocking", "import_sales"]

PRODUCTS_PER_COMMIT = 1_000
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is read and posted.

    cover_days    days of average demand that a purchase covers
    warehouse_id  where stock moves; None: each product's default warehouse
    currency      the ISO 4217 code of the new products' prices
    actor         who the movements are by
    label         sets a file apart from one imported before that begins with the same two lines
    """

    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    stocking: Stocking = Stocking.NONE
    cover_days: int = 28
    warehouse_id: int | None = None
    currency: str = "USD"
    actor: str = "import"
    label: str = ""

    def __post_init__(self) -> None:
        if self.cover_days < 1:
            raise WrongOption(f"Cover days: {self.cover_days} is not at least 1")
        if len(self.label) > LONGEST_LABEL or not self.label.isprintable():
            raise WrongOption(f"Label: it may have at most {LONGEST_LABEL} printable characters")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise WrongOption(f"Currency: {self.currency!r} is not three capital letters, as GBP")


def import_sales(
    store: Store,
    clock: Clock,
    path: str | PathLike[str],
    options: ImportOptions | None = None,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    report_path: str | PathLike[str] | None = None,
) -> ImportReport:
    """Imports the file at `path` and tells what became of its lines.

    `on_progress` is called after every chunk of either phase; `report_path` names a CSV file for
    every line that moved no stock. Raises FileProblem before anything is moved, or, should the file
    change or fail meanwhile, between two chunks; and the ledger's faults (`onhand.ledger.faults`).
    After any of them the same call goes on where this one stopped.
    """
    with ProblemReport(report_path) as problems:
        return _Import(store, clock, path, options or ImportOptions(), on_progress, problems).run()


class _Import:
    """One run of an import."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        path: str | PathLike[str],
        options: ImportOptions,
        on_progress: Callable[[Progress], None] | None,
        problems: ProblemReport,
    ) -> None:
        self._store = store
        self._clock = clock
        self._path = path
        self._options = options
        self._on_progress = on_progress
        self._problems = problems
        self._report = ImportReport(str(Path(path)))
        self._bytes_total = 0
        self._fingerprint = ""
        # The chain: the key of the first chunk not imported, and where that chunk begins.
        self._key = KeyPart("")
        self._imported_line = 1
        # The chunks still to be posted, as the first pass saw them: last line and content digest.
        self._to_post: list[tuple[int, str]] = []

    def run(self) -> ImportReport:
        """Both passes."""
        self._check_warehouse()
        whole, new = self._survey()
        self._tell_survey(whole)
        if self._to_post:
            product_ids = self._products(new)
            on_hand = self._available(product_ids)
            options = self._options
            stocks = Stocks(options.stocking, options.cover_days, whole, new, on_hand)
            maker = CommandMaker(
                product_ids, options.warehouse_id, options.actor, Path(self._path).name
            )
            self._post_all(stocks, maker)
        return self._report

    # The first pass

    def _survey(self) -> tuple[Survey, Survey]:
        """Surveys the whole file and the part of it that was not imported yet."""
        whole, new = Surveyor(), Surveyor()
        with self._open() as file:
            has_lines = file.skip_to(2)
            self._fingerprint = self._fingerprint_of(file)
            self._key = self._key_after(file.content_digest, is_first=True)
        with self._open() as file:
            self._bytes_total = file.size_bytes
            if has_lines:
                self._follow_chain(file, whole)
            nothing_imported = self._imported_line == 1
            for chunk in file:
                whole.add(chunk)
                if not nothing_imported:
                    new.add(chunk)
                self._to_post.append((chunk.last_line, chunk.content_digest))
                self._tell("reading", chunk)
            self._report.lines = file.last_line - 1
        surveyed = whole.survey()
        return surveyed, surveyed if nothing_imported else new.survey()

    def _follow_chain(self, file: SalesFile, whole: Surveyor) -> None:
        """Reads what was imported before, and makes sure that it is still the same."""
        while recalled := recall(self._store, self._clock, self._key):
            before = recalled.chunk
            if recalled.fingerprint != self._fingerprint:
                raise self._other_options(before.last_line)
            chunk = file.next_chunk(before.last_line)
            if (
                chunk is None
                or chunk.last_line != before.last_line
                or chunk.content_digest != before.content_digest
            ):
                raise self._changed(before.last_line, file.last_line)
            whole.add(chunk)
            rejections = [as_problem(rejected) for rejected in before.rejected]
            self._problems.add(chunk.problems, rejections)
            self._report.rejected_by_code.update(code for _, code, _ in before.rejected)
            self._key = self._key_after(chunk.content_digest)
            self._imported_line = chunk.last_line
            self._tell("reading", chunk)
        self._report.already_imported = self._imported_line - 1

    def _changed(self, last_line: int, last_line_now: int) -> FileChanged:
        if last_line_now < last_line:
            what = f"its lines up to {last_line:,} were imported before, but it ends too soon now"
        else:
            first = self._imported_line + 1
            what = f"its lines {first:,} to {last_line:,} were imported before, and are others now"
        return FileChanged(
            f"{what}; which of them are new cannot be told, so nothing was imported. Import the "
            "file as it was with new lines added, or, if it is another file that only begins like "
            "one imported before, give it a label",
            path=self._path,
        )

    def _other_options(self, last_line: int) -> OtherOptions:
        return OtherOptions(
            f"its lines up to {last_line:,} were imported before with another column mapping, "
            "other reading options or for another warehouse; to import it this way as well would "
            "move its stock twice. Give what was given then",
            path=self._path,
        )

    def _tell_survey(self, whole: Survey) -> None:
        report = self._report
        report.problems_by_kind = dict(whole.problems_by_kind)
        report.first_at, report.last_at = whole.first_at, whole.last_at
        report.products = len(whole.products)

    # Between the passes

    def _check_warehouse(self) -> None:
        warehouse_id = self._options.warehouse_id
        if warehouse_id is None:
            return
        needs = Needs(warehouses={warehouse_id})
        with self._store.transaction(needs, [], self._clock()) as transaction:
            is_active = transaction.snapshot.warehouse_activity.get(warehouse_id)
        if is_active is None:
            raise WrongOption(f"Warehouse: {warehouse_id} does not exist")
        if not is_active:
            raise WrongOption(f"Warehouse: {warehouse_id} is not active")

    def _products(self, new: Survey) -> dict[str, int]:
        """The ids of the products that the new lines name, made where there are none."""
        product_ids: dict[str, int] = {}
        skus = list(new.products)
        for start in range(0, len(skus), PRODUCTS_PER_COMMIT):
            some = skus[start : start + PRODUCTS_PER_COMMIT]
            request = Request(
                tuple(
                    product_command(new.products[sku], self._options.currency, self._options.actor)
                    for sku in some
                )
            )
            settled = self._settle(Submission(request))
            assert isinstance(settled, Done)
            for sku, result in zip(some, settled.outcome.results, strict=True):
                if isinstance(result, Rejected):
                    assert result.code is RejectionCode.SKU_TAKEN, result.message
                    product_ids[sku] = result.facts["product_id"]
                else:
                    product: Product = result.facts["product"]
                    product_ids[sku] = product.id
                    self._report.products_created += 1
        return product_ids

    def _available(self, product_ids: dict[str, int]) -> dict[str, int]:
        """Units that may be taken now, by stock code."""
        warehouse_id = self._options.warehouse_id
        needs = Needs(levels={(product_id, warehouse_id) for product_id in product_ids.values()})
        available: dict[str, int] = {}
        with self._store.transaction(needs, [], self._clock()) as transaction:
            snapshot = transaction.snapshot
            for sku, product_id in product_ids.items():
                level = snapshot.levels.get(resolved(product_id, warehouse_id, snapshot.rules))
                available[sku] = level.available if level is not None else 0
        return available

    # The second pass

    def _post_all(self, stocks: Stocks, maker: CommandMaker) -> None:
        # One after the other: reading ahead in a thread was measured to gain nothing.
        with self._open() as file:
            file.skip_to(self._imported_line)
            for last_line, content_digest in self._to_post:
                chunk = file.next_chunk(last_line)
                if chunk is None or chunk.content_digest != content_digest:
                    raise FileChanged(
                        "it changes while it is being imported. Its lines up to "
                        f"{self._imported_line:,} are imported; try again when it is complete",
                        path=self._path,
                    )
                self._post(chunk, stocks, maker)
                self._key = self._key_after(chunk.content_digest)
                self._imported_line = chunk.last_line
                self._tell("importing", chunk)

    def _post(self, chunk: Chunk, stocks: Stocks, maker: CommandMaker) -> None:
        """Posts a chunk in one commit, together with the memory of it."""
        postings = stocks.postings(chunk)
        request = Request(tuple(map(maker.command, postings)))
        kept: list[Remembered] = []

        def render(outcome: Outcome, _movement_ids: object) -> Answer:
            rejected = [
                (posting.line_number, result.code.value, result.message)
                for posting, result in zip(postings, outcome.results, strict=True)
                if isinstance(result, Rejected)
            ]
            posted = len(postings) - len(rejected)
            kept[:] = [Remembered(chunk.last_line, chunk.content_digest, posted, rejected)]
            return written(kept[0])

        settled = self._settle(
            Submission(request, render, Idempotency(self._key, self._fingerprint))
        )
        if not isinstance(settled, Done):
            # The first pass found this key free: somebody else has posted from here on meanwhile.
            raise ImportUnderWay(
                f"its lines from {chunk.first_line:,} on are being imported by another process; "
                "when that is done, this import goes on behind it",
                path=self._path,
            )
        rejections = [as_problem(rejected) for rejected in kept[0].rejected]
        self._problems.add(chunk.problems, rejections)
        self._report.rejected_by_code.update(code for _, code, _ in kept[0].rejected)
        for posting, result in zip(postings, settled.outcome.results, strict=True):
            if not isinstance(result, Rejected):
                self._count(posting)

    def _count(self, posting: Posting) -> None:
        report = self._report
        if type(posting) is Sale:
            report.sales += 1
        elif type(posting) is Return:
            report.returns += 1
        elif type(posting) is not StockingLine:
            report.corrections += 1
        elif posting.is_purchase:
            report.purchases += 1
            report.purchased_units += posting.quantity
        else:
            report.opening_units += posting.quantity

    # Small things

    def _open(self) -> SalesFile:
        return SalesFile.open(self._path, self._options.mapping, self._options.reading)

    def _key_after(self, content_digest: str, *, is_first: bool = False) -> KeyPart:
        return key_of_chunk(content_digest, is_first=is_first, label=self._options.label)

    def _fingerprint_of(self, file: SalesFile) -> str:
        text = f"{file.options_digest}:{self._options.warehouse_id}"
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def _settle(self, submission: Submission) -> Settlement:
        [settled] = settle(self._store, [submission], self._clock)
        if isinstance(settled, Fault):
            raise settled
        return settled

    def _tell(self, phase: Phase, chunk: Chunk) -> None:
        if self._on_progress is not None:
            self._on_progress(
                Progress(phase, chunk.bytes_read, self._bytes_total, chunk.last_line - 1)
            )
