"""One file per version of the schema, in their order. A released one never changes."""
