"""A deterministic simulator: writer, stores, clock and clients driven by a seed.

One seed is one run of the real `Writer`, posting, housekeeping, rules and store, in virtual time
and on one thread at a time. The seed says who goes on at every await and at every statement, and
what goes wrong there: a statement fails, or hangs, or a commit is done and nobody learns of it;
clients go away, answers come late and out of order, clocks jump, servers are stopped and killed.
What the ledger answered and holds is compared with the plain model, commit by commit.

    seeds      many seeds, spread over processes
    run        one run, and the check of what it left behind
    world      chance, time, whose turn it is, how rough the weather is
    clients    what they ask, send again, and were told
    asking     what there is to be asked
    servers    the real writer and housekeeping, stopped and killed
    witness    sees every batch decided and committed, and plays it to the model
    databases  the real stores, and where they fail: memory_database, sqlite_database
    threads    threads, locks and queues that hand a baton round
    loop       an event loop in virtual time
"""

from __future__ import annotations

from proofs.simulation.seeds import On, replay, run

__all__ = ["On", "replay", "run"]
