"""Where the ledger is kept: one schema, three stores behind one port, and the queries that read
it.
"""
