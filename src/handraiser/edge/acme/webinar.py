"""Which webinars are there, and who comes to them?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .catalogue import WEBINARS
from .dice import DAY, HOUR, SECOND, dice, words
from .happenings import HUMAN, Happenings
from .people import People
from .personas import by_lead
from .sessions import Goal, Visits, Webinar

__all__ = ["attendances"]

LONGEST = 55 * 60


def attendances(visits: Visits, people: People, series: list[Webinar], seed: int) -> Happenings:
    """Return who attended what they had registered for.

    The list of some webinars is imported the next morning, so those are known almost a day late.
    """
    rng, registered = dice(seed, "webinar attendance"), np.flatnonzero(visits.goal == Goal.REGISTER)
    chance = by_lead(people.persona[visits.lead[registered]], lambda p: p.attends)
    came = registered[rng.random(len(registered)) < chance]
    lead, number = visits.lead[came], visits.detail[came]
    begins = np.array([w.at for w in series], dtype=np.int64)[number]
    imported = np.array([w.imported for w in series], dtype=bool)[number]
    listed_at = (begins // DAY + 1) * DAY + 9 * HOUR + rng.integers(0, 900, len(came)) * SECOND
    seconds = np.minimum(rng.integers(300, 4200, len(came)), LONGEST)
    return Happenings(
        event="Webinar Attended",
        lead=lead,
        at=begins + rng.integers(-3 * 60, 8 * 60, len(came)) * SECOND,
        verdict=HUMAN,
        properties={"title": words(WEBINARS, number % len(WEBINARS)), "seconds": pa.array(seconds)},
        known_at=np.where(imported, listed_at, -1),
    )
