"""`onhand repair`: bring stored figures to what the ledger says; first it only tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.progress import progress
from onhand.cli.proving import counted, proved
from onhand.cli.wiring import Wiring
from onhand.ledger import repair as mending
from onhand.ledger.daily_totals import added_up_anew
from onhand.ledger.differences import Difference
from onhand.ledger.mending import ACTOR, Mend
from onhand.ledger.repair import Findings, NotMended, Plan, ProofOf
from onhand.settings import Settings

SHOWN = 50
"""Lines of each kind that are printed; a report has all of them."""

NOT_REWRITTEN = (
    "What is wrong there are movements or documents themselves, changed behind Onhand's back. The"
    " ledger is never rewritten: restore a backup of before (onhand restore), compare, and correct"
    " what is left by hand, by counts and reversals."
)


class _Telling:
    """Prints what is done and what is not, as far as people read, and reports all of it."""

    def __init__(self, report: IO[str] | None, *, applied: bool) -> None:
        self._report = report
        self._applied = applied
        self.figures = 0
        self.products: set[int] = set()
        self.releases = 0
        self.refused = 0

    def plan(self, plan: Plan) -> None:
        """What a product comes to."""
        if plan.mends or plan.releases:
            self.products.add(plan.product_id)
        for mend in plan.mends:
            self._mended(mend)
        for release in plan.releases:
            self.releases += 1
            place = f"Product {release.product_id}, warehouse {release.warehouse_id}"
            what = "released" if self._applied else "to be released"
            self._line(
                self.releases, f"{place}: {release.quantity} units {what}: {release.origin.reason}"
            )
            self._write(
                product_id=release.product_id,
                warehouse_id=release.warehouse_id,
                what="movement",
                released=release.quantity,
                order_id=release.order_id,
                reason=release.origin.reason,
            )
        for refusal in plan.refusals:
            self.refusal(str(refusal), plan.product_id)

    def total(self, difference: Difference) -> None:
        """A daily total that is added up anew."""
        self._mended(
            Mend(0, difference.warehouse_id, difference.what, difference.found, difference.expected)
        )

    def refusal(self, why: str, product_id: int | None = None) -> None:
        """What is left as it is."""
        self.refused += 1
        self._line(self.refused, f"Not mended: {why}", err=True)
        self._write(product_id=product_id, what="not mended", why=why)

    def _mended(self, mend: Mend) -> None:
        self.figures += 1
        place = f"Product {mend.product_id}" if mend.product_id else "Daily totals"
        if mend.warehouse_id is not None:
            place += f", warehouse {mend.warehouse_id}"
        was, is_ = ("was", "is") if self._applied else ("is", "to be")
        told = f"{place}: {mend.what} {was} {mend.before}, {is_} {mend.after}"
        self._line(self.figures, told)
        self._write(
            product_id=mend.product_id or None,
            warehouse_id=mend.warehouse_id,
            what=mend.what,
            before=mend.before,
            after=mend.after,
        )

    def _line(self, number: int, text: str, *, err: bool = False) -> None:
        if number <= SHOWN:
            typer.echo(text, err=err)
        elif number == SHOWN + 1:
            typer.echo("… and more: --report FILE has all of them", err=err)

    def _write(self, **fields: Any) -> None:
        if self._report is not None:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            entry = {"at": at, "by": ACTOR, "applied": self._applied, **fields}
            self._report.write(json.dumps(entry, default=str) + "\n")


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the command."""

    @cli.command()
    def repair(
        database: Database = DEFAULT_DATABASE,
        apply: Annotated[
            bool, typer.Option("--apply", help="Do it; else it is only told.")
        ] = False,
        report: Annotated[
            Path | None,
            typer.Option(help="Write each change as a line of JSON to this file, a new one."),
        ] = None,
    ) -> None:
        """Bring stored figures to what the ledger says, where `verify` names differences.

        Movements are never changed. Without --apply it only tells what it would do. Exits 1 where
        something differs, or is left.
        """
        seal_key = Settings.from_environment().seal_key.encode()
        with _opened(report) as file:
            telling = _Telling(file, applied=apply)
            with wiring.proofs(database) as proof_of:
                findings = _surveyed(proof_of, seal_key)
                if not (findings.products or findings.elsewhere or findings.totals):
                    typer.echo("Everything agrees: there is nothing to mend.")
                    return
                for difference in findings.elsewhere:
                    telling.refusal(str(difference))
                if not apply:
                    for chunk in mending.chunks(findings):
                        for plan in mending.planned(proof_of, chunk, _now, seal_key):
                            telling.plan(plan)
                else:
                    _apply(wiring, database, proof_of, findings, telling, seal_key)
                _mend_totals(wiring, database, findings.totals, telling, apply=apply)
            _sum_up(telling, apply=apply)
        if not apply or telling.refused:
            raise typer.Exit(1)
        with wiring.proof(database) as proof:
            found = proved(proof)
        if not found.holds:
            raise typer.Exit(1)
        typer.echo(f"{found} agree.")


def _now() -> datetime:
    return datetime.now(UTC)


def _surveyed(proof_of: ProofOf, seal_key: bytes) -> Findings:
    with proof_of(None) as proof, progress("Verifying", "movements") as advance:
        movements, _ = proof.counts()
        return mending.survey(proof, lambda done: advance(done, movements), seal_key)


def _apply(
    wiring: Wiring,
    database: str,
    proof_of: ProofOf,
    findings: Findings,
    telling: _Telling,
    seal_key: bytes,
) -> None:
    with wiring.store(database, patient=True) as store, progress("Mending", "products") as advance:
        done = 0
        for chunk in mending.chunks(findings):
            try:
                for plan in mending.mended(store, proof_of, chunk, _now, seal_key):
                    telling.plan(plan)
            except NotMended as problem:
                telling.refusal(str(problem))
            done += len(chunk)
            advance(done, len(findings.products))


def _mend_totals(
    wiring: Wiring, database: str, wrong: list[Difference], telling: _Telling, *, apply: bool
) -> None:
    """Add the daily totals up anew, unless the ledger that they follow from is wrong itself."""
    is_refused = bool(telling.refused)
    for difference in wrong:
        if is_refused:
            telling.refusal(str(difference))
        else:
            telling.total(difference)
    if apply and wrong and not is_refused:
        with wiring.totals(database) as totals:
            added_up_anew(totals)


def _sum_up(telling: _Telling, *, apply: bool) -> None:
    figures = counted(telling.figures, "figure")
    if telling.releases:
        figures += f" and {counted(telling.releases, 'release')}"
    of = f" of {counted(len(telling.products), 'product')}" if telling.products else ""
    if not apply:
        typer.echo(f"To mend: {figures}{of}. Nothing was changed; to do it: onhand repair --apply")
    else:
        typer.echo(f"Mended: {figures}{of}.")
    if telling.refused:
        typer.echo(NOT_REWRITTEN, err=True)


@contextmanager
def _opened(report: Path | None) -> Iterator[IO[str] | None]:
    if report is None:
        yield None
        return
    try:
        file = report.open("x", encoding="utf-8")
    except OSError as error:
        typer.echo(f"Cannot write a new file {report}: {error.strerror}", err=True)
        raise typer.Exit(1) from None
    with file:
        yield file
