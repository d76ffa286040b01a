"""Envelopes: events as CloudEvents 1.0, in JSON.

`id` is the event's number, and `source` names the shop: the two together name an event for all who
collect them from several. `sequence` is the number again, in as many digits as any may have, so
that it sorts as a text: the extension of that name asks for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from onhand.ledger.event_data import EventData, moved, told
from onhand.ledger.event_types import EVENT_TYPES
from onhand.ledger.feed import FeedEvent

SEQUENCE_DIGITS = 19
"""As many as the largest 64-bit number has."""

_encoder = msgspec.json.Encoder(decimal_format="number")


DATA_SHAPES: tuple[type[Struct], ...] = get_args(EventData)
"""What data may be, by the event's type."""

_ANY_SHAPE = {"anyOf": [{"$ref": f"#/components/schemas/{it.__name__}"} for it in DATA_SHAPES]}
"""The same for JSON Schema, as OpenAPI documents refer to shapes: msgspec knows no such choice."""


class CloudEvent(Struct, kw_only=True):
    """One event in its envelope. `time` is when it was written."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: Annotated[datetime, Meta(tz=True)]
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: str
    data: Annotated[Any, Meta(description="By `type`.", extra_json_schema=_ANY_SHAPE)]


def cloud_event(event: FeedEvent, source: str) -> CloudEvent:
    """An event in its envelope; `source` names the shop."""
    data: EventData
    if event.movement is not None:
        data = moved(event.movement)
    else:
        data = told(event, EVENT_TYPES[event.type].data)
    return CloudEvent(
        id=str(event.number),
        source=source,
        type=event.type,
        subject=_subject(event),
        time=event.at,
        sequence=str(event.number).zfill(SEQUENCE_DIGITS),
        data=data,
    )


def encoded_event(event: FeedEvent, source: str) -> bytes:
    """An event in its envelope, as JSON."""
    return _encoder.encode(cloud_event(event, source))


def _subject(event: FeedEvent) -> str:
    """What it is about: `product/123`, `purchase_order/7`."""
    if event.subject is not None:
        kind, subject_id = event.subject
        return f"{kind}/{subject_id}"
    return f"product/{event.product_id}"
