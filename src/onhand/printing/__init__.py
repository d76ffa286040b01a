"""Documents on paper: pure functions from what is known to the bytes of a PDF."""
