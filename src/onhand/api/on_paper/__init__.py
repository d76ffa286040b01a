"""Documents and reports as PDFs: what is asked for, and what becomes of it on paper."""
