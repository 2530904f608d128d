"""What was delivered long ago is of no use to anybody: how is it taken away without holding anybody up?"""

from __future__ import annotations

from django.db import transaction

from handraiser.handoff.messages import ERASED
from handraiser.store.bulk import among, query, statement
from handraiser.store.models import Destination

__all__ = ["DAY", "purge_delivered"]

DAY = 86_400_000_000
_BATCH = 2_000  # messages looked at in one transaction


def purge_delivered(now: int, *, days: int, batch: int = _BATCH) -> int:
    """Delete messages that were delivered more than some days ago; return how many.

    Those that wait stay, and so do those that were given up: these are still to be sent, or may be. Which
    programs were told of whom stays, too. Some at a
    time, each time in a transaction of its own.
    """
    before, after, purged = now - days * DAY, 0, 0
    while True:
        # By their numbers, up to the first that is younger: it was not delivered before it was written.
        rows = query(
            "SELECT id, created_at, delivered AND done_at < %s FROM store_outgoing WHERE id > %s "
            "ORDER BY id LIMIT %s",
            [before, after, batch],
        )
        old = [number for number, _, is_old in rows if is_old]
        if old:
            condition, parameters = among("id", old)
            with transaction.atomic():
                _remember(condition, parameters)
                # What is replayed meanwhile was given up, and is not among them.
                purged += statement(f"DELETE FROM store_outgoing WHERE delivered AND {condition}", parameters)
        if len(rows) < batch or rows[-1][1] >= before:
            return purged
        after = rows[-1][0]


def _remember(condition: str, parameters: list[object]) -> None:
    """Keep which programs were told of whom: they are told too when somebody is to be forgotten."""
    statement(
        "INSERT INTO store_informed (destination_id, lead) SELECT DISTINCT destination_id, lead "
        "FROM store_outgoing WHERE delivered AND kind <> %s AND destination_id IN "
        f"(SELECT id FROM store_destination WHERE kind = %s) AND {condition} ON CONFLICT DO NOTHING",
        [ERASED, Destination.Kind.WEBHOOK.value, *parameters],
    )
