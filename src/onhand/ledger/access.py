"""Access: what may be done, as permissions with names, and the roles that are sets of them.

Every operation needs one permission. A key or a person has a role, or, as the first keys had, a
scope: scopes include each other, admin > write > read. Besides, each may be limited to warehouses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from onhand.core.callers import Caller


class Permission(StrEnum):
    """One thing that somebody may do; `subject.verb`."""

    CATALOGUE_READ = "catalogue.read"
    CATALOGUE_WRITE = "catalogue.write"
    WAREHOUSES_MANAGE = "warehouses.manage"
    STOCK_READ = "stock.read"
    STOCK_MOVE = "stock.move"
    STOCK_RESERVE = "stock.reserve"
    STOCK_COUNT = "stock.count"
    TRANSFERS_READ = "transfers.read"
    TRANSFERS_WRITE = "transfers.write"
    PURCHASING_READ = "purchasing.read"
    PURCHASING_WRITE = "purchasing.write"
    PURCHASING_RECEIVE = "purchasing.receive"
    PURCHASING_APPROVE = "purchasing.approve"
    SUPPLIERS_MANAGE = "suppliers.manage"
    COUNTS_READ = "counts.read"
    COUNTS_RECORD = "counts.record"
    COUNTS_WRITE = "counts.write"
    COUNTS_REVIEW = "counts.review"
    COUNTS_APPROVE = "counts.approve"
    SALES_READ = "sales.read"
    SALES_WRITE = "sales.write"
    SALES_SHIP = "sales.ship"
    ACCESS_MANAGE = "access.manage"
    EVENTS_READ = "events.read"
    AUDIT_READ = "audit.read"
    TOOLS_CALL = "tools.call"
    WEBHOOKS_MANAGE = "webhooks.manage"
    METRICS_READ = "metrics.read"


P = Permission

_READING = frozenset(
    {
        *(P.CATALOGUE_READ, P.STOCK_READ, P.TRANSFERS_READ, P.PURCHASING_READ),
        *(P.COUNTS_READ, P.COUNTS_REVIEW, P.SALES_READ, P.EVENTS_READ, P.TOOLS_CALL),
    }
)
_CLERKS = frozenset(
    {
        *(P.STOCK_MOVE, P.STOCK_RESERVE, P.STOCK_COUNT, P.TRANSFERS_WRITE),
        *(P.PURCHASING_RECEIVE, P.COUNTS_RECORD, P.SALES_WRITE, P.SALES_SHIP),
    }
)
_BUYERS = frozenset({P.PURCHASING_WRITE, P.PURCHASING_RECEIVE})
# Webhooks carry all that happens out of the house, and make the server call others.
_ADMINS_ALONE = frozenset({P.ACCESS_MANAGE, P.WEBHOOKS_MANAGE})


class Role(StrEnum):
    """What somebody is in a company."""

    VIEWER = "viewer"
    CLERK = "clerk"
    COUNTER = "counter"
    BUYER = "buyer"
    MANAGER = "manager"
    ADMIN = "admin"


ROLES: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _READING,
    Role.CLERK: _READING | _CLERKS,
    # Counters never see what the books say: their sheets are blind.
    Role.COUNTER: frozenset({P.CATALOGUE_READ, P.COUNTS_READ, P.COUNTS_RECORD, P.TOOLS_CALL}),
    Role.BUYER: _READING | _BUYERS,
    Role.MANAGER: frozenset(P) - _ADMINS_ALONE,
    Role.ADMIN: frozenset(P),
}


class Scope(StrEnum):
    """How much a key may do that has no role."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


SCOPES: Mapping[Scope, frozenset[Permission]] = {
    Scope.READ: _READING | {P.METRICS_READ},
    Scope.WRITE: _READING | _CLERKS | _BUYERS | {P.METRICS_READ, P.CATALOGUE_WRITE, P.COUNTS_WRITE},
    Scope.ADMIN: frozenset(P),
}


def least_scope(needed: Permission) -> Scope:
    """The smallest scope that has a permission."""
    return next(scope for scope in Scope if needed in SCOPES[scope])


def roles_with(needed: Permission) -> list[Role]:
    """The roles that have a permission."""
    return [role for role in Role if needed in ROLES[role]]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key or a person may do, and in which warehouses (None: all)."""

    permissions: frozenset[Permission]
    within: frozenset[int] | None = None

    def is_within(self, caller: Caller) -> bool:
        """Whether it is no more than what a caller has: nobody gives, or takes over, more."""
        if not self.permissions <= caller.permissions:
            return False
        if caller.within is None:
            return True
        return self.within is not None and self.within <= caller.within
