"""What do people do these days: by which names?"""

from __future__ import annotations

from handraiser.store.bulk import query

__all__ = ["events_lately"]

_LATEST = 20_000


def events_lately() -> frozenset[str]:
    """Return the names of the events that were written down last, of some thousand of them."""
    sql = "SELECT DISTINCT event FROM (SELECT event FROM store_activity ORDER BY id DESC LIMIT %s) AS latest"
    return frozenset(name for (name,) in query(sql, [_LATEST]))
