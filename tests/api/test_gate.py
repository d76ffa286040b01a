from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from onhand.api.addresses import Proxies
from onhand.api.gate import ANONYMOUS, Gate, Holder, UnknownKey, stranger
from onhand.api.problems import Problem
from onhand.core.callers import Caller
from onhand.ledger.access import ROLES, Grant, Permission, Role, Scope, least_scope
from onhand.ledger.faults import StoreUnavailable
from tests.api.harness import NOBODY, MemoryKeys, on_a_loop

NOW = datetime(2025, 1, 15, tzinfo=UTC)


def made(keys: MemoryKeys, name: str, scope: Scope | None = None, **told: Any) -> bytes:
    return keys.give(scope, name=name, **told)["authorization"].encode()


@on_a_loop
async def test_open_on_loopback_until_a_key_is_made():
    keys = MemoryKeys()
    gate = Gate(keys, loopback=True)
    await gate.refresh()
    was_open = gate.is_open
    assert gate.admit(None, Permission.WAREHOUSES_MANAGE).name == ANONYMOUS
    made(keys, "till", Scope.READ)
    await gate.refresh()
    assert (was_open, gate.is_open) == (True, False)
    with pytest.raises(UnknownKey):
        gate.admit(None, Permission.STOCK_READ)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (b"127.0.0.1:8080", None),
        (b"localhost", b"http://localhost:8080"),
        (b"[::1]:8080", b"http://[::1]:8080"),
        (b"127.5.0.1", None),
        (None, None),
    ],
)
def test_while_open_this_machine_may_call(host, origin):
    assert stranger(host, origin) is None


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (b"evil.example", None),
        (b"evil.example:8080", b"http://evil.example:8080"),
        (b"127.0.0.1.evil.example", None),
        (b"127.0.0.1:8080", b"https://evil.example"),
        (b"localhost:8080", b"null"),
        (b"", None),
    ],
)
def test_while_open_other_sites_may_not(host, origin):
    assert stranger(host, origin) is not None


@on_a_loop
async def test_a_revoked_key_closes_it_too():
    keys = MemoryKeys()
    made(keys, "till", Scope.READ)
    keys.revoke(1, NOBODY, NOW)
    gate = Gate(keys, loopback=True)
    await gate.refresh()
    assert not gate.is_open


@on_a_loop
async def test_never_open_beyond_loopback():
    gate = Gate(MemoryKeys(), loopback=False)
    await gate.refresh()
    with pytest.raises(UnknownKey) as caught:
        gate.admit(None, Permission.STOCK_READ)
    assert caught.value.status == 401
    assert dict(caught.value.headers)["WWW-Authenticate"] == 'Bearer realm="onhand"'


@on_a_loop
async def test_scopes_include_each_other():
    keys = MemoryKeys()
    secrets = {scope: made(keys, scope.value, scope) for scope in Scope}
    gate = Gate(keys, loopback=True)
    await gate.refresh()
    order = list(Scope)
    for has in order:
        for needs, needed in ((least_scope(needed), needed) for needed in Permission):
            if order.index(has) >= order.index(needs):
                assert gate.admit(secrets[has], needed).name == f"key:{has.value}"
            else:
                with pytest.raises(Problem) as caught:
                    gate.admit(secrets[has], needed)
                assert caught.value.status == 403
                challenge = dict(caught.value.headers)["WWW-Authenticate"]
                assert f'scope="{needed.value}"' in challenge


@pytest.mark.parametrize(
    "authorization",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Basic dXNlcg==",
        b"onhand_x",
        b"Bearer \xff\xfe",
        b"Bearer onhand_x",
    ],
)
@on_a_loop
async def test_what_is_no_key_is_a_401(authorization):
    keys = MemoryKeys()
    made(keys, "till", Scope.READ)
    gate = Gate(keys, loopback=True)
    await gate.refresh()
    with pytest.raises(UnknownKey):
        gate.admit(authorization, Permission.STOCK_READ)


@on_a_loop
async def test_a_new_key_works_at_once_and_wrong_ones_cost_little():
    keys = MemoryKeys()
    made(keys, "old", Scope.READ)
    gate = Gate(keys, loopback=True)
    await gate.refresh()
    await asyncio.sleep(0.3)
    fresh = made(keys, "new", Scope.WRITE)
    assert (await gate.admit_or_look(fresh, Permission.STOCK_MOVE)).name == "key:new"
    asked = keys.asked
    for _ in range(100):
        with pytest.raises(UnknownKey):
            await gate.admit_or_look(b"Bearer onhand_wrong", Permission.STOCK_READ)
    assert keys.asked - asked <= 1


