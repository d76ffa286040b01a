"""Webhooks: events of the feed, sent to receivers by HTTP, signed, in order, until they arrive."""
