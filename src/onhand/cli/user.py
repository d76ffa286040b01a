"""`onhand user`: make, list, disable and enable users, and give them passwords."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from onhand.cli.options import DEFAULT_DATABASE, Database
from onhand.cli.wiring import Wiring
from onhand.core.callers import Caller
from onhand.ledger.access import Role
from onhand.ledger.passwords import generated, hashed, password_fault
from onhand.ledger.people import (
    LONGEST_NAME,
    NewUser,
    NoSuchWarehouse,
    People,
    User,
    UserNameTaken,
    is_name,
)
from onhand.settings import Settings

BY = Caller("onhand:cli")

Name = Annotated[str, typer.Argument(help="What the user signs in with; movements will name it.")]
Generate = Annotated[
    bool, typer.Option("--generate", help="Make a password up, and show it this once.")
]


def add_to(cli: typer.Typer, wiring: Wiring) -> None:
    """Add the commands."""
    user = typer.Typer(
        help="Make, list, disable and enable users, and give them passwords.", no_args_is_help=True
    )
    cli.add_typer(user, name="user")

    @user.command()
    def create(
        name: Name,
        role: Annotated[Role, typer.Option(help="What it may do.")],
        warehouse: Annotated[
            list[str] | None,
            typer.Option(metavar="CODE", help="The only warehouse it may work in, or one of them."),
        ] = None,
        display_name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
        generate: Generate = False,
        without_password: Annotated[
            bool, typer.Option("--without-password", help="It signs in elsewhere alone.")
        ] = False,
        database: Database = DEFAULT_DATABASE,
    ) -> None:
        """Make a user. The password is asked for, or read from standard input."""
        if not is_name(name):
            _fail(
                f"A name has up to {LONGEST_NAME} letters, digits and . _ @ + -,"
                " and begins with a letter or a digit."
            )
        people = wiring.people(database)
        if people.find(name) is not None:
            _fail(f"There is, or was, a user named {name!r}: choose another name.")
        try:
            within = people.warehouse_ids(warehouse) if warehouse else None
        except NoSuchWarehouse as missing:
            _fail(f"There is no warehouse {missing}.")
        password = None if without_password else _password(generate, name, display_name)
        password_hash = None if password is None else hashed(password)
        new = NewUser(name, role, display_name, within, password_hash)
        try:
            made = people.create(new, BY, _now())
        except UserNameTaken as taken:
            _fail(str(taken))
        typer.echo(f"Made user {made.name!r} with role {made.role.value}.", err=True)
        if generate and password is not None:
            _show(password)

    @user.command("list")
    def list_users(database: Database = DEFAULT_DATABASE) -> None:
        """List all users."""
        people = wiring.people(database)
        codes = people.warehouse_codes()
        table = Table("name", "display name", "role", "warehouses", "password", "active")
        for found in people.all():
            table.add_row(
                found.name,
                found.display_name or "",
                found.role.value,
                _sites(found, codes),
                "yes" if found.has_password else "no",
                "yes" if found.is_active else "no",
            )
        Console().print(table)

    @user.command()
    def disable(name: Name, database: Database = DEFAULT_DATABASE) -> None:
        """Sign a user out everywhere, and let it in no more."""
        _change(wiring.people(database), name, {"is_active": False})
        typer.echo(f"User {name!r} may no longer sign in.")

    @user.command()
    def enable(name: Name, database: Database = DEFAULT_DATABASE) -> None:
        """Let a user in again that was disabled."""
        _change(wiring.people(database), name, {"is_active": True})
        typer.echo(f"User {name!r} may sign in.")

    @user.command()
    def password(
        name: Name, generate: Generate = False, database: Database = DEFAULT_DATABASE
    ) -> None:
        """Give a user another password, and sign it out everywhere."""
        people = wiring.people(database)
        found = _found(people, name)
        chosen = _password(generate, found.name, found.display_name)
        people.set_password(found.id, hashed(chosen), BY, _now())
        typer.echo(f"User {found.name!r} has another password.", err=True)
        if generate:
            _show(chosen)


def _found(people: People, name: str) -> User:
    found = people.find(name)
    if found is None:
        _fail(f"There is no user named {name!r}: `onhand user list` shows all.")
    return found


def _change(people: People, name: str, changes: Mapping[str, Any]) -> None:
    found = _found(people, name)
    if people.change(found.id, found.version, changes, BY, _now()) is None:
        _fail("Somebody else changed this user just now: try again.")


def _password(generate: bool, name: str, display_name: str | None) -> str:
    """A password made up, asked for twice, or from the first line of standard input."""
    if generate:
        return generated()
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    least = Settings.from_environment().password_length
    fault = password_fault(password, least, (name, display_name or ""))
    if fault is not None:
        _fail(f"The password will not do. {fault}.")
    return password


def _sites(user: User, codes: Mapping[int, str]) -> str:
    if user.within is None:
        return "all"
    return ", ".join(sorted(codes.get(at, str(at)) for at in user.within)) or "none"


def _show(password: str) -> None:
    typer.echo("Its password is shown now and never again:", err=True)
    typer.echo(password)


def _now() -> datetime:
    return datetime.now(UTC)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
