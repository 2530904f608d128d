"""Of which leads is something new, so that they have to be looked at again?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import connection

from handraiser.store.bulk import among, insert, query, statement

__all__ = ["forget", "let_go", "lock_dirty", "mark_all_dirty", "mark_dirty", "mark_stale_dirty"]


_LATE = 60_000_000  # microseconds: what was received so much earlier may be read later


def mark_dirty(
    leads: Mapping[int, int],
    much: Mapping[int, int] | None = None,
    imported: Mapping[int, Collection[int]] | None = None,
) -> None:
    """Have leads looked at again: by their numbers, when what is new of them was received, and how much.

    imported  by lead the instants at which something was known of it that came as history
    """
    told = _imported_since(leads, imported or {})
    kinds = {
        "lead_id": "bigint", "since": "bigint", "version": "bigint", "behind": "boolean",
        "claimed_until": "bigint", "claimed_by": "text", "imported": "text",
    }  # fmt: skip
    rows = [
        (lead, since, (much or {}).get(lead, 1), False, 0, "", told.get(lead, ""))
        for lead, since in sorted(leads.items())
    ]
    insert(
        "store_dirty", kinds, rows,
        conflict="(lead_id) DO UPDATE SET version = store_dirty.version + excluded.version, "
        "behind = excluded.behind, imported = store_dirty.imported || excluded.imported, "
        "since = CASE WHEN store_dirty.since < excluded.since THEN store_dirty.since ELSE excluded.since END",
    )  # fmt: skip


def _imported_since(leads: Mapping[int, int], imported: Mapping[int, Collection[int]]) -> dict[int, str]:
    """Return by lead, as it is kept, what was imported and known no earlier than what else is new of it.

    What was known earlier is history by that alone, and that is almost all of it.
    """
    if not imported:
        return {}
    condition, parameters = among("lead_id", imported)
    waiting = dict(query(f"SELECT lead_id, since FROM store_dirty WHERE {condition}", parameters))
    found = {}
    for lead, instants in imported.items():
        since = min(leads[lead], waiting.get(lead, leads[lead])) - _LATE
        if late := [each for each in instants if each >= since]:
            found[lead] = "".join(f"{each}," for each in late)
    return found


def mark_all_dirty(since: int) -> int:
    """Have all leads looked at again when there is time for it; return how many these are."""
    return _mark(since, "", [], "(lead_id) DO UPDATE SET version = store_dirty.version + 1")


def mark_stale_dirty(since: int, *, looked_at_before: int) -> int:
    """Have the leads looked at again whose latest standing is from before an instant; return how many."""
    older = " AND id IN (SELECT lead_id FROM store_standing WHERE at < %s)"
    # Who is to be looked at anyway will be.
    return _mark(since, older, [looked_at_before], "(lead_id) DO NOTHING")


def _mark(since: int, which: str, parameters: list[object], conflict: str) -> int:
    return statement(
        "INSERT INTO store_dirty (lead_id, since, version, behind, claimed_until, claimed_by) "
        f"SELECT id, %s, 1, %s, 0, '' FROM store_person WHERE root_id = id AND lead_since IS NOT NULL{which} "
        f"ORDER BY id ON CONFLICT {conflict}",
        [since, True, *parameters],
    )


def forget(leads: list[int]) -> None:
    """Drop the hits kept of leads: who they are has changed, and all they did is matched anew.

    Whoever has claimed them and is looking at them as they were has not claimed them any more, and writes
    nothing down; who is writing is waited for, so that it is dropped too.
    """
    let_go(leads)
    condition, parameters = among("lead_id", leads)
    statement(f"DELETE FROM store_kepthits WHERE {condition}", parameters)


def let_go(leads: Iterable[int]) -> None:
    """Have whoever is looking at leads write nothing down of them; who is writing has done so afterwards.

    Within the caller's transaction, which changes what they would be decided by.
    """
    condition, parameters = among("lead_id", sorted(leads))
    statement(f"UPDATE store_dirty SET claimed_until = 0, claimed_by = '' WHERE {condition}", parameters)


def lock_dirty(leads: Iterable[int]) -> None:
    """Wait for all who write about these leads, in the order in which everybody does."""
    if connection.vendor == "postgresql":
        condition, parameters = among("lead_id", leads)
        query(f"SELECT 1 FROM store_dirty WHERE {condition} ORDER BY lead_id FOR UPDATE", parameters)
