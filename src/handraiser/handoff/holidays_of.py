"""On which days of a year is a country, or a region of one, closed?"""

from __future__ import annotations

import warnings
from datetime import date
from functools import cache

__all__ = ["holidays_of"]

_EPOCH = date(1970, 1, 1).toordinal()


@cache
def holidays_of(code: str, year: int) -> frozenset[int]:
    """Return the public holidays of `US` or `DE-BY` as days since the epoch, those that are observed
    on another day too.

    Years of which nothing is known have none: some calendars end early, as that of India does with 2035.
    """
    # Only who has opening hours with holidays waits for it.
    import holidays

    country, _, region = code.partition("-")
    with warnings.catch_warnings():
        # It warns of years that it does not know well; who reads the page on time has been told.
        warnings.simplefilter("ignore")
        found = holidays.country_holidays(country, subdiv=region or None, years=year)
    return frozenset(day.toordinal() - _EPOCH for day in found)
