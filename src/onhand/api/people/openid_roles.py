"""Roles out of claims: what somebody whom a provider vouches for may do here.

A claim, `groups` or `realm_access.roles`, has a text or a list of them. Each may stand for a role:
by a list of pairs, `stock-admins=admin,stock-staff=clerk`, of which the first that fits counts; or,
without one, by being a role's name, of which the first in the order of `STRONGEST_FIRST` counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onhand.ledger.access import Role

STRONGEST_FIRST = (*(Role.ADMIN, Role.MANAGER, Role.BUYER, Role.CLERK, Role.COUNTER, Role.VIEWER),)

_ROLES = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class RoleRule:
    """How a role follows from claims. `claim` empty: it never does. `default` None: refused."""

    claim: str = ""
    pairs: Mapping[str, Role] = field(default_factory=dict)
    default: Role | None = None

    def role_of(self, claims: Mapping[str, Any]) -> Role | None:
        """The role that claims stand for, else the default one."""
        said = _values(claims, self.claim)
        pairs = self.pairs or {role.value: role for role in STRONGEST_FIRST}
        return next((role for value, role in pairs.items() if value in said), self.default)


def role_rule(claim: str, pairs: str, default: str) -> RoleRule:
    """The rule out of settings: `pairs` as told above. Raises `ValueError` in words."""
    if default and default not in _ROLES:
        raise ValueError(f"ONHAND_OIDC_DEFAULT_ROLE must be {_one_of_roles()}; it is {default!r}")
    if not default and not claim:
        raise ValueError(
            "ONHAND_OIDC_ISSUER needs ONHAND_OIDC_ROLE_CLAIM or ONHAND_OIDC_DEFAULT_ROLE beside it:"
            " else nobody would have a role"
        )
    return RoleRule(claim, _pairs(pairs), Role(default) if default else None)


def _pairs(text: str) -> dict[str, Role]:
    pairs: dict[str, Role] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        value, equals, role = part.rpartition("=")
        if not equals or role not in _ROLES:
            raise ValueError(
                "ONHAND_OIDC_ROLES must be pairs with commas between them, as stock-staff=clerk,"
                f" each with {_one_of_roles()}; it has {part!r}"
            )
        pairs[value] = Role(role)
    return pairs


def _one_of_roles() -> str:
    return "one of " + ", ".join(STRONGEST_FIRST)


def _values(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    found: Any = claims
    # A claim's own name may have points in it, as those that are addresses do.
    if path in claims:
        found = claims[path]
    else:
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return frozenset(value for value in values if isinstance(value, str))
