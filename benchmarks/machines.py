"""What the next machine adds: throughput from what a command costs one server process.

Measured with one process alone, per number of connections: CPU seconds per command of the server,
the database and the load generator; commands per commit `b`; and how long a commit's transaction is
open `h`, for which it holds its rows. A batch is what queued up during the one before it, so `n`
processes with C connections between them make the batches, at the costs, of one with C / n.

Machines apart, n servers with a CPU for each process and a database machine with c CPUs:

    throughput ≤ min(n / server, c / database, and on one product: b / (h + r))

where r is the network's round trip: the answer to the lock comes back, the commit goes out.

On one machine, the check: each process is a customer going round. Alone, its batch takes b / X,
X being its rate. Of that it wants the shared thing for `d`: on many products the CPUs, whose demand
is all CPU per batch divided by their number; on one product the row's lock, for h. The rest is spent
beside it, undisturbed. Mean value analysis (Reiser and Lavenberg, 1980) then says how long n of them
queue; and whatever they wait for, the CPUs are the ceiling.
"""

from __future__ import annotations

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

    @property
    def together(self) -> float:
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

    `rate` is that one's commands per second, `cpus` how many CPUs server, database and load share.
    """
    alone_takes = alone.batch / rate
    demand = alone.held if hot else alone.batch * alone.together / cpus
    batches = queueing(processes, demand, alone_takes)
    return min(batches * alone.batch, cpus / alone.together)


def queueing(customers: int, demand: float, alone_takes: float) -> float:
    """Rounds per second of customers who share one thing; alone, each takes `alone_takes` seconds.

    `demand` is the part of a round that needs the shared thing; at most all of it.
    """
    demand = min(demand, alone_takes)
    beside = alone_takes - demand
    queue = 0.0
    rounds = 0.0
    for customer in range(1, customers + 1):
        stays = demand * (1 + queue)
        rounds = customer / (beside + stays)
        queue = rounds * stays
    return rounds
