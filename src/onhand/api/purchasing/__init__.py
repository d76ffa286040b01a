"""Suppliers and purchase orders over HTTP."""
