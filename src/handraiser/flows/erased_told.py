"""Which programs were told of somebody who is to be forgotten, and how do they hear that they are to forget?

They are told in the transaction in which it is done: by the number that they were told before, and nothing
else. Whom a message may have reached has been told. What was delivered long ago is not kept, but that
it was is (`purging`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from handraiser.flows.outbox import tell_one
from handraiser.handoff.messages import ERASED, body, told_of_erasure
from handraiser.store.bulk import among, query
from handraiser.store.models import Destination

__all__ = ["ToldOf", "have_forget", "programs_told"]


class ToldOf(NamedTuple):
    """A program, by its number, and the number of a lead that it was told of."""

    destination: int
    lead: int


def programs_told(people: Collection[int]) -> list[ToldOf]:
    """Return which programs were told of some people, or may have been."""
    condition, parameters = among("lead", people)
    programs = "SELECT id FROM store_destination WHERE kind = %s"
    rows = query(
        f"SELECT destination_id, lead FROM store_informed WHERE {condition} "
        "UNION SELECT destination_id, lead FROM store_outgoing "
        f"WHERE (delivered OR attempts > 0 OR claimed_until > 0) AND {condition} "
        f"AND destination_id IN ({programs}) ORDER BY 1, 2",
        [*parameters, *parameters, Destination.Kind.WEBHOOK.value],
    )
    return [ToldOf(*row) for row in rows]


def have_forget(told: Sequence[ToldOf], *, now: int) -> None:
    """Have programs be told that a lead was forgotten, also those that are told nothing at the moment.

    Whatever they want to be told of else: it is of what they have been told.
    """
    for destination, lead in told:
        tell_one(destination, lead, ERASED, body(ERASED, now, told_of_erasure(lead, now)), now=now)
