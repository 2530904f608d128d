"""When is the next promise of a hand-off due, by its deadlines?

`Handoff.due_at` keeps the answer, so that a queue is read in its order and not computed (`flows.due`). Here
is what it has to be: `handraiser doctor` and the tests compare the two.
"""

from __future__ import annotations

from typing import NamedTuple

from handraiser.store.bulk import query

__all__ = ["RECKONED", "Differing", "due_differing"]

# What is due and has been told of waits no longer, but is still to be done.
RECKONED = """
    SELECT min(deadline.due_at) FROM store_deadline AS deadline
    WHERE deadline.episode_id = handoff.episode_id AND deadline.act = 'due' AND handoff.ended_at IS NULL
    AND (deadline.done_at IS NULL OR deadline.fired AND (
        deadline.kind = 'accept' AND deadline.round = handoff.round AND handoff.stage = 'mql'
        OR deadline.kind = 'contact' AND handoff.contacted_at IS NULL AND handoff.stage IN ('mql', 'sal')
    ))
"""
"""The first due time of what was promised of `handoff` and is not done; NULL where nothing is."""
_DIFFERING = f"""
SELECT episode_id, due_at, reckoned FROM (
    SELECT handoff.episode_id, handoff.due_at, ({RECKONED}) AS reckoned FROM store_handoff AS handoff
    WHERE handoff.ended_at IS NULL OR handoff.due_at IS NOT NULL
) AS compared WHERE coalesce(due_at, -1) <> coalesce(reckoned, -1) ORDER BY episode_id
"""


class Differing(NamedTuple):
    """A hand-off of which another due time is kept than its deadlines give."""

    episode: int
    kept: int | None
    reckoned: int | None


def due_differing() -> list[Differing]:
    """Return the hand-offs of which what is kept is not what their deadlines give; there should be none."""
    return [Differing(*row) for row in query(_DIFFERING)]
