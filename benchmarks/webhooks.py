"""`webhooks`: events delivered to a receiver on this machine, a second; and what that costs.

A server with a backlog of movements over many products, and one webhook, which is replayed for each
sample. Beside it the straightforward sender: httpx, as many requests at once, the same bodies and
signatures, without order, log or position. Every event must arrive, in the order of its level.

Then two servers, of which one has a webhook for all that happens: everybody reserves one product.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec

from benchmarks import Failed, bulk, load
from benchmarks.cluster import private_cluster
from benchmarks.measure import Sample, Side, alternate
from benchmarks.prepare import prepare_products
from benchmarks.processes import LOOPBACK, child, ensure_alive, free_port
from benchmarks.report import Report, describe_machine
from benchmarks.server import Service, onhand_server
from benchmarks.webhook_receiver import Figures
from benchmarks.workspace import new_database, workspace
from onhand.webhooks.secrets import Signer, new_secret
from onhand.webhooks.stream import AT_ONCE, message_id

ON_HAND = 10**9
CONNECTIONS = 64
AT_LEAST_PER_SECOND = 2_000
ENVIRONMENT = {"ONHAND_WEBHOOKS_PRIVATE": LOOPBACK}
PATIENCE_S = 120
SHARE_OF_BASELINE = 10
"""The other sender is slow: a tenth of the events tells how fast it is."""


def run(
    *,
    databases: tuple[str, ...],
    products: int,
    events: int,
    seconds: int,
    rounds: int,
    with_onhand: bool,
    directory: Path | None,
) -> Report:
    """Measure all sides in turn."""
    with ExitStack() as stack:
        home = stack.enter_context(workspace(directory))
        cluster = stack.enter_context(private_cluster(home))
        machine = describe_machine(home, postgresql=cluster.version(), client=load.client_name())
        receiver = stack.enter_context(_receiver(home))
        sides: dict[str, Side] = {}
        reserving: dict[str, Side] = {}
        sending: list[Service] = []
        for database in databases if with_onhand else ():
            for name in ("one webhook", "no webhook"):
                folder = home / f"{database}, {name}"
                folder.mkdir()
                url = new_database(database, f"onhand_{name[:3].strip()}", cluster, folder)
                identifiers = prepare_products(url, products, ON_HAND)
                service = stack.enter_context(onhand_server(url, folder, ENVIRONMENT))
                reserving[f"{database}, {name}"] = load.settled_side(
                    cluster, service, identifiers[:1], CONNECTIONS, seconds, keys=False
                )
                if name == "one webhook":
                    start = _backlog(service, identifiers, events)
                    sides[f"Onhand, {database}"] = _onhand_side(service, receiver, start, events)
                    sending.append(service)
        sides["httpx, no order"] = _httpx_side(receiver, events // SHARE_OF_BASELINE)
        delivered = alternate(sides, rounds)
        for service in sending:
            service.call("POST", "/webhooks", {"url": f"{receiver}/hook", "types": ["stock.*"]})
        reserved = alternate(reserving, rounds)
        report = Report(f"Webhooks: {events:,} events of {products:,} products, {rounds} rounds")
        report.machine = machine
    report.add_summaries(delivered)
    report.add_summaries(reserved)
    for database in databases if with_onhand else ():
        rate = delivered[f"Onhand, {database}"].per_second
        report.compare(f"events/s, {database}", rate, at_least=float(AT_LEAST_PER_SECOND))
        baseline = delivered["httpx, no order"].per_second
        report.compare(f"Onhand / httpx, {database}", rate / baseline)
        busy, free = (reserved[f"{database}, {it}"] for it in ("one webhook", "no webhook"))
        name = f"reservations with a webhook / without, {database}"
        report.compare(name, busy.per_second / free.per_second)
    return report


@contextmanager
def _receiver(home: Path) -> Iterator[str]:
    """A receiver; its root."""
    port, log = free_port(), home / "receiver.log"
    url = f"http://{LOOPBACK}:{port}"
    command = [sys.executable, "-m", "benchmarks.webhook_receiver", str(port)]
    with child(command, log=log) as process:
        deadline = time.monotonic() + 30
        while True:
            ensure_alive(process, log, "the receiver")
            try:
                httpx.get(f"{url}/figures")
                break
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise Failed("the receiver does not start") from None
                time.sleep(0.05)
        yield url


def _backlog(service: Service, identifiers: range, events: int) -> int:
    """Make movements; the number that they come after."""
    start = _newest(service)
    commands = bulk.adjust(identifiers, itertools.count(1))
    for size in _sizes(events, 10_000):
        body = {"atomic": False, "commands": list(itertools.islice(commands, size))}
        service.call("POST", "/inventory/commands", body)
    return start


def _sizes(total: int, most: int) -> list[int]:
    whole, rest = divmod(total, most)
    return [most] * whole + ([rest] if rest else [])


def _newest(service: Service) -> int:
    """The last number of a server's feed: where a new webhook begins."""
    made = service.call("POST", "/webhooks?dry_run=true", {"url": f"http://{LOOPBACK}:65000/"})
    position: int = made["data"]["position"]
    return position


def _onhand_side(service: Service, receiver: str, start: int, events: int) -> Side:
    """Deliver the backlog from the beginning."""
    types = ["stock.adjusted"]
    given = {"url": f"{receiver}/hook", "types": types, "after": start, "is_active": False}
    webhook = service.call("POST", "/webhooks", given)["data"]["id"]

    def measure() -> Sample:
        httpx.post(f"{receiver}/again").raise_for_status()
        service.call("POST", f"/webhooks/{webhook}/replay?after={start}")
        service.call("PATCH", f"/webhooks/{webhook}", {"is_active": True})
        found = _awaited(receiver, events)
        service.call("PATCH", f"/webhooks/{webhook}", {"is_active": False})
        return Sample(events, found.seconds, found.out_of_order + found.repeated)

    return measure


def _awaited(receiver: str, events: int) -> Figures:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = msgspec.json.decode(httpx.get(f"{receiver}/figures").content, type=Figures)
        if found.received >= events:
            return found
        if time.monotonic() > deadline:
            raise Failed(f"{found.received:,} of {events:,} events arrived")
        time.sleep(0.1)


def _httpx_side(receiver: str, events: int) -> Side:
    """The straightforward sender."""
    signer = Signer([(new_secret(), None)])

    async def send(client: httpx.AsyncClient, numbers: Iterator[int]) -> None:
        for number in numbers:
            now, body = datetime.now(UTC), _body(number)
            headers = dict(signer.headers(message_id(number), now, body))
            headers["content-type"] = "application/cloudevents+json"
            answer = await client.post(f"{receiver}/hook", content=body, headers=headers)
            answer.raise_for_status()

    async def send_all() -> None:
        numbers = iter(range(1, events + 1))
        async with httpx.AsyncClient(timeout=30) as client:
            await asyncio.gather(*(send(client, numbers) for _ in range(AT_ONCE)))

    def measure() -> Sample:
        httpx.post(f"{receiver}/again").raise_for_status()
        asyncio.run(send_all())
        return Sample(events, _awaited(receiver, events).seconds)

    return measure


def _body(number: int) -> bytes:
    """As long as an event of a movement."""
    data = {"product_id": number, "warehouse_id": 1, "entry_number": 1, "reason": "x" * 400}
    return msgspec.json.encode({"id": str(number), "type": "stock.adjusted", "data": data})
