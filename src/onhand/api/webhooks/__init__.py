"""Webhooks over HTTP: who is told of events, and what came of it."""
