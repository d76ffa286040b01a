"""What the API works with where webhooks are concerned, and who may see which of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from onhand.api import problems
from onhand.ledger.webhooks import Webhook, Webhooks
from onhand.webhooks.courier import Courier
from onhand.webhooks.secrets import SecretBox
from onhand.webhooks.targets import Addresses

if TYPE_CHECKING:
    from onhand.api.operations import Call

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class WebhookDesk:
    """Where webhooks are kept, what sends them, where they may go, how secrets are closed.

    Where it does not `send`, nothing leaves the house.
    """

    kept: Webhooks
    courier: Courier
    addresses: Addresses
    secrets: SecretBox
    sends: bool = True


def is_theirs(call: Call, webhook: Webhook) -> bool:
    """Whether a caller may know of a webhook: it tells of no warehouse that is not theirs."""
    theirs, told = call.caller.within, webhook.settings.within
    return theirs is None or (told is not None and told <= theirs)


async def one(call: Call) -> Webhook:
    """The webhook that a path names. Raises a 404."""
    webhook_id = call.id("webhook_id")
    webhook = await ask(call, lambda kept: kept.one(webhook_id))
    if webhook is None or not is_theirs(call, webhook):
        raise missing(webhook_id)
    return webhook


async def ask(call: Call, work: Callable[[Webhooks], Result]) -> Result:
    """Have something done where webhooks are kept, beside the event loop."""
    kept = call.services.webhooks.kept
    return await call.services.threads.run(lambda: work(kept))


def missing(webhook_id: int) -> problems.Problem:
    """There is no such webhook, or none that they may know of."""
    return problems.no_such("webhook_id", f"Webhook {webhook_id} does not exist")
