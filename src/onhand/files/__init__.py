"""Files in, records out: no database, no ledger write, no clock."""
