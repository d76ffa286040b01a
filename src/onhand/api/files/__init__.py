"""Tables as files, over HTTP: exports that stream, imports that answer with a report."""
