"""Products and warehouses over HTTP."""
