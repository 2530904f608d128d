"""Is what is kept of leads with sales what was written down of them, move by move?"""

from __future__ import annotations

from collections.abc import Iterator

from handraiser.facts.instants import iso
from handraiser.flows.live import agreement_of
from handraiser.store.bulk import query
from handraiser.store.due import due_differing
from handraiser.store.models import Publication

__all__ = ["examine_sales"]

_GRACE = 60_000_000  # microseconds: what is due may be about to happen
_STAGES = (
    "SELECT handoff.episode_id, handoff.stage, move.became FROM store_handoff AS handoff "
    "LEFT JOIN store_move AS move ON move.id = (SELECT max(id) FROM store_move AS latest "
    "WHERE latest.episode_id = handoff.episode_id) WHERE move.became IS NULL OR move.became <> handoff.stage"
)
_OWNERS = (
    "SELECT handoff.episode_id, handoff.owner_id, given.user_id FROM store_handoff AS handoff "
    "LEFT JOIN store_assignment AS given ON given.id = (SELECT max(id) FROM store_assignment AS latest "
    "WHERE latest.episode_id = handoff.episode_id) "
    "WHERE coalesce(handoff.owner_id, 0) <> coalesce(given.user_id, 0)"
)
_SEVERAL = (
    "SELECT person.root_id, handoff.agreement, count(*) FROM store_handoff AS handoff "
    "JOIN store_episode AS episode ON episode.id = handoff.episode_id "
    "JOIN store_person AS person ON person.id = episode.lead_id WHERE ended_at IS NULL "
    "GROUP BY person.root_id, handoff.agreement HAVING count(*) > 1"
)
_NOBODYS = (
    "SELECT episode_id FROM store_handoff AS handoff WHERE ended_at IS NULL AND owner_id IS NULL "
    "AND handed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM store_alarm AS alarm "
    "WHERE alarm.episode_id = handoff.episode_id AND kind = 'unassigned' AND closed_at IS NULL)"
)
_MISSING = (
    "SELECT episode.id FROM store_episode AS episode WHERE NOT shadow AND NOT EXISTS "
    "(SELECT 1 FROM store_handoff AS handoff WHERE handoff.episode_id = episode.id)"
)
_LATE = (
    "SELECT episode_id, min(due_at) FROM store_deadline WHERE done_at IS NULL AND NOT held AND due_at < %s "
    "GROUP BY episode_id"
)
_IDLE = (
    "SELECT DISTINCT deadline.episode_id FROM store_deadline AS deadline JOIN store_handoff AS handoff "
    "ON handoff.episode_id = deadline.episode_id WHERE done_at IS NULL AND ended_at IS NOT NULL"
)
# What a stage stops, as `moving.stopped_by` has it.
_STOPPED = (
    "SELECT DISTINCT deadline.episode_id, handoff.stage, deadline.kind FROM store_deadline AS deadline "
    "JOIN store_handoff AS handoff ON handoff.episode_id = deadline.episode_id "
    "WHERE done_at IS NULL AND ended_at IS NULL AND (handoff.stage IN ('sql', 'opportunity') "
    "OR handoff.stage = 'sal' AND deadline.kind IN ('accept', 'expire')) "
    "ORDER BY deadline.episode_id, deadline.kind"
)
_HELD = (
    "SELECT DISTINCT episode_id FROM store_deadline AS deadline WHERE done_at IS NULL AND held "
    "AND NOT EXISTS (SELECT 1 FROM store_pause AS pause "
    "WHERE pause.episode_id = deadline.episode_id AND pause.ends_at IS NULL)"
)
_LASTING = (
    "SELECT handoff.episode_id, episode.publication_id FROM store_handoff AS handoff "
    "JOIN store_episode AS episode ON episode.id = handoff.episode_id "
    "WHERE handoff.stage = 'mql' AND ended_at IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM store_deadline AS deadline "
    "WHERE deadline.episode_id = handoff.episode_id AND kind = 'expire' AND done_at IS NULL) "
    "ORDER BY handoff.episode_id"
)


def examine_sales(now: int) -> list[str]:
    """Return sentences on what is not as it should be, by episode; nothing is written."""
    return list(_differences(now))


def _differences(now: int) -> Iterator[str]:
    for episode, stage, became in query(_STAGES):
        yield f"episode {episode} is {stage}, and its last move made it {became or 'nothing'}"
    for episode, owner, given in query(_OWNERS):
        yield f"episode {episode} is {_whose(owner)}, and was last given to {_whose(given)}"
    for lead, agreement, count in query(_SEVERAL):
        yield f"lead {lead} has {count} episodes open under {agreement}"
    for (episode,) in query(_NOBODYS):
        yield f"episode {episode} is nobody's, and no alarm says so"
    for (episode,) in query(_MISSING):
        yield f"episode {episode} was never with sales, not even as history"
    for episode, due_at in query(_LATE, [now - _GRACE]):
        yield f"episode {episode} waits for something that was due {iso(due_at)}: does a worker run?"
    for (episode,) in query(_IDLE):
        yield f"episode {episode} has ended, and something of it is still to be due"
    for episode, stage, kind in query(_STOPPED):
        yield f"episode {episode} is {stage}, and its clock {kind} still runs"
    for (episode,) in query(_HELD):
        yield f"episode {episode} is not paused, and something of it stands still"
    for each in due_differing():
        kept, reckoned = _when(each.kept), _when(each.reckoned)
        yield f"episode {each.episode} is kept as due {kept}, and by its deadlines is due {reckoned}"
    for episode in _never_expiring():
        yield f"episode {episode} is an MQL that would never expire, though its agreement says when"


def _never_expiring() -> Iterator[int]:
    """Yield the MQLs that have no end, of agreements that have MQLs expire."""
    lasting = query(_LASTING)
    publications = Publication.objects.in_bulk({publication for _, publication in lasting})
    ending = {
        number for number, each in publications.items() if agreement_of(each).handoff.expire_after is not None
    }
    yield from (episode for episode, publication in lasting if publication in ending)


def _when(at: int | None) -> str:
    return "never" if at is None else iso(at)


def _whose(user: int | None) -> str:
    return "nobody" if user is None else f"user {user}"
