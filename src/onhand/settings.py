"""Settings: what a server is told by its environment, checked before anything starts.

Every one has a default that fits a shop on one machine. Options of the command line come first,
then `ONHAND_*` variables, then these defaults.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("auto", "console", "json")
CPUS = ("auto", "one", "all")
SEALS = ("off", "on")
TRACES = ("off", "otlp")
WEBHOOKS = ("on", "off")
MOST_SEAL_KEY_BYTES = 64
MOST_COMPANY_LINES = 10


SECRETS_IN_FILES = {
    "ONHAND_DATABASE_PASSWORD_FILE": "PGPASSWORD",  # which PostgreSQL's own library reads
    "ONHAND_SEAL_KEY_FILE": "ONHAND_SEAL_KEY",
    "ONHAND_WEBHOOKS_KEY_FILE": "ONHAND_WEBHOOKS_KEY",
    "ONHAND_OIDC_CLIENT_SECRET_FILE": "ONHAND_OIDC_CLIENT_SECRET",
}
"""Variables that name a file with a secret in it, and the variable that the secret is for."""


class WrongSettings(ValueError):
    """Some variables make no sense; the message names each, one a line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A server's settings."""

    host: str = "127.0.0.1"
    """ONHAND_HOST: the address to listen on."""

    port: int = 8080
    """ONHAND_PORT: the port to listen on."""

    database: str = "sqlite:///onhand.db"
    """ONHAND_DATABASE: `sqlite:///file.db` or `postgresql://user:password@host/name`."""

    replica: str = ""
    """ONHAND_REPLICA: a streaming replica of that PostgreSQL, which answers reports and exports."""

    replica_lag: int = 0
    """ONHAND_REPLICA_LAG: seconds that these may be behind; 0: nothing committed is left out."""

    workers: int = 1
    """ONHAND_WORKERS: server processes; more than one needs PostgreSQL."""

    body_limit: int = 8 * 1024 * 1024
    """ONHAND_BODY_LIMIT: bytes a request's body may have; 10,000 commands take about 1 MB."""

    import_limit: int = 256 * 1024 * 1024
    """ONHAND_IMPORT_LIMIT: bytes a file may have that is sent to be imported."""

    request_timeout: int = 60
    """ONHAND_REQUEST_TIMEOUT: seconds in which a request must arrive whole, else it is answered
    408; a client that takes nothing of its answer for as long is cut off."""

    queue_limit: int = 20_000
    """ONHAND_QUEUE_LIMIT: commands that may wait for the writer; past it the answer is 503, at
    once."""

    batch_limit: int = 0
    """ONHAND_BATCH_LIMIT: commands written in one commit; 0: 5,000 on SQLite, 1,000 on
    PostgreSQL."""

    read_threads: int = 4
    """ONHAND_READ_THREADS: reads of the database at a time, in each process."""

    cpus: str = "auto"
    """ONHAND_CPUS: CPUs of each process: one (several processes take different ones), all, or auto:
    one where a single process serves PostgreSQL, which is faster, else all."""

    seals: str = "off"
    """ONHAND_SEALS: on: each movement is sealed, so that `onhand verify` names one that was
    changed."""

    seal_key: str = ""
    """ONHAND_SEAL_KEY: what seals are made with; `onhand verify` needs the same one."""

    approval_limit: Decimal = Decimal(0)
    """ONHAND_APPROVAL_LIMIT: a purchase order of this amount or less, in its own currency, is
    approved when it is submitted."""

    rate_limit: int = 0
    """ONHAND_RATE_LIMIT: requests a second that each process takes from each caller; 0: any."""

    trusted_proxies: str = ""
    """ONHAND_TRUSTED_PROXIES: addresses and networks of proxies that are believed whom they speak
    for, in X-Forwarded-For or Forwarded."""

    company: str = ""
    """ONHAND_COMPANY: your name and address on printed documents, their lines separated by bars."""

    event_source: str = "/onhand"
    """ONHAND_EVENT_SOURCE: the shop's name in events, a URI: whoever collects those of several
    tells them apart by it."""

    url: str = ""
    """ONHAND_URL: where people find the server, as `https://stock.example.com`."""

    session_hours: int = 12
    """ONHAND_SESSION_HOURS: how long somebody stays signed in at most."""

    session_idle_minutes: int = 60
    """ONHAND_SESSION_IDLE_MINUTES: how long somebody stays signed in without doing anything."""

    password_length: int = 8
    """ONHAND_PASSWORD_LENGTH: the characters that a password has at least."""

    oidc_issuer: str = ""
    """ONHAND_OIDC_ISSUER: the provider of OpenID Connect people may sign in by; empty: none."""

    oidc_client_id: str = ""
    """ONHAND_OIDC_CLIENT_ID: as whom the provider knows this server."""

    oidc_client_secret: str = ""
    """ONHAND_OIDC_CLIENT_SECRET: the secret the provider gave; empty for a public client."""

    oidc_scopes: str = "openid profile email"
    """ONHAND_OIDC_SCOPES: what is asked of the provider."""

    oidc_name_claim: str = "preferred_username"
    """ONHAND_OIDC_NAME_CLAIM: the claim that new users are named by."""

    oidc_role_claim: str = ""
    """ONHAND_OIDC_ROLE_CLAIM: the claim that tells the role, as `realm_access.roles`."""

    oidc_roles: str = ""
    """ONHAND_OIDC_ROLES: which value of it means which role, as `stock-staff=clerk`."""

    oidc_default_role: str = ""
    """ONHAND_OIDC_DEFAULT_ROLE: the role of those without one; empty: they may not sign in."""

    webhooks: str = "on"
    """ONHAND_WEBHOOKS: off: webhooks are kept and nothing is sent, as from a copy of a shop that is
    tried out."""

    webhooks_private: str = ""
    """ONHAND_WEBHOOKS_PRIVATE: networks of private addresses that webhooks may go to, as
    `10.0.0.0/8,127.0.0.1`; allow: to any."""

    webhooks_key: str = ""
    """ONHAND_WEBHOOKS_KEY: what webhooks' secrets are encrypted with in the database; all servers
    of a shop need the same one."""

    metrics_folder: str = ""
    """ONHAND_METRICS_FOLDER: a folder in which several workers leave their figures for each other;
    by itself the server makes one."""

    traces: str = "off"
    """ONHAND_TRACES: otlp: each request is a span for a collector; needs `onhand[otel]`."""

    log_level: str = "info"
    """ONHAND_LOG_LEVEL: debug, info, warning or error. Debug logs every request."""

    log_format: str = "auto"
    """ONHAND_LOG_FORMAT: console, json, or auto: console on a terminal, else json."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the variables. Raises `WrongSettings` naming every one that is wrong."""
        given = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for field in fields(cls):
            variable = f"ONHAND_{field.name.upper()}"
            text = given.get(variable, "").strip()
            if not text:
                continue
            try:
                values[field.name] = _READERS[field.name](text)
            except ValueError as error:
                # A key is for no screen and no log.
                told = "" if field.name.endswith("_key") else f"; it is {text!r}"
                wrong.append(f"{variable} must be {error}{told}")
        if wrong:
            raise WrongSettings("\n".join(wrong))
        return cls(**values)


