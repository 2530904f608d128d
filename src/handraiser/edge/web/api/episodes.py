"""Who has become an MQL since a program last asked?"""

from __future__ import annotations

import time

from handraiser.edge.web.answering import refusal
from handraiser.edge.web.api import answers
from handraiser.scoring.cited import moment
from handraiser.store.episodes import Noted, latest, noted, own_names, writing_down
from handraiser.store.snapshot import as_of_now

__all__ = ["episodes_after"]

_PATIENCE = 2.0  # seconds; a worker writes for a fraction of one
_PAUSE = 0.01


def episodes_after(
    after: int, *, most: int, agreement: str | None, since: int | None, shadow: bool
) -> answers.Episodes:
    """Return a page of the episodes with numbers above `after`; who goes on behind it misses none.

    Raises Answered with 503 where one may be under way whose number is lower, and does not arrive.
    """
    until = latest()
    _settled(until > after)
    with as_of_now():
        found = noted(
            after=after, until=until, most=most + 1, agreement=agreement, since=since, shadow=shadow
        )
        page, more = found[:most], len(found) > most
        names = own_names({each.root for each in page})
    last = page[-1].number if page else after
    return answers.Episodes(
        episodes=[
            _recorded(each, names.get((each.root, "user")), names.get((each.root, "email"))) for each in page
        ],
        next=last,
        more=more,
    )


def _settled(wanted: bool) -> None:
    """Return when all who were writing episodes down have done so: numbers are given before they are seen."""
    if not wanted:
        return
    end = time.monotonic() + _PATIENCE
    others = writing_down()
    while others:
        if time.monotonic() > end:
            raise refusal(503, "Episodes are being written down at the moment.", ("retry-after", "2"))
        time.sleep(_PAUSE)
        others &= writing_down()


def _recorded(each: Noted, user_id: str | None, email: str | None) -> answers.Recorded:
    sums = each.reasons
    return answers.Recorded(
        id=each.number,
        lead_id=str(each.lead),
        user_id=user_id,
        email=email,
        agreement=each.agreement,
        shadow=each.shadow,
        fingerprint=each.fingerprint,
        ordinal=each.ordinal,
        begun_at=moment(each.begun_at),
        decided_at=moment(each.decided_at),
        hand_raise=each.hand_raise,
        from_history=each.from_history,
        score=sums["score"],
        fit=sums["fit"],
        engagement=sums["engagement"],
        grade=sums["grade"],
    )
