"""Importing a table into the ledger: everything is checked first, then posted chunk by chunk.

The first pass reads the whole file, looks up what it names and has the rules decide each chunk as a
dry run. Only where nothing is wrong with it, or what is wrong shall be left out, the second pass
posts: each chunk is one commit, each document a command of its own. So

- a file is taken in whole or not at all, but for what others change between the passes;
- run again it changes nothing twice, and one that stopped goes on where it was.

An import is a generator: it gives submissions, and is sent what became of them. Whoever drives it
posts to a store of its own, or to a server's writer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from os import PathLike, fspath
from pathlib import Path

from onhand.core.commands import Request
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected
from onhand.core.warehouses import code_key
from onhand.files.formats.raw import RawTable, TableOptions
from onhand.files.formats.reading import open_table
from onhand.files.import_report import Progress
from onhand.files.importing.header import Header, parse_mapping
from onhand.files.importing.memory import Unit, units_of
from onhand.files.importing.records import Read, Seen, records_of
from onhand.files.importing.report import TableReport
from onhand.files.problems import FileChanged, TooLarge, WrongOption
from onhand.files.tables import importable
from onhand.files.tables.table import Effect, Fault, Memory, Planned, Record, Row, Table, Taking
from onhand.ledger.exports import What
from onhand.ledger.faults import Fault as StoreFault
from onhand.ledger.lookups import Found, Wanted
from onhand.ledger.ports import Clock, Store
from onhand.ledger.posting import Done, Settlement, Submission, settle
from onhand.ledger.reads import Reads

__all__ = ["Choices", "Import", "TableImport", "carry_out"]

RECORDS_AT_A_TIME = 1_000
"""Records that are looked up, and posted, together; a chunk of documents has fewer."""

ROWS_AT_A_TIME = 2_000
MOST_ARRANGED = 10_000
LONGEST_LABEL = 100

Import = Generator[list[Submission], list[Settlement], TableReport]


@dataclass(frozen=True, slots=True)
class Choices:
    """How a file is imported.

    dry_run         nothing is written; the report says what would be
    skip_wrong      what is wrong is left out and told; else nothing is imported
    ignore_unknown  columns that the table does not have are passed over
    mapping         what the file calls a column: `sku=Article,name=Title`
    way             another way to take the rows, where the table has one: `counted`
    label           has a file taken in that was imported before
    """

    dry_run: bool = False
    skip_wrong: bool = False
    ignore_unknown: bool = False
    mapping: str = ""
    way: str = ""
    label: str = ""
    reading: TableOptions = field(default_factory=TableOptions)

    def __post_init__(self) -> None:
        if len(self.label) > LONGEST_LABEL or not self.label.isprintable():
            raise WrongOption(f"Label: it may have at most {LONGEST_LABEL} printable characters")


class TableImport:
    """One import of one file."""

    def __init__(
        self,
        what: What,
        path: str | PathLike[str],
        choices: Choices,
        reads: Reads,
        origin: Origin,
        *,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_faults: Callable[[Iterable[Fault]], None] = lambda _: None,
    ) -> None:
        """Raises WrongOption. `on_faults` hears of every fault, `on_progress` after each chunk."""
        self._table = importable(what)
        self._path = fspath(path)
        self._choices = choices
        self._reads = reads
        self._on_progress = on_progress
        self._on_faults = on_faults
        self._mapping = parse_mapping(self._table, choices.mapping)
        self._taking = _taking(self._table, choices.way)(origin)
        self._report = TableReport(what)

    def run(self) -> Import:
        """Both passes. Raises FileProblem, before anything is posted or between two chunks."""
        choices = self._choices
        considers = choices.dry_run or not choices.skip_wrong
        version = self._version()
        with self._opened("reading") as chunks:
            for chunk in chunks:
                if considers:
                    yield from self._consider(chunk)
        report = self._report
        if choices.dry_run or (report.is_refused and not choices.skip_wrong):
            return report
        passed_over, rows = report.passed_over, report.rows
        report = self._report = TableReport(report.what, is_imported=True, passed_over=passed_over)
        self._taking.coming.clear()
        if self._version() != version:
            raise self._changed("the file is being written")
        with self._opened("importing") as chunks:
            for chunk in chunks:
                yield from self._post(chunk)
        if report.rows != rows:
            raise self._changed("the file is being written")
        return report

    # Reading

    @contextmanager
    def _opened(self, phase: str) -> Iterator[Iterator[list[Read]]]:
        seen = Seen()
        try:
            with open_table(self._path, self._choices.reading) as file:
                yield self._chunks(file, seen, phase)
        finally:
            seen.close()

    def _version(self) -> tuple[int, ...]:
        try:
            status = Path(self._path).stat()
        except (OSError, ValueError):
            return ()  # whoever opens the file tells what is wrong with it
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _chunks(self, file: RawTable, seen: Seen, phase: str) -> Iterator[list[Read]]:
        header = Header.of(
            self._table,
            file.header,
            self._mapping,
            self._path,
            ignore_unknown=self._choices.ignore_unknown,
        )
        self._report.passed_over = header.passed_over
        records = records_of(self._taking, header, file.rows(), seen)
        for chunk in self._waves(records) if self._taking.is_arranged else _cut(records):
            yield chunk
            self._report.rows += sum(len(read.record) for read in chunk)
            self._on_progress(
                Progress(
                    "reading" if phase == "reading" else "importing",
                    file.bytes_read,
                    file.size_bytes,
                    self._report.rows,
                )
            )

    def _waves(self, records: Iterator[Read]) -> Iterator[list[Read]]:
        reads = list(islice(records, MOST_ARRANGED + 1))
        if len(reads) > MOST_ARRANGED:
            raise TooLarge(f"has more than {MOST_ARRANGED:,} rows", path=self._path)
        yield from _cut(read for read in reads if read.faults)
        sound = [read.record for read in reads if not read.faults]
        for wave in self._taking.arranged(sound):
            yield from _cut(Read(record, ()) for record in wave)

    # The first pass

    def _consider(self, chunk: list[Read]) -> Import:
        plans = self._planned(chunk)
        asked = [plan for plan in plans if plan.command is not None]
        if asked:
            commands = tuple(plan.command for plan in asked if plan.command is not None)
            before = tuple(self._taking.before(asked))
            settled = yield [Submission(Request((*before, *commands), dry_run=True))]
            self._take_answers(asked, settled[0], after=len(before))
            self._taking.rehearsed(asked)
        self._tally(plans)
        return self._report

    # The second pass

    def _post(self, chunk: list[Read]) -> Import:
        sound = [read.record for read in chunk if not read.faults]
        self._tell(self._faults_of(chunk))
        taking, choices = self._taking, self._choices
        asked: list[tuple[Submission, list[Planned]]] = []
        left: list[Planned] = []
        for unit, places, part, found in self._open_units(sound):
            plans = [taking.plan(unit.records[place], found) for place in places]
            posting = [
                (place, plan)
                for place, plan in zip(places, plans, strict=True)
                if plan.command is not None
            ]
            left += [plan for plan in plans if plan.command is None]
            if not choices.skip_wrong:
                self._stop_at(plans)
            if not posting:
                continue
            commands = tuple(plan.command for _, plan in posting if plan.command is not None)
            request = Request(commands, atomic=not choices.skip_wrong)
            if taking.memory is Memory.STATE:
                submission = Submission(request)
            else:
                wrong = [place for place, plan in zip(places, plans, strict=True) if plan.faults]
                render = unit.render([place for place, _ in posting], wrong)
                submission = Submission(request, render, unit.idempotency(part))
            asked.append((submission, [plan for _, plan in posting]))
        if asked:
            settled = yield [submission for submission, _ in asked]
            for (_, plans), settlement in zip(asked, settled, strict=True):
                if not self._take_answers(plans, settlement):
                    continue
                if not choices.skip_wrong:
                    self._stop_at(plans)
                left += plans
        self._tally(left)
        return self._report

    # Both

    def _planned(self, chunk: list[Read]) -> list[Planned]:
        """What the first pass makes of a chunk: plans of what was not posted before."""
        self._tell(self._faults_of(chunk))
        sound = [read.record for read in chunk if not read.faults]
        plans = []
        for unit, places, _, found in self._open_units(sound):
            for place in places:
                plan = self._taking.plan(unit.records[place], found)
                plans.append(plan)
                if plan.effect is Effect.CREATED and self._taking.is_arranged:
                    self._taking.coming.add(code_key(plan.record[0].values["code"]))
        return plans

    def _faults_of(self, chunk: Sequence[Read]) -> list[Fault]:
        """What is wrong with a chunk's cells, and what else those rows name in vain."""
        wrong = [(read, _without_wrong(read, self._table)) for read in chunk if read.faults]
        rests = [rest for _, rest in wrong if rest is not None]
        found = self._look_up(self._taking.names(rests), rests) if rests else Found()
        faults: list[Fault] = []
        for read, rest in wrong:
            faults += read.faults
            if rest is not None:
                faults += self._taking.plan(rest, found).faults
        return faults

    def _open_units(
        self, records: Sequence[Record]
    ) -> Iterator[tuple[Unit, list[int], int, Found]]:
        """Units with what is open of them, the part of the key that is free, and what was found."""
        if not records:
            return
        taking, choices = self._taking, self._choices
        each = [[it] for it in records] if taking.memory is Memory.RECORD else [records]
        units = units_of(self._table.what, choices.way, choices.label, each)
        wanted = taking.names(records)
        remembers = taking.memory is not Memory.STATE
        if remembers:
            wanted.keys = {unit.idempotency(0).key for unit in units}
        found = self._look_up(wanted, records)
        for unit in units:
            places, part = list(range(len(unit.records))), 0
            if remembers:
                places, part = unit.still_open(found.answers)
                self._report.before += len(unit.records) - len(places)
            yield unit, places, part, found

    def _look_up(self, wanted: Wanted, records: Sequence[Record]) -> Found:
        found = self._reads.find(wanted)
        more = self._taking.details(records, found)
        return found if more is None else found.and_(self._reads.find(more))

    def _take_answers(
        self, plans: Sequence[Planned], settlement: Settlement, after: int = 0
    ) -> bool:
        """What became of each plan's command, by its answer; whether it was done just now.

        `after` so many commands of another's.
        """
        if not isinstance(settlement, Done):
            # Another process imports the same file, and was first.
            self._report.before += len(plans)
            return False
        for plan, result in zip(plans, settlement.outcome.results[after:], strict=False):
            if isinstance(result, Rejected):
                plan.faults += self._taking.faults_of(plan.record, result)
        return True

    def _tally(self, plans: Iterable[Planned]) -> None:
        for plan in plans:
            if plan.faults:
                self._tell(plan.faults)
            else:
                self._report.by_effect[plan.effect] += 1

    def _tell(self, faults: Sequence[Fault]) -> None:
        if faults:
            self._report.add_faults(faults)
            self._on_faults(faults)

    def _stop_at(self, plans: Sequence[Planned]) -> None:
        """What was right a moment ago is no more: nothing of the chunk is posted."""
        for plan in plans:
            for fault in plan.faults:
                raise self._changed(f"row {fault.row:,}: {fault.reason}")

    def _changed(self, how: str) -> FileChanged:
        return FileChanged(
            f"what was checked has changed meanwhile ({how}). The first {self._report.rows:,} rows"
            " are imported; import it again, and it goes on",
            path=self._path,
        )


