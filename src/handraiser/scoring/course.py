"""How has a lead's score gone over time, and what moved it?

The score at an instant is what the fold says of it, so a course passes through what `explain` shows. Between
things that happened only time changes it, and slowly; where very many happened, those close together are
one step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import FitRule
from handraiser.scoring.hits import BITS, RULES
from handraiser.scoring.layout import silence_rules
from handraiser.scoring.match import event_rules
from handraiser.scoring.score import Prepared, Standing, stand

__all__ = ["At", "Change", "Course", "Turn", "course"]

Ints = npt.NDArray[np.int64]
_EVENLY = 96  # instants between which time alone is seen at work
_STEPS = 96  # of what happened
_SEEN = 0.005  # points that are worth a word


class At(NamedTuple):
    """The score at an instant, in microseconds."""

    at: int
    score: float


class Change(NamedTuple):
    """By how much the points of a rule have changed; `fit` says whether it is about who they are."""

    rule: str
    points: float
    fit: bool


class Turn(NamedTuple):
    """Something that happened and what it changed, the most first.

    many  how many instants it stands for: 1, unless very much happened
    """

    at: int
    score: float
    many: int
    changes: tuple[Change, ...]


class Course(NamedTuple):
    """The scores at instants, in their order, and what moved them."""

    points: list[At]
    turns: list[Turn]


class _Stood(NamedTuple):
    score: float
    points: npt.NDArray[np.float64]


def course(prepared: Prepared, lead: int, *, since: int, until: int) -> Course:
    """Return how the score of a lead, by its place, went from one instant to another.

    It begins where the lead does, if that is later.
    """
    begin = max(since, int(prepared.matched.floor[lead]))
    if begin > until:
        return Course([], [])
    found: dict[int, _Stood] = {}

    def at(instant: int) -> _Stood:
        if instant not in found:
            found[instant] = _stood(prepared, lead, instant)
        return found[instant]

    turns = []
    for together in _steps(_happened(prepared, lead, begin, until), begin, until):
        first, last = int(together[0]), int(together[-1])
        before, after = at(max(first - 1, begin - 1)), at(last)
        changes = _changes(prepared, before, after)
        if changes:
            turns.append(Turn(last, after.score, len(together), changes))
    for instant in np.linspace(begin, until, _EVENLY).astype(np.int64).tolist():
        at(instant)
    points = [At(instant, stood.score) for instant, stood in sorted(found.items()) if instant >= begin]
    return Course(points, turns)


def _happened(prepared: Prepared, lead: int, begin: int, until: int) -> Ints:
    """Return the instants at which a hit, other attributes or a word of sales begins to count."""
    matched = prepared.matched
    hits, states, outcomes = matched.hits, matched.states, matched.outcomes
    own = slice(hits.offsets[lead], hits.offsets[lead + 1])
    bits = hits.rows[own, RULES] & BITS
    if len(prepared.kept):
        bits = bits & prepared.kept[own].astype(np.int64)
    instants = np.concatenate(
        [
            hits.rows[own, hits.begin][bits != 0],
            states.start[states.offsets[lead] : states.offsets[lead + 1]],
            outcomes.at[outcomes.offsets[lead] : outcomes.offsets[lead + 1]],
        ]
    )
    return np.unique(instants[(instants >= begin) & (instants <= until)])


def _steps(instants: Ints, begin: int, until: int) -> list[Ints]:
    """Return instants, each by itself, or those close together as one where there are very many."""
    if len(instants) <= _STEPS:
        return [instants[k : k + 1] for k in range(len(instants))]
    width = max(1, (until - begin) // _STEPS)
    return np.split(instants, np.flatnonzero(np.diff((instants - begin) // width)) + 1)


def _stood(prepared: Prepared, lead: int, at: int) -> _Stood:
    # All leads of a question are few: that of whom it is, and nobody else.
    standing: Standing = stand(prepared, at, points=True, threads=1)
    fit = prepared.fit.points[standing.state[lead]]
    return _Stood(float(standing.score[lead]), np.concatenate([fit, standing.points[lead]]))


def _changes(prepared: Prepared, before: _Stood, after: _Stood) -> tuple[Change, ...]:
    agreement = prepared.agreement
    who = [rule.name for rule in agreement.fit.rules if isinstance(rule, FitRule)]
    did = [rule.name for rule in (*event_rules(agreement), *silence_rules(agreement))]
    by = after.points - before.points
    changed = [
        Change(name, float(by[k]), k < len(who)) for k, name in enumerate([*who, *did]) if abs(by[k]) >= _SEEN
    ]
    return tuple(sorted(changed, key=lambda each: -abs(each.points)))
