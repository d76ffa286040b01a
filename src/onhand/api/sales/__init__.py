"""Sales orders over HTTP."""
