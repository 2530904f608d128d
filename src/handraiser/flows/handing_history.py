"""An agreement is published with `--hand-off`: what was recorded as history until then goes to sales too.

Open episodes that nobody has said anything of are handed off some at a time, each time in one transaction: by
the routes and promises of the agreement that they began under, with clocks that run from now.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from django.db import transaction

from handraiser.flows.apart import of_all
from handraiser.flows.beginning import Beginning
from handraiser.flows.handing import Begun, hand_off_late
from handraiser.flows.held import Held, hold_free
from handraiser.flows.live import Live, live_now
from handraiser.store.bulk import among, query, statement
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Audit

__all__ = ["hand_off_history", "history_waiting"]

_MOST = 500  # hand-offs of a transaction: whoever says something of them waits for it
_BY = "handraiser"
_log = logging.getLogger(__name__)
# Whoever has accepted it, or paused its clocks, has it in hand.
_WAITING = (
    "FROM store_handoff AS handoff JOIN store_episode AS episode ON episode.id = handoff.episode_id "
    "WHERE handoff.agreement = %s AND handoff.owner_id IS NULL AND handoff.ended_at IS NULL "
    "AND handoff.handed_at IS NULL AND handoff.stage = 'mql' AND NOT EXISTS (SELECT 1 FROM store_pause "
    "AS pause WHERE pause.episode_id = handoff.episode_id AND pause.ends_at IS NULL)"
)


def history_waiting(agreement: str) -> int:
    """Return how many episodes of an agreement, by its name, are open and were never handed off."""
    ((found,),) = query(f"SELECT count(*) {_WAITING}", [agreement])
    return int(found)


def hand_off_history(now: int, *, most: int = _MOST) -> int:
    """Hand off what agreements that are live with `--hand-off` found open as history; return how many.

    Some at a time: whoever gets as many as there are at most asks again. What has been handed off is not
    again, and what an import brings after the agreement has begun stays history.
    """
    wanting = [one for one in live_now(now) if one.hand_off and not one.shadow]
    return sum(_hand_off(one, now, most) for one in wanting)


def _hand_off(one: Live, now: int, most: int) -> int:
    name = one.agreement.name
    rows = query(
        f"SELECT handoff.episode_id {_WAITING} AND episode.publication_id <> %s "
        "ORDER BY handoff.episode_id LIMIT %s",
        [name, one.number, most],
    )
    return _apart(one, [episode for (episode,) in rows], now) if rows else 0


def _apart(one: Live, episodes: Sequence[int], now: int) -> int:
    """Hand episodes off; one that cannot be, by a mistake of ours, keeps no other waiting."""
    try:
        return _hand_off_some(one, episodes, now)
    except Exception as error:
        if of_all(error):
            raise
        if len(episodes) == 1:
            _log.exception(
                "Episode %s cannot be handed off, and stays history; it is tried again.", episodes[0]
            )
            return 0
        half = len(episodes) // 2
        return _apart(one, episodes[:half], now) + _apart(one, episodes[half:], now)


def _hand_off_some(one: Live, episodes: Sequence[int], now: int) -> int:
    with transaction.atomic():
        alone(RESOLVING)  # before any hand-off is held, as everywhere
        begun = [_begun(held) for held in hold_free(episodes) if _waits(held)]
        if not begun:
            return 0
        condition, parameters = among("episode_id", [each.episode for each in begun])
        # When they would have expired without anybody's having had them.
        statement(f"DELETE FROM store_deadline WHERE kind = 'expire' AND {condition}", parameters)
        hand_off_late(begun, now)
        Audit.objects.create(
            at=now, who=_BY, did="handed off history", subject=f"agreement {one.agreement.name}",
            details={"publication": one.number, "episodes": len(begun)},
        )  # fmt: skip
    return len(begun)


def _waits(held: Held) -> bool:
    """Return whether it is still as it was found: somebody may have come first."""
    handoff = held.handoff
    return handoff.handed_at is None and handoff.owner_id is None and handoff.stage == "mql"


def _begun(held: Held) -> Begun:
    handoff, episode = held.handoff, held.episode
    beginning = Beginning(
        episode.begun_at, episode.ordinal, episode.hand_raise, episode.from_history, True,
        json.dumps(episode.reasons), tuple(handoff.routes), handoff.company_owner,
    )  # fmt: skip
    return Begun(handoff.pk, held.lead, held.agreement, beginning)
