"""What the next machine adds: throughput from what a command costs one server process.

Measured with one process alone, per number of connections: CPU seconds per command of the server,
the database and the load generator; commands per commit `b`; and how long a commit's transaction is
open `h`, for which it holds its rows. A batch is what queued up during the one before it, so `n`
processes with C connections between them make the batches, at the costs, of one with C / n.

Machines apart, n servers with a CPU for each process and a database machine with c CPUs:

    throughput ≤ min(n / server, c / database, and on one product: b / (h + r))

where r is the network's round trip: the answer to the lock comes back, the commit goes out.

On one machine, which is how it is checked, each process is a customer going round. Alone, a batch
takes b / X, X being its rate. In that time it wants what all share: the CPUs, whose demand is its
CPU seconds divided by their number; on one product the row's lock first, for h, and the CPUs for
what is done outside of it. The rest is spent beside them, undisturbed. Mean value analysis (Reiser
and Lavenberg, 1980) tells how long `n` of them queue; the CPUs are the ceiling, whatever they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """What one command costs, at one batch size."""

    batch: float
    """Commands in a commit."""
    server: float
    """CPU seconds of the server processes per command."""
    database: float
    """CPU seconds of PostgreSQL per command."""
    load: float
    """CPU seconds of the load generator per command."""
    held: float
    """Seconds that a commit's transaction is open, its rows locked; waiting for them included."""
    between: float
    """Seconds of these in which it waits for the server, which decides."""

    @property
    def total(self) -> float:
        """CPU seconds per command of all that share a machine."""
        return self.server + self.database + self.load


@dataclass(frozen=True)
class Bound:
    """Commands per second, and what allows no more."""

    per_second: float
    by: str


def apart(
    servers: int, database_cpus: float, costs: Costs, *, hot: bool, round_trip: float = 0.0
) -> Bound:
    """The ceiling of `servers` machines with a process and a CPU each, and one of PostgreSQL's.

    `costs` are those of one process with the connections that each of them has.
    """
    bounds = [
        Bound(servers / costs.server, "servers"),
        Bound(database_cpus / costs.database, "database"),
    ]
    if hot:
        bounds.append(Bound(costs.batch / (costs.held + round_trip), "the row's lock"))
    return min(bounds, key=lambda bound: bound.per_second)


def together(processes: int, cpus: float, alone: Costs, rate: float, *, hot: bool) -> float:
    """Commands per second of processes on one machine, from one process with its share of clients.

    `rate` is that one's commands per second, `cpus` how many CPUs server, database and load share:
    those that nothing else keeps busy.
    """
    if hot:
        outside = alone.batch * (alone.server + alone.load) - alone.between
        demands = [alone.held, max(0.0, outside) / cpus]
    else:
        demands = [alone.batch * alone.total / cpus]
    batches = queueing(processes, demands, alone.batch / rate)
    return min(batches * alone.batch, cpus / alone.total)


def queueing(customers: int, demands: Sequence[float], alone_takes: float) -> float:
    """Rounds per second of customers who share things; alone, each takes `alone_takes` seconds.

    `demands` are the seconds of a round in which each of the shared things is needed.
    """
    beside = max(0.0, alone_takes - sum(demands))
    queues = [0.0 for _ in demands]
    rounds = 0.0
    for customer in range(1, customers + 1):
        stays = [demand * (1 + queue) for demand, queue in zip(demands, queues, strict=True)]
        rounds = customer / (beside + sum(stays))
        queues = [rounds * stay for stay in stays]
    return rounds
