"""What does a back-test give, alone or against another agreement?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from handraiser.agreement.model import Agreement
from handraiser.errors import Diagnostic, Place
from handraiser.learning.backtest import Backtest, backtest, count
from handraiser.learning.differences import Difference, differences
from handraiser.learning.replay import Replay

__all__ = ["Comparison", "Noted", "compare", "written"]


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A warning of the lint, for programs."""

    code: str
    at: str
    says: str
    fix: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The back-test of an agreement, and beside it that of another.

    gained, lost    the people who are MQLs under the agreement only, and under the other only
    earlier, later  how many are MQLs under both, but sooner or later than under the other
    """

    test: Backtest
    against: Backtest | None
    gained: list[Difference]
    lost: list[Difference]
    earlier: int
    later: int
    lint: list[Noted]


def compare(
    replay: Replay,
    agreement: Agreement,
    against: Agreement | None,
    *,
    until: int,
    since: int | None = None,
    episodes: str = "first",
    lint: Sequence[Diagnostic] = (),
) -> Comparison:
    """Return the back-test of an agreement, against another one if there is one."""
    notes = [Noted(code=each.code, at=_place(each.at), says=each.says, fix=each.fix) for each in lint]
    test, run = backtest(replay, agreement, until=until, since=since, episodes=episodes)
    if against is None:
        return Comparison(test=test, against=None, gained=[], lost=[], earlier=0, later=0, lint=notes)
    other, other_run = backtest(replay, against, until=until, since=since, episodes=episodes, curves=False)
    who = replay.people(until)
    mine = count(run.mql_at, who, since=since, until=until).mqls
    theirs = count(other_run.mql_at, who, since=since, until=until).mqls
    both = mine & theirs
    return Comparison(
        test=test,
        against=other,
        gained=differences(run, other_run, who, mine & ~theirs, gained=True, threads=replay.threads),
        lost=differences(other_run, run, who, theirs & ~mine, gained=False, threads=replay.threads),
        earlier=int(np.count_nonzero(both & (run.mql_at < other_run.mql_at))),
        later=int(np.count_nonzero(both & (run.mql_at > other_run.mql_at))),
        lint=notes,
    )


def written(found: Comparison) -> bytes:
    """Return a comparison as JSON: docs/contract.md says what is in it."""
    document = msgspec.to_builtins(found.test)
    document["lint"] = msgspec.to_builtins(found.lint)
    if found.against is not None:
        document |= {
            "against": msgspec.to_builtins(found.against),
            "gained": len(found.gained),
            "lost": len(found.lost),
            "earlier": found.earlier,
            "later": found.later,
            "gained_leads": msgspec.to_builtins(found.gained),
            "lost_leads": msgspec.to_builtins(found.lost),
        }
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def _place(at: Place) -> str:
    return f"{at.file}:{at.line}:{at.column}" if at.line else at.file
