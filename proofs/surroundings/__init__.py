"""Faults of the surroundings: the disk, the database, the clock and the network, made for real.

Under each a server goes on answering: what it can do is done, the rest is a clear 4xx or 5xx at
once or within a bound, nothing is done by halves, and when the fault is gone so are its effects,
without a restart. One module makes one family of faults; `load` asks meanwhile, `trial` judges.
"""
