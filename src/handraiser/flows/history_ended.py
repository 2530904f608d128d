"""An episode from history on which nobody ever gave a verdict: when did it expire?

Sales never had it, so no clock ran and nobody is told. But the agreement says how long an MQL waits for an
answer: one of last spring must not keep its lead from being handed off when it asks again today.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from handraiser.agreement.model import Agreement
from handraiser.flows.dirty import mark_dirty
from handraiser.lifecycle.stages import Stage
from handraiser.store.bulk import among, change, insert, query

__all__ = ["expire_history"]

_BY, _REASON = "handraiser", "expired"
_HANDOFF = {"stage": "text", "stage_at": "bigint", "ended_at": "bigint", "reason": "text"}
_MOVE = {
    "episode_id": "bigint", "at": "bigint", "was": "text", "became": "text", "by": "text", "why": "text",
    "note": "text", "details": "jsonb", "inferred": "boolean", "fingerprint": "text",
}  # fmt: skip
_OUTCOME = {
    "person_id": "bigint", "episode_id": "bigint", "agreement": "text", "stage": "text", "at": "bigint",
    "known_at": "bigint", "reason": "text", "by": "text",
}  # fmt: skip
_DEADLINE = {
    "episode_id": "bigint", "kind": "text", "step": "integer", "round": "integer", "act": "text",
    "share": "float8", "to": "text", "due_at": "bigint", "held": "boolean", "fired": "boolean",
}  # fmt: skip


def expire_history(agreements: Mapping[int, Agreement], now: int) -> None:
    """Have episodes that were never handed off, by their numbers, end when their time was over.

    Within the caller's transaction, in which they have just been written. What is not over yet is due then.
    """
    waiting = {episode: each for episode, each in agreements.items() if each.handoff.expire_after}
    condition, parameters = among("episode.id", waiting)
    rows = query(
        "SELECT episode.id, episode.lead_id, episode.begun_at FROM store_episode AS episode "
        "JOIN store_handoff AS handoff ON handoff.episode_id = episode.id "
        f"WHERE handed_at IS NULL AND ended_at IS NULL AND handoff.stage = 'mql' AND {condition}",
        parameters,
    )
    handoffs, moves, outcomes, deadlines = [], [], [], []
    for episode, lead, begun_at in rows:
        agreement = waiting[episode]
        at = begun_at + (agreement.handoff.expire_after or timedelta(0)) // timedelta(microseconds=1)
        if at > now:
            deadlines.append((episode, "expire", 0, 0, "expire", 1.0, "", at, False, False))
            continue
        out = any(each.name == _REASON and each.disqualify for each in agreement.recycle.reasons)
        stage = Stage.DISQUALIFIED if out else Stage.RECYCLED
        handoffs.append((episode, stage, at, at, _REASON))
        moves.append((episode, at, "mql", stage, _BY, _REASON, "", "{}", False, agreement.fingerprint))
        outcomes.append((lead, episode, agreement.name, stage, at, now, _REASON, _BY))
    change("store_handoff", "episode_id", _HANDOFF, handoffs)
    insert("store_move", _MOVE, moves)
    insert("store_outcome", _OUTCOME, outcomes)
    insert("store_deadline", _DEADLINE, deadlines)
    mark_dirty({lead: now for lead, *_ in outcomes})
