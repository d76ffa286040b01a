"""The witness: sees each batch decided and each commit done, and plays it to the plain model.

The model is played in the order of the commits. What it answers must be what the ledger answered,
to every command; in the end it must hold what the ledger holds. Requests are told apart by their
identity, each attempt of a client's being one of its own, so it is seen whether an attempt was
carried out, and how often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from onhand.core import commands as c
from onhand.core.decide import Decision, Outcome, decide
from onhand.core.snapshot import Snapshot
from tests.support.against_model import compare, differs
from tests.support.asks import Ask, Group, Scene, said
from tests.support.ledger_contents import Contents
from tests.support.model import Model, Place, Refused, Said, Shelf


class TouchedModel(Model):
    """The model, expiring as the ledger does: at the shelf that is looked at, before anything
    else.
    """

    def touch(self, product: int, warehouse: int) -> Said:
        """Look at a shelf."""
        fault = self._fault(product, warehouse, None)
        if fault:
            return fault
        return self._accepted(self._shelf(product, warehouse))

    def _shelf(self, product: int, warehouse: int | None) -> Shelf:
        shelf = super()._shelf(product, warehouse)
        happened = self._happened
        self._release_expired(shelf)
        self._happened = happened
        return shelf

    @contextmanager
    def all_or_none(self) -> Iterator[list[Said]]:
        before = dict(self.__dict__)
        before["items"] = {product: replace(item) for product, item in self.items.items()}
        before["shelves"] = {
            place: replace(
                shelf, holds=[replace(hold) for hold in shelf.holds], entries=list(shelf.entries)
            )
            for place, shelf in self.shelves.items()
        }
        before["transfers"], before["sales"] = list(self.transfers), dict(self.sales)
        answers: list[Said] = []
        yield answers
        if any(isinstance(answer, Refused) for answer in answers):
            self.__dict__ = before


@dataclass(eq=False)
class Attempt:
    """One request as it was sent once, and how often it was committed."""

    name: str
    group: Group
    scene: Scene
    request: c.Request
    commits: int = 0


class Witness:
    """Watches one ledger. `breaches` are what it saw that must not be."""

    def __init__(self, model: TouchedModel, products: Sequence[int], contents: Contents) -> None:
        """Watch from here on, where the ledger and the model hold the same."""
        self.model = model
        self.products = products
        self.breaches: list[str] = []
        self.batches = 0
        self.committing: tuple[Decision, Sequence[int]] | None = None
        self.ids: dict[tuple[Place, int], int] = {}
        self.reservation_ids: dict[tuple[Place, int], int] = {}
        for row in contents.movements:
            place = (row["product_id"], row["warehouse_id"])
            self.ids[place, row["entry_number"]] = row["id"]
        self._attempts: dict[int, Attempt] = {}
        self._decided: dict[int, tuple[Decision, Sequence[c.Request], datetime]] = {}

    def expect(self, attempt: Attempt) -> None:
        """This request will be sent."""
        self._attempts[id(attempt.request)] = attempt

    def decide(self, requests: Sequence[c.Request], snapshot: Snapshot, now: datetime) -> Decision:
        """The ledger's `decide`, watched."""
        decision = decide(requests, snapshot, now)
        self._decided[id(decision)] = (decision, requests, now)
        if decision.writes_nothing:
            # It may never be committed, and need not be.
            self._play(requests, decision.outcomes, now)
        return decision

    def commit_done(self) -> None:
        """What was to be committed is in the ledger from now on."""
        assert self.committing is not None, "something else was committed than a batch"
        (decision, numbers), self.committing = self.committing, None
        _, requests, now = self._decided.pop(id(decision))
        self.batches += 1
        for request in requests:
            attempt = self._attempts.get(id(request))
            if attempt is not None:
                attempt.commits += 1
                if attempt.commits > 1:
                    self.breaches.append(f"{attempt.name} was committed {attempt.commits} times")
        if decision.writes_nothing:
            return
        self._play(requests, decision.outcomes, now)
        movement_ids, _ = decision.numbered(numbers)
        for movement_id, movement in zip(movement_ids, decision.movements, strict=True):
            place = (movement.product_id, movement.warehouse_id)
            self.ids[place, movement.entry_number] = movement_id
        for (key, order_id), hold in decision.reservations.items():
            if hold is None:
                self.reservation_ids.pop((key, order_id), None)
            else:
                self.reservation_ids[key, order_id] = hold.id

    def compare(self, contents: Contents) -> None:
        """In the end: the ledger holds what the model holds."""
        try:
            compare(contents, self.model, self.products)
        except AssertionError as difference:
            self.breaches.append(str(difference))

    def _play(
        self, requests: Sequence[c.Request], outcomes: Sequence[Outcome], now: datetime
    ) -> None:
        self.model.now = now
        for request, outcome in zip(requests, outcomes, strict=True):
            attempt = self._attempts.get(id(request))
            name = "housekeeping" if attempt is None else attempt.name
            answers = self._swept(request) if attempt is None else self._said(attempt)
            for number, (answer, result) in enumerate(zip(answers, outcome.results, strict=True)):
                difference = differs(answer, result)
                if difference:
                    self.breaches.append(f"{name}, command {number}: {difference}")

    def _swept(self, request: c.Request) -> list[Said]:
        return [
            self.model.touch(command.product_id, command.warehouse_id)
            for command in request.commands
            if isinstance(command, c.ExpireReservations)
        ]

    def _said(self, attempt: Attempt) -> list[Said]:
        group, scene = attempt.group, attempt.scene
        if not group.atomic or len(group.asks) == 1:
            return [said(self.model, ask, scene) for ask in group.asks]
        with self.model.all_or_none() as answers:
            for ask in group.asks:
                answers.append(said(self.model, ask, scene))
                if isinstance(answers[-1], Refused):
                    break
        return answers

    def scene(self, asks: Sequence[Ask], now: datetime) -> Scene:
        """What asks are about, as the ledger stands now."""
        if any(ask.verb in ("reverse", "extend") for ask in asks):
            return Scene.of(self.model, self.products, now)
        return Scene(now, self.products, (), (), _NO_HOLDS)


_NO_HOLDS: Mapping[tuple[Place, int], int] = {}
