"""Which leads stand for all of them, where all are too many to look at?

Numbers are drawn among all that there are, each as likely as any other; those that are a lead's are taken. So
no lead comes sooner than another, whenever it came and however much it did, and nobody has to count them all.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from handraiser.store.bulk import among, query
from handraiser.store.consents import objecting

__all__ = ["Drawn", "draw_leads"]

_AT_ONCE = 5_000  # numbers
_ROUNDS = 40  # of as many: where few people are leads, fewer are found
_SEED = 20_260_101  # the same numbers again: what is looked at differs by what has changed


class Drawn(NamedTuple):
    """Leads, and of about how many they were drawn; `all` says that they are all of them."""

    leads: list[int]
    of: int
    all: bool


def draw_leads(most: int) -> Drawn:
    """Return so many leads at most; none that objects to profiling."""
    # Asked apart: SQLite finds the first and the last by the key only where nothing else is asked.
    ((low, high),) = query("SELECT (SELECT min(id) FROM store_person), (SELECT max(id) FROM store_person)")
    if low is None:
        return Drawn([], 0, all=True)
    people = high - low + 1
    if people <= _AT_ONCE * 4:
        found = _leads_among(None)
        if len(found) <= most:
            return Drawn(found, len(found), all=True)
        return Drawn(sorted(Random(_SEED).sample(found, most)), len(found), all=False)  # noqa: S311  no secret
    random, tried = Random(_SEED), set[int]()  # noqa: S311  as above
    leads: list[int] = []
    for _ in range(_ROUNDS):
        numbers = {random.randint(low, high) for _ in range(_AT_ONCE)} - tried
        tried |= numbers
        leads += _leads_among(numbers)
        if len(leads) >= most:
            break
    # Of those that were found all count for how many there are; of those that are looked at, any.
    about = _rounded(len(leads) * people / len(tried))
    return Drawn(sorted(random.sample(leads, min(most, len(leads)))), about, all=False)


def _leads_among(numbers: set[int] | None) -> list[int]:
    """Return which numbers are leads', of all people unless said."""
    sql = "SELECT id FROM store_person WHERE root_id = id AND lead_since IS NOT NULL"
    parameters: list[object] = []
    if numbers is not None:
        condition, parameters = among("id", sorted(numbers))
        sql += f" AND {condition}"
    found = [number for (number,) in query(f"{sql} ORDER BY id", parameters)]
    left_alone = objecting(found)
    return [number for number in found if number not in left_alone]


def _rounded(count: float) -> int:
    """Return about how many, with two digits that mean something."""
    step: int = 10 ** max(0, len(str(round(count))) - 2)
    return round(count / step) * step
