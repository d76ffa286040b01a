"""Physical counts over HTTP."""
