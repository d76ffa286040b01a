"""Access over HTTP: the keys of machines."""
