"""The log: one event a line, whatever anybody sends, with the request it is about."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from onhand.api import logs
from onhand.api.request_ids import RequestName
from onhand.core.commands import Request
from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.posting import Submission
from onhand.ledger.writer import Writer
from onhand.store.reads import SqlReads
from tests.api.harness import Shop
from tests.support.stores import SetClock

FORGED = "x\r\n2026-01-01T00:00:00Z [info     ] all is well\x1b[2K\x85\u2028{}"


@pytest.fixture(params=["json", "console"])
def out(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Where the log goes; the test runs for each of its forms."""
    stream = io.StringIO()
    logs.configure("debug", request.param, stream)
    yield stream
    structlog.reset_defaults()
    logs.configure()


def speak() -> None:
    """Have everything logged that can be, by us and by a library, with what a client sent."""
    log = structlog.get_logger(FORGED)
    log.info("request", path=FORGED, known=["a", FORGED])
    logging.getLogger("library").warning("it said %s", FORGED)
    for logger in (log, logging.getLogger("library")):
        try:
            raise ValueError(FORGED)
        except ValueError:
            logger.exception("failed")


def test_no_text_can_look_like_a_line_of_its_own(out: io.StringIO) -> None:
    speak()
    told = out.getvalue()
    assert "all is well" in told
    # Exactly what somebody would search for who looks for lines of the log.
    assert not [line for line in told.split("\n") if line.startswith("2026-01-01T00:00:00Z")]
    assert not set(told) & set("\r\x1b\x85\u2028")


def test_each_event_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    logs.configure("debug", "json", stream)
    speak()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 4
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    assert lines[0]["path"] == FORGED


def test_a_line_says_which_request_it_is_about(sqlite_url: str, monkeypatch: Any) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("gone")

    shop = Shop(sqlite_url)
    try:
        for failing, status in ((broken, 500), (away, 503)):
            stream = io.StringIO()
            logs.configure("info", "json", stream)
            monkeypatch.setattr(SqlReads, "products", failing)
            # One that has spoken before keeps to where it spoke.
            monkeypatch.setattr("onhand.api.operations.log", structlog.get_logger())
            answer = shop("GET", "/products", headers={"x-request-id": "till-3/17"})
            assert answer.status == status
            assert answer.headers["x-request-id"] == "till-3/17"
            [line] = [json.loads(line) for line in stream.getvalue().splitlines()]
            assert line["request_id"] == "till-3/17"
    finally:
        shop.close()


class BrokenStore:
    """A store whose transactions make the program fail."""

    def transaction(self, *_: Any) -> Any:
        raise RuntimeError("broken")


def test_the_writer_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    logs.configure("info", "json", stream)
    monkeypatch.setattr("onhand.ledger.posting.log", structlog.get_logger())

    async def submit() -> None:
        broken: Any = BrokenStore()
        writer = Writer(broken, SetClock())
        given = Submission(Request(()), asked_by=RequestName(b"till-3/18"))
        with pytest.raises(Exception, match="failed"):
            await writer.submit(given)
        await writer.drain()

    asyncio.run(submit())
    [line] = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (line["event"], line["request_id"]) == ("posting.failed", "till-3/18")


def test_names_are_the_clients_or_our_own() -> None:
    assert RequestName(b"a" * 128).request_id == "a" * 128
    insane = (None, b"", b"a" * 129, b"a b", b"\xe9", b"a\n")
    made = [RequestName(given).request_id for given in insane]
    assert len(set(made)) == len(made)
    assert all("-" in name for name in made)
