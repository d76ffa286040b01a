"""Onhand: an immutable ledger of stock movements with an HTTP face."""

__version__ = "0.1.0"
