"""Which days a report is of: both ends included, not too many, and none that has not come yet."""

from __future__ import annotations

from datetime import date

from onhand.api.problems import invalid

MOST_DAYS = 366
USUAL_DAYS = 30


def days_of(
    since: date | None, until: date | None, today: date, usual: int = USUAL_DAYS
) -> tuple[date, date]:
    """The first and the last UTC day; of as many as usual where no first one is given.

    Raises a 422 where there are none, or too many.
    """
    last = min(until or today, today)
    first = since or date.fromordinal(max(1, last.toordinal() - usual + 1))
    if first > last:
        raise invalid({"from": [f"Must not be after the last day, {last}; got {first}"]})
    if (last - first).days >= MOST_DAYS:
        text = f"Must be less than {MOST_DAYS} days before the last day, {last}; got {first}"
        raise invalid({"from": [text]})
    return first, last
