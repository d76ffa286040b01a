"""Tests; the folders below mirror src/onhand."""
