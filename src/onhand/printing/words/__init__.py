"""Words: what papers say of themselves, a catalogue per language; what a shop writes is its own.

A catalogue that lacks a word is refused by the type checker. `{names}` are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A language's words, by what they are for; heads and facts of one meaning share theirs."""

    # What all have
    number: str
    details: str
    notes: str
    sku: str
    product: str
    description: str
    barcode: str
    unit: str
    quantity: str
    units: str
    value: str
    status: str
    reference: str
    date: str
    expected: str
    warehouse: str
    warehouse_number: str
    product_number: str
    supplier: str
    order: str
    by: str
    all: str
    missing_characters: str

    # Purchase orders and receipts
    purchase_order: str
    to_supplier: str
    ship_to: str
    your_sku: str
    suppliers_sku: str
    payment: str
    currency: str
    price: str
    amount: str
    total: str
    receipt: str
    receipt_number: str
    delivery: str
    received_at: str
    received_by: str
    reversed_at: str
    reversed: str
    ordered: str
    received: str
    rejected: str
    reason: str

    # Sales orders, packing slips, pick lists
    sales_order: str
    order_confirmation: str
    customer: str
    requested: str
    ships_from: str
    waiting: str
    shipped: str
    returned: str
    cancelled: str
    packing_slip: str
    shipment_number: str
    shipped_at: str
    tracking: str
    shipped_from: str
    ordered_on: str
    packed_by: str
    packed_from: str
    packed: str
    pick_list: str
    pick_list_number: str
    as_of: str
    waiting_for_stock: str
    take: str
    nothing_held: str
    picked_by: str
    checked_by: str

    # Transfer notes
    transfer_note: str
    from_site: str
    to_site: str
    written_by: str
    sent: str
    lost: str
    damaged: str
    in_transit: str
    handed_over: str
    carrier: str
    taken_over: str

    # Counts: the sheet, the variance, the plan
    count_sheet: str
    counted_in: str
    counter: str
    started: str
    products: str
    counted: str
    is_counted: str
    is_recount: str
    counted_by: str
    date_and_time: str
    variance_of: str
    book: str
    variance: str
    counted_at: str
    again: str
    accurate_within: str
    tolerance: str
    lines: str
    those_that_differ: str
    differing: str
    counted_of: str
    record_accuracy: str
    count_plan: str
    abc_class: str
    units_sold: str
    sales_value: str
    last_counted: str
    due_since: str
    classes_by: str
    days: str

    # What lists say of themselves
    sorted_by: str
    descending: str
    nothing: str
    one_row: str
    many_rows: str
    cut_of: str
    cut: str

    # What to order
    low_stock: str
    out_of_stock: str
    reorder_report: str
    on_hand: str
    reserved: str
    available: str
    backordered: str
    reorder_point: str
    reorder_quantity: str
    suggested_order: str
    on_order: str
    position: str
    sold_a_day: str
    days_of_cover: str
    to_order: str
    estimated_cost: str

    # What moved, what is held, what there was
    stock_movements: str
    movement: str
    since: str
    until: str
    when: str
    why: str
    reservations: str
    held_for: str
    held_for_order: str
    held_for_sales_order: str
    allocated: str
    held_since: str
    ends: str
    ends_before: str
    stock_on_hand: str
    stock_as_of: str
    last_movement: str

    # Reports over days
    activity: str
    day: str
    units_in: str
    units_out: str
    all_units_in: str
    all_units_out: str
    transferred_in: str
    transferred_out: str
    movements: str
    complete: str
    incomplete: str
    stock_value: str
    cost_price: str
    without_cost_price: str
    count_accuracy: str
    count: str
    posted: str
    records: str
    accurate: str
    units_over: str
    units_under: str

    # How suppliers deliver
    supplier_performance: str
    code: str
    orders: str
    receipts: str
    units_received: str
    units_rejected: str
    days_taken: str
    days_promised: str
    on_time: str
    defects: str

    # What the code has a name for
    marks: Mapping[str, str]
    """What stands across a document that is not in force, by its state."""
    states: Mapping[str, str]
    """A document's states."""
    movement_types: Mapping[str, str]
    """What a movement was."""
    references: Mapping[str, str]
    """What a movement may refer to; what else somebody wrote there is told as it is."""
    recounts: Mapping[str, str]
    """Why a line is to be counted again."""
    fields: Mapping[str, str]
    """What lists are sorted by."""
