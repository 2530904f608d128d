"""Which promises did sales keep, and who had the lead when it came to that?"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from handraiser.store.bulk import among, query

__all__ = ["Kept", "promises", "promises_counted"]


class Kept(NamedTuple):
    """A promise of which it is known whether it was kept.

    kind   accept or contact
    at     when it was: the instant at which it was kept, or else at which it was due
    owner  who had the lead then; None: nobody, or it was not asked
    """

    kind: str
    at: int
    kept: bool
    owner: int | None


# Sales has answered who accepts, and who sends back without accepting; not who never said anything. What went
# to somebody else before it was due is nobody's to answer for. Who makes contact in time and logs it later
# has made it in time. A promise whose clock stands still is open.
_KEPT_AT = """
    CASE WHEN deadline.kind = 'contact' THEN
        CASE WHEN handoff.contacted_at <= deadline.due_at THEN handoff.contacted_at END
    WHEN NOT deadline.fired AND deadline.done_at <= deadline.due_at AND deadline.round = handoff.round
        AND (handoff.accepted_at IS NOT NULL OR handoff.ended_at IS NOT NULL
            AND handoff.stage <> 'merged' AND coalesce(handoff.reason, '') <> 'expired')
    THEN deadline.done_at END
"""
_BROKEN = "(deadline.fired OR NOT deadline.held AND coalesce(deadline.done_at, %s) > deadline.due_at)"
_OWNER = """
    SELECT assignment.user_id FROM store_assignment AS assignment
    WHERE assignment.episode_id = promise.episode_id
    AND (assignment.at < promise.at OR assignment.at = promise.at AND promise.kept)
    ORDER BY assignment.id DESC LIMIT 1
"""
_SQL = f"""
WITH promised AS (
    SELECT deadline.episode_id, deadline.kind, deadline.due_at, ({_KEPT_AT}) AS kept_at,
        {_BROKEN} AS broken
    FROM store_deadline AS deadline JOIN store_handoff AS handoff ON handoff.episode_id = deadline.episode_id
    WHERE deadline.act = 'due' AND deadline.kind IN ('accept', 'contact') AND deadline.due_at >= %s
        AND {{conditions}}
), promise AS (
    SELECT episode_id, kind, coalesce(kept_at, due_at) AS at, kept_at IS NOT NULL AS kept
    FROM promised WHERE kept_at IS NOT NULL OR broken
), owned AS (
    SELECT kind, at, kept, ({{owner}}) AS owner FROM promise WHERE at >= %s AND at <= %s
)
"""
_EACH = _SQL + "SELECT kind, at, kept, owner FROM owned WHERE TRUE {whose} ORDER BY at"
_COUNTED = _SQL + "SELECT kind, count(CASE WHEN kept THEN 1 END), count(*) FROM owned GROUP BY kind"


def promises(
    agreements: Collection[str], *, since: int, now: int, owner: int | None = None, owners: bool = False
) -> list[Kept]:
    """Return the promises that were kept or broken since an instant, under some agreements.

    Each counts once, and is whose lead it was then: who is given what another was late with is not late.

    owner   of whose alone
    owners  whether it is asked whose they were; it takes longer
    """
    condition, names = among("handoff.agreement", agreements, "text")
    whose, which = ("", []) if owner is None else ("AND owner = %s", [owner])
    had = _OWNER if owners or owner is not None else "NULL"
    sql = _EACH.format(conditions=condition, whose=whose, owner=had)
    rows = query(sql, [now, since, *names, since, now, *which])
    return [Kept(kind, at, bool(kept), user) for kind, at, kept, user in rows]


def promises_counted(agreements: Collection[str], *, since: int, now: int) -> dict[str, tuple[int, int]]:
    """Return by kind how many promises were kept since an instant, and of how many."""
    condition, names = among("handoff.agreement", agreements, "text")
    sql = _COUNTED.format(conditions=condition, owner="NULL")
    rows = query(sql, [now, since, *names, since, now])
    return {kind: (kept, whole) for kind, kept, whole in rows}
