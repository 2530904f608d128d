"""Something is to be done with many hand-offs: how does nobody wait long for it?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from django.db import connection, transaction

from handraiser.flows.apart import apart, of_all

__all__ = ["by_and_by"]

_MOST = 25  # hand-offs of a transaction: whoever says something of any lead waits for it
# Whoever waits for SQLite looks again and again, and may come as seldom as ten times a second. Between two
# transactions it is nobody's for so long, in seconds.
_BREATH = 0.05


def by_and_by(episodes: Sequence[int], do: Callable[[Sequence[int]], object], *, says: str) -> None:
    """Do something with all of some episodes, in their order, some in a transaction; others come between.

    What cannot be done with one, by a mistake of ours, is logged, and done with all others.

    do    is called within a transaction: what it is called with may be another's, or have ended, by then
    says  what is logged of one that it cannot be done with; {episode} stands for its number
    """
    for place in range(0, len(episodes), _MOST):
        some = episodes[place : place + _MOST]
        if place and connection.vendor == "sqlite":
            time.sleep(_BREATH)
        try:
            with transaction.atomic():
                do(some)
        except Exception as error:
            if of_all(error):
                raise
            for episode in some:
                with apart(says.format(episode=episode)):
                    do([episode])
