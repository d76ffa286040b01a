"""`onhand key`: make, list, rotate and revoke API keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.wiring import Wiring
from onhand.core.callers import Caller
from onhand.core.warehouses import Warehouse, code_key
from onhand.ledger.access import Role, Scope
from onhand.ledger.keys import (
    GRACE,
    ApiKey,
    KeyNameTaken,
    Keys,
    NewKey,
    Rotation,
    hashed,
    name_fault,
    new_secret,
)
from onhand.ledger.listings import PageRequest
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import WarehouseFilter

OPERATOR = Caller("onhand:cli")
"""Who makes and ends keys from the command line."""

_DAYS = re.compile(r"[1-9][0-9]{0,4}d", re.ASCII)
_MOST_WAREHOUSES = 10_000

Name = Annotated[str, typer.Argument(help="Who or what uses it; movements name it.")]
Expires = Annotated[
    str | None,
    typer.Option(metavar="90d|DATE", help="When it ends: after so many days, or with a UTC day."),
]


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the commands."""
    key = typer.Typer(help="Make, list, rotate and revoke API keys.", no_args_is_help=True)
    cli.add_typer(key, name="key")

    @key.command()
    def create(
        name: Annotated[
            str, typer.Option(help="Who or what uses it; movements will name it.")
        ] = "default",
        role: Annotated[Role | None, typer.Option(help="What it may do, as a person's.")] = None,
        scope: Annotated[
            Scope | None, typer.Option(help="How much it may do; write, where no role is given.")
        ] = None,
        warehouse: Annotated[
            list[str] | None,
            typer.Option(metavar="CODE", help="The warehouse it is limited to; may be repeated."),
        ] = None,
        expires: Expires = None,
        database: Database = DEFAULT_DATABASE,
    ) -> None:
        """Make a key and show its secret, this once."""
        if role is not None and scope is not None:
            raise typer.BadParameter("Give a role or a scope, not both")
        fault = name_fault(name)
        if fault is not None:
            raise typer.BadParameter(fault, param_hint="--name")
        now = datetime.now(UTC)
        keys = wiring.keys(database)
        new = NewKey(
            name=name,
            role=role,
            scope=(scope or Scope.WRITE) if role is None else None,
            within=_warehouses(wiring, database, warehouse) if warehouse else None,
            expires_at=None if expires is None else end_of(expires, now),
        )
        secret = new_secret()
        try:
            made = keys.create(new, hashed(secret), OPERATOR, now)
        except KeyNameTaken:
            typer.echo(f"There is, or was, a key named {name!r}: choose another name.", err=True)
            raise typer.Exit(1) from None
        told = f"Made key {made.name!r} with {_power(made)}"
        if warehouse:
            told += f", for {', '.join(warehouse)} alone"
        if made.expires_at is not None:
            told += f", until {_to_the_second(made.expires_at)}"
        _show(f"{told}.", "Its secret", secret)

    @key.command("list")
    def list_keys(database: Database = DEFAULT_DATABASE) -> None:
        """List all keys ever made: what each may do, where, until when, and its last use."""
        keys = wiring.keys(database).all()
        with wiring.reads(database) as reads:
            codes = {found.id: found.attributes.code for found in _all(reads)}
        table = Table("name", "may", "warehouses", "created", "ends", "last used")
        for it in keys:
            limit = None if it.within is None else [codes[one] for one in sorted(it.within)]
            table.add_row(
                it.name,
                _power(it),
                "all" if limit is None else ", ".join(limit),
                it.created_at.date().isoformat(),
                _end(it, datetime.now(UTC)),
                "never" if it.last_used_at is None else f"{it.last_used_at:%Y-%m-%d %H:%M}",
            )
        Console().print(table)

    @key.command()
    def rotate(
        name: Name,
        now: Annotated[
            bool, typer.Option("--now", help="The old secret ends at once, not after 24 hours.")
        ] = False,
        expires: Expires = None,
        database: Database = DEFAULT_DATABASE,
    ) -> None:
        """Give a key a new secret; the old one works for another 24 hours."""
        at = datetime.now(UTC)
        keys = wiring.keys(database)
        found = _in_force(keys, name)
        ends = found.expires_at if expires is None else end_of(expires, at)
        if ends is not None and ends <= at:
            typer.echo(f"Key {name!r} has expired: give it a new end by --expires.", err=True)
            raise typer.Exit(1)
        secret = new_secret()
        until = at if now else at + GRACE
        rotated = keys.rotate(found.id, Rotation(hashed(secret), at, until, ends), OPERATOR)
        if rotated is None:
            raise _none_in_force(name)
        old = "ended" if now else f"works until {_to_the_second(until)}"
        _show(f"Rotated key {name!r}; its old secret {old}.", "Its new secret", secret)

    @key.command()
    def revoke(name: Name, database: Database = DEFAULT_DATABASE) -> None:
        """End a key for good; servers that run refuse it within a second or two."""
        keys = wiring.keys(database)
        if keys.revoke(_in_force(keys, name).id, OPERATOR, datetime.now(UTC)) is None:
            raise _none_in_force(name)
        typer.echo(f"Revoked key {name!r}.")


def end_of(text: str, now: datetime) -> datetime:
    """When a key ends: so many days from now, or with a UTC day. Raises where that is no time."""
    try:
        if _DAYS.fullmatch(text):
            return now + timedelta(days=int(text[:-1]))
        ends = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        ends += timedelta(days=1)
    except (ValueError, OverflowError):
        hint = f"Must be days, as 90d, or a day, as {now.year + 1}-01-31; got {text!r}"
        raise typer.BadParameter(hint, param_hint="--expires") from None
    if ends <= now:
        raise typer.BadParameter(f"{text} is over", param_hint="--expires")
    return ends


def _show(told: str, what: str, secret: str) -> None:
    typer.echo(told, err=True)
    typer.echo(f"{what} is shown now and never again:", err=True)
    typer.echo(secret)


def _power(key: NewKey) -> str:
    return f"scope {key.scope}" if key.role is None else f"role {key.role}"


def _end(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at.date()}"
    if key.expires_at is None:
        return ""
    return f"{'expired ' if key.has_expired(now) else ''}{key.expires_at:%Y-%m-%d %H:%M}"


def _to_the_second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _in_force(keys: Keys, name: str) -> ApiKey:
    for key in keys.all():
        if key.name == name and key.revoked_at is None:
            return key
    raise _none_in_force(name)


def _none_in_force(name: str) -> typer.Exit:
    typer.echo(f"No key named {name!r} is in force: `onhand key list` shows all.", err=True)
    return typer.Exit(1)


def _warehouses(wiring: Wiring, database: str, codes: Iterable[str]) -> frozenset[int]:
    """The warehouses of some codes; who mistypes one ends here."""
    with wiring.reads(database) as reads:
        ids = {code_key(found.attributes.code): found.id for found in _all(reads)}
    unknown = [code for code in codes if code_key(code) not in ids]
    if unknown:
        hint = f"There is no warehouse {unknown[0]!r}"
        raise typer.BadParameter(hint, param_hint="--warehouse")
    return frozenset(ids[code_key(code)] for code in codes)


def _all(reads: Reads) -> Iterable[Warehouse]:
    return reads.warehouses(WarehouseFilter(), PageRequest(1, _MOST_WAREHOUSES)).rows
