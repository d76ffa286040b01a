"""Events over HTTP: read by their numbers, streamed as they happen, and the audit log."""