def _without_wrong(read: Read, table: Table) -> Record | None:
    """A record without its wrong cells; None where it needs them to be understood."""
    wrong = {(fault.row, fault.column) for fault in read.faults}
    filled = {column.name for column in table.taken if column.is_filled}
    rows = [
        Row(row.number, {k: v for k, v in row.values.items() if (row.number, k) not in wrong})
        for row in read.record
    ]
    whole = all(
        name not in before.values or row.values.get(name) is not None
        for row, before in zip(rows, read.record, strict=True)
        for name in filled
    )
    return rows if whole else None


def carry_out(steps: Import, store: Store, clock: Clock) -> TableReport:
    """Post what an import asks for to a store of this process. Raises the ledger's faults, too."""
    try:
        submissions = next(steps)
        while True:
            settled: list[Settlement] = []
            for settlement in settle(store, submissions, clock):
                if isinstance(settlement, StoreFault):
                    raise settlement
                settled.append(settlement)
            submissions = steps.send(settled)
    except StopIteration as end:
        report: TableReport = end.value
        return report
    finally:
        steps.close()


def _taking(table: Table, way: str) -> type[Taking]:
    if not way and table.taking is not None:
        return table.taking
    if way not in table.other_takings:
        known = ", ".join(table.other_takings) or "there is only one"
        raise WrongOption(
            f"{table.what.value.capitalize()}: {way!r} is no other way to import them ({known})"
        )
    return table.other_takings[way]


def _cut(records: Iterable[Read]) -> Iterator[list[Read]]:
    """Some records at a time, and not too many rows."""
    chunk: list[Read] = []
    rows = 0
    for read in records:
        chunk.append(read)
        rows += len(read.record)
        if len(chunk) >= RECORDS_AT_A_TIME or rows >= ROWS_AT_A_TIME:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk
