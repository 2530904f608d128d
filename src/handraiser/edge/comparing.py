"""What does a back-test give, alone or against another agreement?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from handraiser.agreement.model import Agreement
from handraiser.edge.doubts import refuse_unusable
from handraiser.edge.library import Data, instant, met
from handraiser.errors import Diagnostic, Mistakes, Place
from handraiser.facts.inputs import Rejects
from handraiser.learning.backtest import Backtest, population
from handraiser.learning.backtest import backtest as tested
from handraiser.learning.beside import shift
from handraiser.learning.differences import Difference, differences
from handraiser.learning.replay import Replay
from handraiser.scoring.lint import lint

__all__ = ["Comparison", "Noted", "backtest", "compare", "looked_at", "period", "written"]


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
    refused         rows that could not be used, or not as they stood
    """

    test: Backtest
    against: Backtest | None
    gained: list[Difference]
    lost: list[Difference]
    earlier: int
    later: int
    lint: list[Noted]
    refused: list[Rejects]


def backtest(
    agreement: Agreement,
    *,
    leads: Data,
    events: Data,
    outcomes: Data,
    companies: Data | None = None,
    against: Agreement | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    episodes: str = "first",
    timezone: str = "UTC",
    threads: int | None = None,
) -> Comparison:
    """Return what an agreement would have found in the past, alone or against another one.

    `since` and `until` are the period, until now unless said; episodes is "first" or "all". Whoever asks more
    than once is quicker with `Replay`. Raises `Mistakes` where data are wrong.
    """
    agreements = [agreement, *([against] if against is not None else [])]
    if not all(isinstance(each, Agreement) for each in agreements):
        raise TypeError("backtest takes an agreement that `load` gives")
    first, last = period(since, until)
    with Replay(
        *agreements,
        leads=leads,
        events=events,
        companies=companies,
        outcomes=outcomes,
        timezone=timezone,
        threads=threads,
    ) as replay:
        refused = met(replay.inputs, replay.ground.tally)
        refuse_unusable(replay.inputs, refused)
        return compare(
            replay,
            agreement,
            against,
            since=first,
            until=last,
            episodes=episodes,
            notes=looked_at(replay, agreement),
            refused=refused,
        )


def period(
    since: str | date | None, until: str | date | None, *, names: tuple[str, str] = ("since", "until")
) -> tuple[int | None, int]:
    """Return the period of a back-test in microseconds; raises `Mistakes` where it ends before it begins."""
    first = None if since is None else instant(since, option=names[0])
    last = instant(until, option=names[1])
    if first is not None and first >= last:
        says = "The period ends before it begins."
        fix = f"Give {names[0]} an earlier instant than {names[1]} (which is now, unless given)."
        raise Mistakes([Diagnostic(code="HR605", at=Place(names[0], line=0), says=says, fix=fix)])
    return first, last


def looked_at(replay: Replay, agreement: Agreement) -> list[Diagnostic]:
    """Return what looks wrong in an agreement beside the data that it is tested on."""
    matched = replay.prepared(agreement).matched
    return lint(agreement, replay.inputs, matched=matched, names=replay.names, threads=replay.threads)


def compare(
    replay: Replay,
    agreement: Agreement,
    against: Agreement | None,
    *,
    until: int,
    since: int | None = None,
    episodes: str = "first",
    notes: Sequence[Diagnostic] = (),
    refused: Sequence[Rejects] = (),
) -> Comparison:
    """Return the back-test of an agreement, against another one if there is one."""
    noted = [Noted(code=each.code, at=_place(each.at), says=each.says, fix=each.fix) for each in notes]
    agreements = [agreement, *([against] if against else [])]
    runs = [replay.run(each, until=until, episodes=episodes) for each in agreements]
    who = replay.people(until)
    asked = population(runs, who, since=since, until=until)
    mine, *others = [
        tested(replay, run, asked, until=until, since=since, episodes=episodes, curves=run is runs[0])
        for run in runs
    ]
    if against is None:
        return Comparison(
            test=mine, against=None, gained=[], lost=[], earlier=0, later=0, lint=noted, refused=list(refused)
        )
    run, other_run = runs
    moved = shift(run, other_run, who, asked)
    return Comparison(
        test=mine,
        against=others[0],
        gained=differences(run, other_run, who, moved.gained, gained=True, threads=replay.threads),
        lost=differences(other_run, run, who, moved.lost, gained=False, threads=replay.threads),
        earlier=moved.earlier,
        later=moved.later,
        lint=noted,
        refused=list(refused),
    )


def written(found: Comparison) -> bytes:
    """Return a comparison as JSON: docs/contract.md says what is in it."""
    document = msgspec.to_builtins(found.test)
    document |= {"lint": msgspec.to_builtins(found.lint), "refused": msgspec.to_builtins(found.refused)}
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
