"""What a sample costs: CPU of each party, commits, and what the writers waited for."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields

import psutil
import psycopg

from benchmarks.cluster import Cluster
from benchmarks.machines import Costs
from benchmarks.measure import Sample, Side
from benchmarks.processes import cpu_seconds

STATISTICS_LAG_SECONDS = 2.3
"""PostgreSQL's sessions tell their figures once a second at most, as they end a transaction; each
writer's housekeeping ends one a second."""

GLANCES_PER_SECOND = 10
STATISTICS = (
    "SELECT xact_commit, active_time + idle_in_transaction_time, idle_in_transaction_time"
    " FROM pg_stat_database WHERE datname = %s"
)
WRITERS = (
    "SELECT wait_event_type, wait_event FROM pg_stat_activity"
    " WHERE application_name = 'onhand-writer' AND state <> 'idle' AND datname = %s"
)


@dataclass(frozen=True)
class Metered:
    """A sample, what its commands cost, and how busy all else kept the machine."""

    sample: Sample
    costs: Costs
    commits_per_second: float
    waiting_for_locks: float
    """Share of the writers' open transactions, looked at now and then, that wait for a lock."""
    waiting_for_log: float
    """The same, for the log to be written and flushed, by themselves or by another."""
    busy_elsewhere: float
    """CPUs that the machine spent on anything but this benchmark."""


def metered(
    side: Side, cluster: Cluster, database: str, server_pid: int, into: list[Metered]
) -> Side:
    """The side, its samples' costs added to `into`. Takes two seconds more a sample."""

    def measure() -> Sample:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            before = _Reading.now(connection, database, cluster, server_pid)
            with _glances(cluster, database) as seen:
                sample = side()
            cpu = _Reading.now(connection, database, cluster, server_pid).minus(before)
            time.sleep(STATISTICS_LAG_SECONDS)
            told = _Reading.now(connection, database, cluster, server_pid).minus(before)
        looks = max(1, seen.total())
        mine = cpu.server + cpu.database + cpu.load
        into.append(
            Metered(
                sample,
                Costs(
                    batch=sample.requests / told.commits,
                    server=cpu.server / sample.requests,
                    database=cpu.database / sample.requests,
                    load=cpu.load / sample.requests,
                    held=told.in_transactions / told.commits,
                    between=told.idle_in_transactions / told.commits,
                ),
                commits_per_second=told.commits / sample.seconds,
                waiting_for_locks=seen["Lock"] / looks,
                waiting_for_log=seen["log"] / looks,
                busy_elsewhere=max(0.0, cpu.machine - mine) / cpu.at,
            )
        )
        return sample

    return measure


def median_costs(taken: Sequence[Metered]) -> Costs:
    """Each cost's median."""
    names = [field.name for field in fields(Costs)]
    return Costs(**{n: statistics.median(getattr(one.costs, n) for one in taken) for n in names})


@dataclass(frozen=True)
class _Reading:
    """What only rises: the time, CPU seconds of each party, commits, seconds in transactions.

    Transactions are idle while the server decides.
    """

    at: float
    server: float
    database: float
    load: float
    machine: float
    commits: int
    in_transactions: float
    idle_in_transactions: float

    @classmethod
    def now(
        cls, connection: psycopg.Connection, database: str, cluster: Cluster, server_pid: int
    ) -> _Reading:
        row = connection.execute(STATISTICS, (database,)).fetchone()
        assert row is not None
        own = os.times()
        machine = psutil.cpu_times()
        return cls(
            at=time.perf_counter(),
            server=cpu_seconds(server_pid),
            database=cpu_seconds(cluster.pid),
            # This process and the load generator, which has ended: servers are not waited for yet.
            load=own.user + own.system + own.children_user + own.children_system,
            machine=sum(machine) - machine.idle - machine.iowait - machine.guest,
            commits=row[0],
            in_transactions=row[1] / 1000,
            idle_in_transactions=row[2] / 1000,
        )

    def minus(self, before: _Reading) -> _Reading:
        names = [field.name for field in fields(self)]
        return _Reading(**{name: getattr(self, name) - getattr(before, name) for name in names})


@contextmanager
def _glances(cluster: Cluster, database: str) -> Iterator[Counter[str]]:
    """Look now and then, while the block runs, at what the writers wait for."""
    seen: Counter[str] = Counter()
    ended = threading.Event()

    def look() -> None:
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            while not ended.wait(1 / GLANCES_PER_SECOND):
                for kind, event in connection.execute(WRITERS, (database,)):
                    seen["log" if str(event).startswith("WAL") else str(kind)] += 1

    thread = threading.Thread(target=look, name="glances", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
