"""Suppliers: whom goods are bought from, and on which terms.

A supplier is kept as a document, so that its history tells who changed its status, when and why.
Which statuses may receive orders is one table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, ClassVar

from onhand.core.catalog_rules import product_fault
from onhand.core.changes import Changes, changed_fields
from onhand.core.document_rules import amount_told, known, record
from onhand.core.documents import Document, DocumentCommand, DocumentKey, DocumentKind, Touch
from onhand.core.draft import Draft
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.stock_rules import Accepted, Result
from onhand.core.terms import Terms, TermsKey
from onhand.core.warehouses import code_key


class SupplierStatus(StrEnum):
    """How we stand with a supplier."""

    PROSPECTIVE = "prospective"
    ACTIVE = "active"
    APPROVED = "approved"
    PREFERRED = "preferred"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"
    BLACKLISTED = "blacklisted"


MAY_RECEIVE_ORDERS: Mapping[str, bool] = {
    SupplierStatus.PROSPECTIVE: False,
    SupplierStatus.ACTIVE: True,
    SupplierStatus.APPROVED: True,
    SupplierStatus.PREFERRED: True,
    SupplierStatus.INACTIVE: False,
    SupplierStatus.SUSPENDED: False,
    SupplierStatus.BLACKLISTED: False,
}
"""Whether an order may be submitted and sent to a supplier of each status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier(Document):
    """A supplier; its status is its `state`. `code_key` is the code whatever its case."""

    kind: ClassVar = DocumentKind.SUPPLIER

    code: str
    code_key: str
    name: str
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    payment_terms: str | None = None
    lead_time_days: int | None = None
    currency: str
    notes: str | None = None

    @property
    def may_receive_orders(self) -> bool:
        """Whether orders may be submitted and sent to it."""
        return MAY_RECEIVE_ORDERS[self.state]

    @property
    def only_name(self) -> str:
        """Its code, whatever its case."""
        return self.code_key

    def touches(self) -> Iterable[Touch]:
        """No stock."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _SupplierCommand(DocumentCommand):
    kind: ClassVar = DocumentKind.SUPPLIER


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSupplier(_SupplierCommand):
    """Add a supplier; `attributes` are fields of a supplier by name."""

    code: str
    status: SupplierStatus
    attributes: Mapping[str, Any]

    def names(self) -> Iterable[str]:
        """Its code."""
        return (code_key(self.code),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSupplier(_SupplierCommand):
    """Change fields of a supplier by name; its status as `state`."""

    changes: Mapping[str, Any]

    def names(self) -> Iterable[str]:
        """Its new code."""
        return (code_key(self.changes["code"]),) if "code" in self.changes else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTerms(_SupplierCommand):
    """Write a supplier's terms for a product, whether there are any or not.

    `currency` None: the supplier's. `attributes` are the other fields of terms by name.
    """

    product_id: int
    currency: str | None
    attributes: Mapping[str, Any]

    def touches(self) -> Iterable[Touch]:
        """The product, whose preferred supplier may change."""
        return (Touch(self.product_id, None),)

    def terms(self, document: Document | None) -> Iterable[TermsKey]:
        """The terms so far."""
        return (TermsKey(self.id or 0, self.product_id),)

    def prefers(self) -> Iterable[int]:
        """The product."""
        return (self.product_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTerms(_SupplierCommand):
    """Remove a supplier's terms for a product."""

    product_id: int

    def touches(self) -> Iterable[Touch]:
        """The product."""
        return (Touch(self.product_id, None),)

    def terms(self, document: Document | None) -> Iterable[TermsKey]:
        """The terms so far."""
        return (TermsKey(self.id or 0, self.product_id),)


def supplier_of(draft: Draft, supplier_id: int) -> Supplier | Rejected:
    """A supplier that another document names."""
    supplier = draft.documents.get(DocumentKey(DocumentKind.SUPPLIER, supplier_id))
    if isinstance(supplier, Supplier):
        return supplier
    return Rejected(RejectionCode.SUPPLIER_NOT_FOUND, {"supplier_id": supplier_id})


