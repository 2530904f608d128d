"""When is something told again that somebody did not take?"""

from __future__ import annotations

import hashlib

__all__ = ["ATTEMPTS", "SECOND", "pause", "tried_again_at"]

SECOND = 1_000_000
_MINUTE, _HOUR = 60 * SECOND, 3_600 * SECOND
# Before each attempt.
_LADDER = (
    0, 5 * SECOND, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR,
    24 * _HOUR,
)  # fmt: skip
ATTEMPTS = len(_LADDER)
_JITTER = 0.1  # of the time, so that what failed together does not come back together
_LONGEST = 24 * _HOUR  # that anybody is left alone for the asking
_REST, _SHORTEST_REST, _LONGEST_REST = 30 * SECOND, 2 * SECOND, _HOUR


def tried_again_at(key: str, attempts: int, *, now: int, retry_after: int | None = None) -> int | None:
    """Return when the next attempt is due after so many have failed, None if that was the last.

    key          of the message: by how much it is moved is always the same
    retry_after  for how many seconds they asked
    """
    if attempts >= ATTEMPTS:
        return None
    wait = _LADDER[attempts]
    digest = hashlib.sha256(f"{key} {attempts}".encode()).digest()
    wait += int(wait * _JITTER * int.from_bytes(digest[:4], "big") / 2**32)
    return now + max(wait, min((retry_after or 0) * SECOND, _LONGEST))


def pause(*, now: int, failing_since: int | None, busy: bool, retry_after: int | None = None) -> int:
    """Return until when nothing is sent to somebody who has failed.

    Who is too busy rests for as long as they ask, an hour at most. Who fails for the first time does not
    rest: the message may be to blame. Who goes on failing is asked less often the longer that lasts: a
    quarter of it, five minutes at most, less than any message of theirs waits by itself.
    """
    if busy:
        return now + (_REST if retry_after is None else min(retry_after * SECOND, _LONGEST_REST))
    if failing_since is None:
        return now
    return now + min(max((now - failing_since) // 4, _SHORTEST_REST), 5 * _MINUTE)
