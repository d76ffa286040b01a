"""Faults: what can go wrong between a decision and its commit. A rejection is not one of them.

Fault
├── StoreUnavailable   the database cannot be reached; nothing was written
├── CommitUnknown      it was lost while committing: written or not, the idempotency key tells
├── StoreBusy          another writer stood in the way; trying again helps
├── StoreRefused       a constraint fired: the batch is halved until the cause stands alone
├── StorageFull        no room or no permission to write; nothing was written
├── QueueFull          more is waiting than the writer takes on
└── WriterStopped      the server is going down
"""

from __future__ import annotations


class Fault(Exception):
    """Something outside the rules failed. The text is fit for a person to read."""


class StoreUnavailable(Fault):
    """The database cannot be reached; nothing was written."""


class CommitUnknown(Fault):
    """The database was lost while it committed; whether it did is not known."""


class StoreBusy(Fault):
    """Another writer held what this one needed for too long, or closed a circle of waiting."""


class StoreRefused(Fault):
    """A constraint of the database refused the batch."""


class StorageFull(Fault):
    """The database has no room, or no permission, to write."""


class QueueFull(Fault):
    """More commands are waiting than the writer takes on."""


class WriterStopped(Fault):
    """The writer takes no more commands."""