def create_supplier(draft: Draft, command: CreateSupplier) -> Result:
    """Add a supplier."""
    supplier = Supplier(
        id=next(draft.snapshot.new_ids.documents[DocumentKind.SUPPLIER]),
        state=command.status.value,
        version=0,
        created_by=command.origin.actor,
        created_at=draft.now,
        updated_at=draft.now,
        code=command.code,
        code_key=code_key(command.code),
        **command.attributes,
    )
    fault = _fault_of_code(draft, supplier)
    if fault is not None:
        return fault
    draft.names[supplier.kind, supplier.code_key] = supplier.id
    supplier = record(draft, None, supplier, "create", command.origin)
    return Accepted(facts={"document": supplier})


def change_supplier(draft: Draft, command: ChangeSupplier) -> Result:
    """Change fields of a supplier."""
    supplier = known(draft, command, Supplier)
    if isinstance(supplier, Rejected):
        return supplier
    changes = dict(command.changes)
    if "code" in changes:
        changes["code_key"] = code_key(changes["code"])
    changed = replace(supplier, **changes)
    fault = _fault_of_code(draft, changed)
    if fault is not None:
        return fault
    if changed == supplier:
        return Accepted(facts={"document": supplier})
    draft.names.pop((supplier.kind, supplier.code_key), None)
    draft.names[changed.kind, changed.code_key] = changed.id
    data = {"changed": sorted(name for name in command.changes if name != "state")}
    changed = record(draft, supplier, changed, "change", command.origin, data)
    return Accepted(facts={"document": changed})


def set_terms(draft: Draft, command: SetTerms) -> Result:
    """Write a supplier's terms for a product; one supplier of a product is preferred at most."""
    supplier = known(draft, command, Supplier)
    if isinstance(supplier, Rejected):
        return supplier
    fault = product_fault(draft, command.product_id)
    if fault is not None:
        return fault
    terms = Terms(
        supplier_id=supplier.id,
        product_id=command.product_id,
        currency=command.currency or supplier.currency,
        **command.attributes,
    )
    before = draft.terms.get(terms.key)
    if before == terms:
        return Accepted(facts={"document": supplier, "terms": terms})
    told: dict[str, Any] = {
        "product_id": terms.product_id,
        "price": amount_told(terms.price),
        "currency": terms.currency,
        "previous_price": None if before is None else amount_told(before.price),
    }
    if terms.is_preferred:
        for key, other in draft.terms.items():
            is_other = key.supplier_id != terms.supplier_id
            if key.product_id == terms.product_id and other.is_preferred and is_other:
                draft.terms[key] = replace(other, is_preferred=False)
                told["no_longer_preferred"] = key.supplier_id
    draft.terms[terms.key] = terms
    supplier = record(
        draft,
        supplier,
        supplier,
        "set_terms",
        command.origin,
        told,
        product_id=terms.product_id,
        changes=_changes_of_terms(before, terms),
    )
    return Accepted(facts={"document": supplier, "terms": terms, "is_new": before is None})


def remove_terms(draft: Draft, command: RemoveTerms) -> Result:
    """Remove a supplier's terms for a product; orders that were written keep their prices."""
    supplier = known(draft, command, Supplier)
    if isinstance(supplier, Rejected):
        return supplier
    terms = draft.terms.pop(TermsKey(supplier.id, command.product_id), None)
    if terms is None:
        facts = {"supplier_id": supplier.id, "product_id": command.product_id}
        return Rejected(RejectionCode.TERMS_NOT_FOUND, facts)
    told = {"product_id": terms.product_id}
    supplier = record(
        draft,
        supplier,
        supplier,
        "remove_terms",
        command.origin,
        told,
        product_id=terms.product_id,
        changes=_changes_of_terms(terms, None),
    )
    return Accepted(facts={"document": supplier, "terms": terms})


def _changes_of_terms(before: Terms | None, after: Terms | None) -> Changes:
    names = [field.name for field in fields(Terms) if not field.name.endswith("_id")]
    return changed_fields(before, after, names)


def _fault_of_code(draft: Draft, supplier: Supplier) -> Rejected | None:
    owner = draft.names.get((supplier.kind, supplier.code_key), supplier.id)
    if owner == supplier.id:
        return None
    facts = {"code": supplier.code, "supplier_id": owner}
    return Rejected(RejectionCode.SUPPLIER_CODE_TAKEN, facts)


RULES: Mapping[type[DocumentCommand], Callable[[Draft, Any], Result]] = {
    CreateSupplier: create_supplier,
    ChangeSupplier: change_supplier,
    SetTerms: set_terms,
    RemoveTerms: remove_terms,
}
"""The commands about suppliers, and their rules."""
