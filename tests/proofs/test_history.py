"""In short: histories of real servers that are killed meanwhile, and a planted bug that is found.

First the checker itself: histories made by hand, and drawn ones against every order there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.ground import Ground, Kind
from proofs.history import model as m
from proofs.history.check import Operation, check
from proofs.history.line import Told, Unforeseen, Unsaid, meaning
from proofs.history.model import Answer, Ask, Done, Read, Refused, carried_out, opened
from proofs.history.run import run
from proofs.history.told import told
from tests.proofs.planted import PlantedGround
from tests.support.model import Accepted, Item, Model

START = opened(10)
ONE_MORE = Ask("adjust", quantity=1)
LEVELS = Ask("levels")


def heard(begun: int, ended: int, ask: Ask, answer: Answer) -> Operation:
    return Operation(1, ask, begun, ended, answer)


def unheard(begun: int, ask: Ask) -> Operation:
    return Operation(2, ask, begun)


def reserve(quantity: int, order: int = 7) -> Ask:
    return Ask("reserve", quantity=quantity, order=order)


def levels(on_hand: int, reserved: int = 0, other: int = 0) -> Read:
    return Read(((on_hand, reserved), (other, 0)))


def insufficient(available: int, requested: int) -> Refused:
    words = f"Insufficient stock available. Available: {available}, Requested: {requested}"
    return Refused("quantity", words)


GOOD = {
    "nothing": [],
    "one after the other": [
        heard(0, 1, ONE_MORE, Done(11, 0)),
        heard(2, 3, ONE_MORE, Done(12, 0)),
        heard(4, 5, LEVELS, levels(12)),
    ],
    "the later one first": [
        heard(0, 9, reserve(4, order=1), Done(10, 6, (4,))),
        heard(1, 8, reserve(2, order=2), Done(10, 2, (2,))),
    ],
    "a read meanwhile sees what was": [
        heard(0, 9, ONE_MORE, Done(11, 0)),
        heard(1, 8, LEVELS, levels(10)),
    ],
    "a read meanwhile sees what is": [
        heard(0, 9, ONE_MORE, Done(11, 0)),
        heard(1, 2, LEVELS, levels(11)),
    ],
    "an unknown one comes late": [
        unheard(0, ONE_MORE),
        heard(10, 11, LEVELS, levels(10)),
        heard(20, 21, LEVELS, levels(11)),
    ],
    "an unknown one never comes": [unheard(0, ONE_MORE), heard(90, 91, LEVELS, levels(10))],
    "unknown ones cancel each other out, unseen": [
        unheard(0, reserve(9, order=1)),
        unheard(0, Ask("release", quantity=9, order=1)),
        heard(2, 3, reserve(5), insufficient(1, 5)),
        heard(4, 5, reserve(5), Done(10, 5, (5,))),
    ],
    "refused while another held it": [
        heard(0, 1, reserve(8, order=1), Done(10, 8, (8,))),
        heard(2, 9, reserve(5), insufficient(2, 5)),
        heard(3, 4, Ask("release", quantity=8, order=1), Done(10, 0, (0,))),
    ],
    "a count between": [
        heard(0, 9, Ask("count", quantity=5), Done(5, 0, (11,))),
        heard(1, 8, ONE_MORE, Done(11, 0)),
    ],
}

BAD = {
    "a lost update": [
        heard(0, 9, ONE_MORE, Done(11, 0)),
        heard(1, 8, ONE_MORE, Done(11, 0)),
    ],
    "a lost update, seen by a read alone": [
        heard(0, 9, ONE_MORE, Done(11, 0)),
        heard(1, 8, ONE_MORE, Done(12, 0)),
        heard(10, 11, LEVELS, levels(11)),
    ],
    "a stale read": [heard(0, 1, ONE_MORE, Done(11, 0)), heard(2, 3, LEVELS, levels(10))],
    "reads that go back": [
        unheard(0, ONE_MORE),
        heard(2, 3, LEVELS, levels(11)),
        heard(4, 5, LEVELS, levels(10)),
    ],
    "done twice": [heard(0, 5, ONE_MORE, Done(11, 0)), heard(6, 7, LEVELS, levels(12))],
    "an unknown one done twice": [
        unheard(0, ONE_MORE),
        heard(2, 3, LEVELS, levels(11)),
        heard(4, 5, LEVELS, levels(12)),
    ],
    "done before it was asked": [heard(0, 1, LEVELS, levels(11)), unheard(2, ONE_MORE)],
    "a phantom refusal": [
        heard(0, 1, reserve(2, order=1), Done(10, 2, (2,))),
        heard(2, 9, reserve(5), insufficient(4, 5)),
        heard(3, 4, ONE_MORE, Done(11, 2)),
    ],
    "sold twice": [
        heard(0, 9, reserve(10, order=1), Done(10, 10, (10,))),
        heard(1, 8, reserve(10, order=2), Done(10, 10, (10,))),
    ],
    "half a transfer": [
        heard(0, 9, Ask("transfer", quantity=3, to=1), Done(7, 0, (3, 0))),
        heard(1, 8, LEVELS, levels(7)),
    ],
    "sums that are not the levels'": [
        heard(0, 1, ONE_MORE, Done(11, 0)),
        heard(2, 3, Ask("totals"), Read(((10, 0),))),
    ],
    "a hold forgotten": [
        heard(0, 1, reserve(2), Done(10, 2, (2,))),
        heard(2, 3, reserve(2), Done(10, 4, (2,))),
    ],
    "what nobody asked": [heard(0, 1, LEVELS, levels(9))],
}


@pytest.mark.parametrize("history", GOOD.values(), ids=GOOD)
def test_what_can_be_is_let_pass(history: list[Operation]) -> None:
    assert check([START], history) is None


@pytest.mark.parametrize("history", BAD.values(), ids=BAD)
def test_what_cannot_be_is_found(history: list[Operation]) -> None:
    assert check([START], history) is not None
    assert not some_order_explains(START, history)


def test_an_anomaly_is_told_in_small() -> None:
    before = [heard(n * 10, n * 10 + 5, ONE_MORE, Done(11 + n, 0)) for n in range(50)]
    refused = heard(1_000, 90_000, reserve(99), insufficient(60, 99))
    lost = [
        heard(2_000, 52_000, ONE_MORE, Done(61, 0)),
        heard(3_000, 42_000, ONE_MORE, Done(61, 0)),
    ]
    seen = heard(4_000, 5_000, LEVELS, levels(60))
    anomaly = check([START], [*before, seen, refused, *lost])
    assert anomaly is not None
    assert list(anomaly.operations) == lost
    assert told(123, anomaly).splitlines() == [
        "product 123: no order of these operations explains their answers",
        "  begins with shelf 0: on hand 60, reserved 0; shelf 1: on hand 0, reserved 0",
        "→ 0 to 50: client 1: adjust by +1 on shelf 0: done, then on hand 61, reserved 0",
        "  1 to 40: client 1: adjust by +1 on shelf 0: done, then on hand 61, reserved 0",
        "  where the answer marked → came, the shelves could only be",
        "    shelf 0: on hand 61, reserved 0; shelf 1: on hand 0, reserved 0",
    ]


@pytest.mark.parametrize(
    ("status", "problem", "known"),
    [
        (503, "busy", Unsaid.NOTHING),
        (503, "unavailable", Unsaid.NOTHING),
        (503, "stopping", Unsaid.NOTHING),
        (503, "commit_unknown", Unsaid.UNKNOWN),
        (409, "key_in_flight", Unsaid.UNKNOWN),
        (422, "insufficient_available", insufficient(5, 10)),
    ],
)
def test_an_error_says_what_was_done(status: int, problem: str, known: Answer | Unsaid) -> None:
    errors = {"quantity": [insufficient(5, 10).words]} if status == 422 else {}
    body = {"type": f"/problems/{problem}", "errors": errors}
    assert meaning(Told(status, body, replayed=False), reserve(10), [1, 2]) == known


@pytest.mark.parametrize(("status", "problem"), [(500, "failed"), (422, "key_reused")])
def test_what_no_server_may_answer_is_not_passed_over(status: int, problem: str) -> None:
    body = {"type": f"/problems/{problem}", "errors": {"Idempotency-Key": ["Used before"]}}
    with pytest.raises(Unforeseen, match=problem):
        meaning(Told(status, body, replayed=False), reserve(10), [1, 2])


# Drawn histories

SHELF = st.integers(0, 1)
UNITS = st.integers(1, 4)
ORDER = st.integers(1, 2)
ASKS = st.one_of(
    st.builds(Ask, st.sampled_from(["reserve", "release", "ship"]), SHELF, UNITS, ORDER),
    st.builds(Ask, st.just("adjust"), SHELF, UNITS | UNITS.map(lambda units: -units)),
    st.builds(Ask, st.just("count"), SHELF, st.integers(0, 12)),
    st.builds(lambda at, units: Ask("transfer", at, units, to=1 - at), SHELF, UNITS),
    st.builds(Ask, st.sampled_from(["levels", "totals"])),
)


@st.composite
def histories(draw: Any, most: int, longest: int = 60) -> list[Operation]:
    """What clients may have seen of one ask after the other, each at the middle of ten moments.

    Some were not heard of, and of these some were never done.
    """
    state = START
    history = []
    for number, ask in enumerate(draw(st.lists(ASKS, max_size=most))):
        moment = number * 10
        begun = moment - draw(st.integers(0, longest))
        is_heard, is_done = draw(
            st.sampled_from([(True, True)] * 6 + [(False, True), (False,) * 2])
        )
        if is_done:
            state, answer = carried_out(state, ask)
        if is_heard:
            ended = moment + draw(st.integers(0, longest))
            history.append(heard(begun, ended, ask, answer))
        else:
            history.append(unheard(begun, ask))
    return history


def falsified(answer: Answer, by: int) -> Answer:
    """Another answer of the same kind."""
    match answer:
        case Done(on_hand, reserved, besides):
            return Done(on_hand + by, reserved, besides)
        case Read(((on_hand, reserved), *others)):
            return Read(((on_hand + by, reserved), *others))
    return insufficient(by + 20, 1)


def some_order_explains(start: m.State, history: Sequence[Operation]) -> bool:
    """Whether one of all orders of the operations does, with any of the unknown left out."""
    return any(
        _explains(start, order[:length])
        for order in permutations(history)
        for length in range(len(order) + 1)
        if all(one.answer is None for one in order[length:])
    )


def _explains(state: m.State, order: Sequence[Operation]) -> bool:
    latest = None
    for one in order:
        latest = one.begun if latest is None else max(latest, one.begun)
        # It ended before one that is told earlier began.
        if one.ended is not None and one.ended < latest:
            return False
        state, answer = carried_out(state, one.ask)
        if one.answer not in (None, answer):
            return False
    return True


@given(histories(most=30))
def test_what_happened_can_always_be_told(history: list[Operation]) -> None:
    assert check([START], history) is None


@given(histories(most=30, longest=4), st.data())
def test_one_after_the_other_allows_one_answer_each(
    history: list[Operation], data: st.DataObject
) -> None:
    known = [one for one in history if one.answer is not None]
    state, right = START, []
    for one in known:
        state, answer = carried_out(state, one.ask)
        right.append(heard(one.begun, one.begun + 1, one.ask, answer))
    assert check([START], right) is None
    if right:
        place = data.draw(st.integers(0, len(right) - 1))
        one = right[place]
        assert one.answer is not None
        right[place] = heard(one.begun, one.begun + 1, one.ask, falsified(one.answer, 1))
        assert check([START], right) is not None


@given(histories(most=5), st.data())
def test_the_checker_agrees_with_trying_every_order(
    history: list[Operation], data: st.DataObject
) -> None:
    for place, one in enumerate(history):
        if one.answer is not None and one.ended is not None and data.draw(st.booleans()):
            wrong = falsified(one.answer, data.draw(st.integers(-3, 3)))
            history[place] = heard(one.begun, one.ended, one.ask, wrong)
    anomaly = check([START], history)
    assert (anomaly is None) == some_order_explains(START, history)
    if anomaly is not None:
        # The small history is an anomaly in itself.
        assert not any(some_order_explains(start, anomaly.operations) for start in anomaly.starts)


@given(st.lists(ASKS, max_size=30))
def test_the_model_is_the_specification_s(asks: list[Ask]) -> None:
    plain = Model(datetime(2025, 1, 15, tzinfo=UTC))
    plain.warehouses[2] = True
    plain.add_product(1, Item(), on_hand=10)
    state = START
    for ask in asks:
        if ask.reads:
            continue
        state, answer = carried_out(state, ask)
        at, order = ask.shelf + 1, ask.order
        match ask.verb:
            case "reserve" | "release":
                said = getattr(plain, ask.verb)(1, at, ask.quantity, order)
            case "adjust" | "count":
                said = getattr(plain, ask.verb)(1, at, ask.quantity)
            case "ship":
                said = plain.adjust(1, at, -ask.quantity, order=order)
            case _:
                said = plain.transfer(1, at, ask.to + 1, ask.quantity)
        if isinstance(said, Accepted):
            assert answer[:2] == (said.on_hand, said.reserved)
        else:
            assert isinstance(answer, Refused)
            assert answer.field == said.field
            assert said.message in (None, answer.words)
        for shelf, warehouse in zip(state, (1, 2), strict=True):
            kept = plain.shelves.get((1, warehouse))
            holds = {} if kept is None else {hold.order: hold.allocated for hold in kept.holds}
            assert shelf.on_hand == (0 if kept is None else kept.on_hand)
            assert dict(shelf.holds) == holds


# Real servers


def test_a_server_that_is_killed_leaves_no_anomaly(ground: Ground) -> None:
    result = run(ground, servers=1, operations=800)
    assert result.holds, "\n".join(result.breaches)
    assert result.facts["servers killed and started"] == 1


def test_several_servers_leave_no_anomaly(postgresql_ground: Ground) -> None:
    result = run(postgresql_ground, servers=3, operations=800)
    assert result.holds, "\n".join(result.breaches)


@pytest.mark.parametrize(
    ("kind", "servers", "fault"),
    [
        (Kind.postgresql, 2, "unlocked"),
        (Kind.sqlite, 1, "loses_batches"),
        (Kind.sqlite, 1, "forgets_keys"),
    ],
)
def test_a_planted_fault_is_found(
    kind: Kind, servers: int, fault: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = str(request.getfixturevalue(f"{kind}_url"))
    ground = PlantedGround(kind, tmp_path, url, None, fault=fault)
    # Who asks again when its server is back has it done twice, where keys are forgotten.
    result = run(ground, servers, operations=4_800, troubled=fault == "forgets_keys")
    ground.close()
    assert any("no order of these operations explains" in one for one in result.breaches)