def take_secrets_from_files(environment: MutableMapping[str, str]) -> None:
    """Set what `ONHAND_…_FILE` variables name files of. Raises `WrongSettings` naming each fault.

    So a secret need stand in no unit and no compose file: such files are what systemd's
    credentials and a container's secrets are.
    """
    wrong: list[str] = []
    for variable, target in SECRETS_IN_FILES.items():
        name = environment.get(variable, "").strip()
        if not name:
            continue
        if environment.get(target, "").strip():
            wrong.append(f"{variable} and {target} are both set; leave one of them out")
            continue
        try:
            secret = Path(name).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            wrong.append(f"{variable} must be a file to read; {name}: {why}")
            continue
        if not secret or not secret.isprintable():
            wrong.append(f"{variable} must be a file with one line in it; {name} is none")
            continue
        environment[target] = secret
    if wrong:
        raise WrongSettings("\n".join(wrong))


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:12]) <= high):
            raise ValueError(f"a whole number from {low:,} to {high:,}")
        return int(text)

    return read


def _amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,14}(\.[0-9]{1,4})?", text, re.ASCII):
        raise ValueError("an amount of money, as 1000 or 1000.50")
    return Decimal(text)


def _short(most_bytes: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text.encode()) > most_bytes:
            raise ValueError(f"of {most_bytes} bytes at most")
        return text

    return read


