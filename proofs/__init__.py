"""Proofs: each tries to break one promise of Onhand, for as long as it is told to.

One command each: `python -m proofs buyers`; without a name it lists them, `all` runs every one.
README.md says what each does. A short form of each is a test, in tests/proofs.
"""
