"""What an attempt makes of whatever a receiver answers, or does not."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from onhand.webhooks.receiver import LONGEST_ANSWER, Answered, Receiver, tls_context
from onhand.webhooks.targets import Addresses, target_of
from tests.support.postgres import free_port
from tests.support.receivers import LoopReceiver, receiving

HERE = Addresses.of_setting("127.0.0.0/8")
NOW = datetime.now(UTC)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def attempt(
    listening: LoopReceiver, *answers: bytes, timeout_s: float = 5.0
) -> tuple[Answered, Receiver]:
    """What is made of an answer."""
    listening.answers = answers
    receiver = Receiver(target_of(listening.url), HERE, timeout_s=timeout_s)
    return await receiver.post((("webhook-id", "evt_1"),), b"{}", NOW), receiver


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 202),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201),
        (b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nuntil the end of the line", 200),
    ],
)
def test_it_arrived(answer: bytes, status: int) -> None:
    async def send() -> None:
        async with receiving() as listening:
            answered, receiver = await attempt(listening, answer)
            assert answered == Answered(status)
            request = listening.requests[0]
            assert request.startswith(b"POST /hook HTTP/1.1\r\nhost: 127.0.0.1:")
            assert b"\r\ncontent-type: application/cloudevents+json; charset=utf-8\r\n" in request
            assert request.endswith(b"\r\nwebhook-id: evt_1\r\n\r\n{}")
            receiver.close()

    run(send())


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nsure", 500, "It answered 500"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", 302, "a redirect"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", None, "no HTTP"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", None, "no HTTP"),
        (b"", None, "closed before there was an answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * LONGEST_ANSWER, None, "longer than 64 KiB"),
    ],
)
def test_it_did_not_arrive(answer: bytes, status: int | None, error: str) -> None:
    async def send() -> None:
        async with receiving() as listening:
            answered, receiver = await attempt(listening, answer)
            assert answered.status == status
            assert answered.failure is not None
            assert error in answered.failure.error
            assert len(listening.requests) == 1
            receiver.close()

    run(send())


def test_nothing_of_what_a_receiver_says_gets_into_the_log() -> None:
    async def send() -> None:
        async with receiving() as listening:
            secret = b"HTTP/1.1 403 root:x:0\r\nContent-Length: 9\r\n\r\npassword!"
            answered, receiver = await attempt(listening, secret)
            assert answered.failure is not None
            assert answered.failure.error == "It answered 403"
            receiver.close()

    run(send())


def test_a_pause_that_is_asked_for_is_heard() -> None:
    async def send() -> None:
        async with receiving() as listening:
            answer = b"HTTP/1.1 503 Busy\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n"
            answered, receiver = await attempt(listening, answer)
            assert answered.failure is not None
            assert answered.failure.retry_after == timedelta(seconds=90)
            receiver.close()

    run(send())


def test_an_answer_whose_end_does_not_come_is_an_answer() -> None:
    async def send() -> None:
        async with receiving() as listening:
            # Long, without an end, and never whole: each is cut off, and it arrived.
            long = b"HTTP/1.1 200 OK\r\n\r\n" + b"z" * (2 * LONGEST_ANSWER)
            answered, receiver = await attempt(listening, long)
            assert answered == Answered(200)
            receiver.close()

    run(send())


def test_one_that_says_nothing_is_not_waited_for_for_ever() -> None:
    async def send() -> None:
        async with receiving() as listening:
            listening.last = b"HTTP/1.1 200 O"
            receiver = Receiver(target_of(listening.url), HERE, timeout_s=0.2)
            answered = await receiver.post((), b"{}", NOW)
            assert answered.failure is not None
            assert answered.failure.error == "There was no answer within 0.2 seconds"
            receiver.close()

    run(send())


def test_nobody_is_there() -> None:
    async def send() -> None:
        target = target_of(f"http://127.0.0.1:{free_port()}/")
        answered = await Receiver(target, HERE).post((), b"{}", NOW)
        assert answered.failure is not None
        assert answered.failure.error == "No connection to 127.0.0.1: Connection refused"

    run(send())


def test_a_connection_is_used_again_and_one_that_was_closed_meanwhile_is_no_failure() -> None:
    async def send() -> None:
        async with receiving() as listening:
            receiver = Receiver(target_of(listening.url), HERE)
            for _ in range(3):
                assert (await receiver.post((), b"{}", NOW)).failure is None
            assert listening.connections == 1
            # Nothing is answered on the connection that was kept; on a new one it is.
            listening.answers = [*[listening.last] * 3, b""]
            assert (await receiver.post((), b"{}", NOW)).failure is None
            assert listening.connections == 2
            receiver.close()

    run(send())


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A certificate for this machine's address, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    paths = (tmp_path / "certificate.pem", tmp_path / "key.pem")
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tls_context.cache_clear()
    yield paths
    tls_context.cache_clear()


@pytest.mark.parametrize("trusted", [True, False])
def test_https_is_sent_to_those_whose_certificate_the_system_trusts(
    certified: tuple[Path, Path], trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certified[0]))

    async def send() -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*certified)
        async with receiving(tls) as listening:
            answered, receiver = await attempt(listening)
            if trusted:
                assert answered == Answered(204)
            else:
                assert answered.failure is not None
                assert "The certificate of 127.0.0.1 is not valid" in answered.failure.error
                assert listening.requests == []
            receiver.close()

    run(send())