def _url(text: str) -> str:
    if not _by_tls_or_here(text) or urlsplit(text).path not in ("", "/"):
        raise ValueError(
            "an address without a path, as https://stock.example.com; http:// on this machine alone"
        )
    return text.lower().rstrip("/")


def _provider(text: str) -> str:
    if not _by_tls_or_here(text):
        raise ValueError("an https:// address, as the provider calls itself")
    return text


def _by_tls_or_here(text: str) -> bool:
    parts = urlsplit(text)
    host = parts.hostname or ""
    is_here = host in ("localhost", "::1") or host.startswith("127.")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_here)
    return bool(host) and is_safe and not (parts.query or parts.fragment or parts.username)


def _networks(text: str) -> str:
    try:
        for part in text.replace(",", " ").split():
            ipaddress.ip_network(part)
    except ValueError:
        raise ValueError("addresses and networks, as 127.0.0.1, 10.0.0.0/8") from None
    return text


def _lines(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        lines = [line.strip() for line in text.replace("|", "\n").splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > most or not all(line.isprintable() for line in lines):
            raise ValueError(f"{most} lines at most, separated by |, without control characters")
        return "\n".join(lines)

    return read


def _uri(text: str) -> str:
    # What RFC 3986 allows in a reference to a URI.
    if not re.fullmatch(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,200}", text):
        raise ValueError(
            "a URI, as /onhand or https://shop.example/stock, of 200 characters at most"
        )
    return text


def _private_networks(text: str) -> str:
    if text.lower() == "allow":
        return text
    try:
        return _networks(text)
    except ValueError as fault:
        raise ValueError(f"allow, or {fault}") from None


def _from_bytes(least: int, most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not least <= len(text.encode()) <= most:
            raise ValueError(f"of {least} to {most} bytes, best chosen by chance")
        return text

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(", ".join(choices[:-1]) + " or " + choices[-1])
        return text.lower()

    return read


_READERS: Mapping[str, Callable[[str], Any]] = {
    "host": str,
    "port": _whole(1, 65_535),
    "database": str,
    "replica": str,
    "replica_lag": _whole(0, 86_400),
    "workers": _whole(1, 64),
    "body_limit": _whole(1_024, 1_073_741_824),
    "import_limit": _whole(1_024, 17_179_869_184),
    "request_timeout": _whole(1, 3_600),
    "queue_limit": _whole(1, 10_000_000),
    "batch_limit": _whole(0, 100_000),
    "read_threads": _whole(1, 64),
    "cpus": _one_of(*CPUS),
    "seals": _one_of(*SEALS),
    "seal_key": _short(MOST_SEAL_KEY_BYTES),
    "approval_limit": _amount,
    "rate_limit": _whole(0, 1_000_000),
    "trusted_proxies": _networks,
    "company": _lines(MOST_COMPANY_LINES),
    "event_source": _uri,
    "url": _url,
    "session_hours": _whole(1, 24 * 365),
    "session_idle_minutes": _whole(1, 60 * 24 * 365),
    "password_length": _whole(8, 64),
    "oidc_issuer": _provider,
    "oidc_client_id": str,
    "oidc_client_secret": str,
    "oidc_scopes": str,
    "oidc_name_claim": str,
    "oidc_role_claim": str,
    "oidc_roles": str,
    "oidc_default_role": str,
    "webhooks": _one_of(*WEBHOOKS),
    "webhooks_private": _private_networks,
    "webhooks_key": _from_bytes(16, MOST_SEAL_KEY_BYTES),
    "metrics_folder": str,
    "traces": _one_of(*TRACES),
    "log_level": _one_of(*LOG_LEVELS),
    "log_format": _one_of(*LOG_FORMATS),
}
