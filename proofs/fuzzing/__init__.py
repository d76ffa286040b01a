"""Fuzzing: whatever comes in is taken or refused, and nothing else.

The parsers one by one, in this process, on bytes that a fuzzer makes up (`inputs`); and the whole
API over HTTP, on requests that schemathesis makes up from the served document (`whole_api`).
"""