@on_a_loop
async def test_a_database_that_is_away_locks_nobody_out_and_lets_nobody_in():
    keys = MemoryKeys()
    known = made(keys, "till", Scope.READ)
    gate = Gate(keys, loopback=True)
    await gate.refresh()
    keys.away = True
    with pytest.raises(StoreUnavailable):
        await gate.refresh()
    assert gate.admit(known, Permission.STOCK_READ).name == "key:till"
    unread = Gate(keys, loopback=True)
    with pytest.raises(StoreUnavailable):
        unread.admit(known, Permission.STOCK_READ)


@on_a_loop
async def test_it_keeps_itself_fresh(monkeypatch):
    monkeypatch.setattr("onhand.api.gate.REFRESH_SECONDS", 0.01)
    keys = MemoryKeys()
    gate = Gate(keys, loopback=True)
    await gate.start()
    secret = made(keys, "till", Scope.READ)
    await asyncio.sleep(0.2)
    assert gate.admit(secret, Permission.STOCK_READ).name == "key:till"
    keys.away = True
    await asyncio.sleep(0.05)
    keys.away = False
    keys.revoke(1, NOBODY, NOW)
    await asyncio.sleep(0.2)
    with pytest.raises(UnknownKey):
        gate.admit(secret, Permission.STOCK_READ)
    await gate.stop()


@on_a_loop
async def test_use_is_noted_once_in_a_while_and_at_the_end(monkeypatch):
    monkeypatch.setattr("onhand.api.gate.REFRESH_SECONDS", 0.01)
    monkeypatch.setattr("onhand.api.gate.NOTE_USE_SECONDS", 0.05)
    keys = MemoryKeys()
    secret = made(keys, "till", Scope.READ)
    gate = Gate(keys, loopback=True)
    await gate.start()
    gate.admit(secret, Permission.STOCK_READ)
    used = [key.last_used_at for key in keys.all()]
    assert used == [None]
    for _ in range(500):
        await asyncio.sleep(0.01)
        used = [key.last_used_at for key in keys.all()]
        if used != [None]:
            break
    assert used != [None]
    # A database that is not there to be told hears of it later.
    keys.away = True
    gate.admit(secret, Permission.STOCK_READ)
    await asyncio.sleep(0.1)
    keys.away = False
    await gate.stop()
    assert [key.last_used_at for key in keys.all()] > used


@on_a_loop
async def test_a_caller_is_known_with_address_permissions_and_limit():
    keys = MemoryKeys()
    secret = made(keys, "till", role=Role.CLERK, within=frozenset({2}))
    gate = Gate(keys, loopback=True, proxies=Proxies("10.0.0.1"))
    await gate.refresh()
    connection = {
        "client": ("10.0.0.1", 4711),
        "headers": [(b"authorization", secret), (b"x-forwarded-for", b"192.0.2.7")],
    }
    expected = Caller("key:till", "192.0.2.7", frozenset({2}), ROLES[Role.CLERK])
    assert gate.admit_request(connection, Permission.STOCK_MOVE) == expected
    assert await gate.admit_request_or_look(connection, Permission.STOCK_MOVE) == expected
    opened = Gate(MemoryKeys(), loopback=True)
    await opened.refresh()
    caller = opened.admit_request({**connection, "headers": []}, Permission.STOCK_MOVE)
    assert caller == Caller(ANONYMOUS, "10.0.0.1", None, frozenset(Permission))


@on_a_loop
async def test_a_caller_who_is_everywhere_takes_no_more_memory(monkeypatch):
    monkeypatch.setattr("onhand.api.gate._MOST_ADDRESSES", 3)
    holder = Holder("key:till", Grant(ROLES[Role.VIEWER]))
    seen = [holder.at(f"192.0.2.{number}") for number in range(10)]
    assert [caller.address for caller in seen] == [f"192.0.2.{number}" for number in range(10)]
    assert len(holder._callers) <= 3
    assert holder.at("192.0.2.9") is seen[9]
