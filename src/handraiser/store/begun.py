"""Which episodes began in a stretch of time, and which of them were won?"""

from __future__ import annotations

from handraiser.learning.yields import Began
from handraiser.store.bulk import query

__all__ = ["begun_between"]


def begun_between(agreement: str, since: int, until: int) -> list[Began]:
    """Return the episodes of an agreement that began after one instant and up to another.

    Whose they are now. None of what only runs beside; what ended as it was found that two leads are one went
    on as another.
    """
    sql = (
        "SELECT person.root_id, episode.begun_at, handoff.stage FROM store_episode AS episode "
        "JOIN store_person AS person ON person.id = episode.lead_id "
        "JOIN store_handoff AS handoff ON handoff.episode_id = episode.id "
        "WHERE episode.agreement = %s AND episode.begun_at > %s AND episode.begun_at <= %s "
        "AND NOT episode.shadow AND handoff.stage <> 'merged' ORDER BY episode.begun_at, episode.id"
    )
    return [
        Began(str(root), at, stage == "customer") for root, at, stage in query(sql, [agreement, since, until])
    ]
