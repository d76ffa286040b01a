"""Onhand measured beside what else would do the job, both sides in one run.

One command each: `python -m benchmarks hot`, `uniform`, `bulk`, `reads`, `import`, `startup`.
README.md says what each measures, how, and what is unfair about it.
"""


class Failed(Exception):
    """A benchmark cannot go on; the message says why, to a person."""
