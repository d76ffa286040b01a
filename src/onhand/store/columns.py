"""Column types that mean the same on every database.

SQLite has no exact decimal and no time zone, so there money is kept as ten-thousandths and a moment
as microseconds since 1970, both whole numbers; PostgreSQL keeps them in its own types.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Computed, DateTime, Dialect, Integer, Numeric, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine

MONEY_SCALE = 4
_MONEY_UNIT = 10**MONEY_SCALE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Identifier = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit id. SQLite's INTEGER is 64 bits wide and names the row itself when it is the key."""


class Derived(Computed):
    """A column that the database works out from others of its row.

    Stored on PostgreSQL, which indexes no other; on SQLite only its index holds it.
    """

    inherit_cache = True

    def __init__(self, condition: str) -> None:
        super().__init__(condition, persisted=True)


@compiles(Derived, "sqlite")
def _derived_on_sqlite(derived: Derived, compiler: Any, **_: Any) -> str:
    # SQLAlchemy reads what it reflects up to the end of a line; an added column shares one.
    return f"GENERATED ALWAYS AS ({derived.sqltext})\nVIRTUAL"


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The UTC moment that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


class Moment(TypeDecorator[datetime]):
    """A UTC moment, to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Whole microseconds on SQLite, timestamptz elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Convert for the database."""
        if value is None or dialect.name != "sqlite":
            return value
        return to_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Convert from the database, always in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return from_microseconds(value)
        moment: datetime = value.astimezone(UTC)
        return moment


class Money(TypeDecorator[Decimal]):
    """An exact amount with up to four decimals."""

    impl = Numeric(19, MONEY_SCALE)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Whole ten-thousandths on SQLite, numeric elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(19, MONEY_SCALE))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Convert for the database."""
        if value is None or dialect.name != "sqlite":
            return value
        return int(value * _MONEY_UNIT)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Convert from the database, without trailing zeros past the cents."""
        if value is None:
            return None
        amount = Decimal(value) / _MONEY_UNIT if dialect.name == "sqlite" else Decimal(value)
        return plain(amount)


class Whole(TypeDecorator[int]):
    """A whole number of any size: sums that 64 bits might not hold."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Its digits as text on SQLite, numeric elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(Numeric())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        """Convert for the database."""
        if value is None or dialect.name != "sqlite":
            return value
        return str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], int | None]:
        """What converts from the database; for reports read many."""
        return lambda value: None if value is None else int(value)


def plain(amount: Decimal) -> Decimal:
    """The same amount in the fewest digits, never in powers of ten: 1299.9900 is 1299.99."""
    shortest = amount.normalize()
    exponent = shortest.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return shortest.quantize(Decimal(1))
    return shortest
