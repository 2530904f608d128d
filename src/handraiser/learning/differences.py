"""Who is an MQL under one agreement and not under another, and what made the difference?

At the instant at which a lead became an MQL under the one, both are asked how it stands. What differs between
the two, rule by rule, and what the other still wants, is why.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from handraiser.agreement.model import Agreement, EventRule
from handraiser.agreement.wording import apart, capital, day, joined, number, readable, times
from handraiser.learning.people import People
from handraiser.learning.replay import Run
from handraiser.scoring.explanation import Condition, GroupSum, RulePoints
from handraiser.scoring.layout import limits_of, silence_rules
from handraiser.scoring.match import event_rules
from handraiser.scoring.reasons import conditions_of
from handraiser.scoring.recency import latest_hits
from handraiser.scoring.registers import NEVER, TRUE
from handraiser.scoring.score import Prepared, Standing, stand

__all__ = ["Difference", "differences", "wants_of"]

Ints = npt.NDArray[np.int64]
_CAUSES = 2  # rules that are named
_WANTS = 2  # things wanted that are named
_LITTLE = 1e-6


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One lead that is an MQL under one agreement only.

    mql_at         when it became one under that agreement
    customer_at    when it bought, null for not
    score          its score then under that agreement, and under the other
    score_under_other
    reason         what makes the difference, in words
    """

    lead_id: str
    mql_at: datetime
    customer_at: datetime | None
    score: float
    score_under_other: float
    reason: str


def differences(
    one: Run, other: Run, who: People, leads: npt.NDArray[np.bool_], *, gained: bool, threads: int
) -> list[Difference]:
    """Return the leads, MQLs under `one` and not under `other`, in the order in which they became so.

    gained says how it is told: `one` being the agreement under test, or the one that it replaces.
    """
    numbers = np.flatnonzero(leads)
    numbers = numbers[np.argsort(one.mql_at[numbers], kind="stable")]
    if not len(numbers):
        return []
    at = np.where(leads, one.mql_at, 0)
    mine, theirs = (_Side(run.prepared, at, numbers, threads) for run in (one, other))
    return [
        Difference(
            lead_id=one.ids[int(lead)].as_py(),
            mql_at=_moment(int(one.mql_at[lead])),
            customer_at=None if who.customer[lead] == NEVER else _moment(int(who.customer[lead])),
            score=float(mine.standing.score[lead]),
            score_under_other=float(theirs.standing.score[lead]),
            reason=_reason(mine, theirs, int(lead), int(one.mql_at[lead]), gained=gained),
        )
        for lead in numbers
    ]


class _Given(NamedTuple):
    """What a rule gives a lead: points, whether it holds, its hits, when the latest was (NEVER for none)."""

    points: float
    holds: bool
    hits: int
    latest: int


class _Side:
    """How some leads stand under one agreement, each at its own instant."""

    def __init__(self, prepared: Prepared, at: Ints, leads: Ints, threads: int) -> None:
        self.prepared, self.agreement = prepared, prepared.agreement
        self.standing: Standing = stand(prepared, at, points=True, threads=threads)
        self.latest = latest_hits(prepared, leads, at)
        self.row = {int(lead): k for k, lead in enumerate(leads)}
        events = event_rules(self.agreement)
        self.slots = {rule.name: k for k, rule in enumerate([*events, *silence_rules(self.agreement)])}
        self.fit = {rule.name: k for k, rule in enumerate(self.agreement.fit.rules)}
        self.rules = {
            rule.name: rule for rule in (*self.agreement.fit.rules, *self.agreement.engagement.rules)
        }

    def given(self, name: str, lead: int) -> _Given:
        """Return what a rule of this agreement gives the lead; nothing where there is no such rule."""
        if name in self.fit:
            state, rule = int(self.standing.state[lead]), self.fit[name]
            fit = self.prepared.fit
            return _Given(float(fit.points[state, rule]), bool(fit.holds[state, rule]), 0, NEVER)
        if name not in self.slots:
            return _Given(0.0, False, 0, NEVER)
        slot = self.slots[name]
        points, holds = float(self.standing.points[lead, slot]), bool(self.standing.holds[lead, slot])
        if slot >= self.standing.counts.shape[1]:
            return _Given(points, holds, 0, NEVER)
        count = int(self.standing.counts[lead, slot])
        return _Given(points, holds, count, int(self.latest[self.row[lead], slot]))

    def conditions(self, lead: int) -> tuple[Condition, Condition | None, Condition | None]:
        """Return `mql`, `hand_raise` and `never`, part by part."""
        rules = {name: _told(name, self.given(name, lead)) for name in self.rules}
        groups = [
            _sum_of_group(self.agreement, section, group, rules)
            for section in ("fit", "engagement")
            for group in getattr(self.agreement, section).groups
        ]
        return conditions_of(self.prepared, rules, groups, self.standing, lead)


def _reason(one: _Side, other: _Side, lead: int, at: int, *, gained: bool) -> str:
    """Return why `other` does not take the lead, in a sentence."""
    mql, _, never = other.conditions(lead)
    if never is not None and never.holds:
        own = one.conditions(lead)[2]
        if own is None or not own.holds:
            now = "no longer bars it" if gained else "bars it now"
            return f"Never {now}: {' '.join(never.text.split())}."
    zone = ZoneInfo(one.agreement.timezone)
    # Told from the side of the agreement under test: what counts now, or no longer.
    causes = _causes(one, other, lead, at, zone, gained=gained)
    wants = wants_of(mql, {rule: readable(rule, of.title) for rule, of in other.rules.items()})
    told = list(causes)
    if wants:
        told.append(f"{'the other' if gained else 'it'} needs {joined(wants[:_WANTS], 'and')}")
    if not told:
        if one.standing.answers[lead, 1] == TRUE:
            return "It raised its hand, which the other agreement does not ask for."
        return "At that instant both agree; they differ in what was so before."
    return capital("; ".join(told)) + "."


def _causes(one: _Side, other: _Side, lead: int, at: int, zone: tzinfo, *, gained: bool) -> list[str]:
    """Return which rules give more under `one`, those that do most first."""
    names = list(dict.fromkeys([*one.rules, *other.rules]))
    changes = [(name, one.given(name, lead), other.given(name, lead)) for name in names]
    differing = [
        (name, mine, theirs)
        for name, mine, theirs in changes
        if mine.points - theirs.points > _LITTLE or (mine.holds and not theirs.holds)
    ]
    differing.sort(key=lambda each: (each[2].points - each[1].points, each[0]))
    return [
        _cause(name, mine, theirs, one, other, at, zone, gained=gained)
        for name, mine, theirs in differing[:_CAUSES]
    ]


def _cause(
    name: str, mine: _Given, theirs: _Given, one: _Side, other: _Side, at: int, zone: tzinfo, *, gained: bool
) -> str:
    """Return in words what a rule gives more under `one`, as seen from the agreement under test."""
    rule = one.rules.get(name) or other.rules[name]
    title = readable(name, rule.title)
    before, after = (theirs.points, mine.points) if gained else (mine.points, theirs.points)
    points = "" if abs(before - after) < _LITTLE else f" ({number(before)} → {number(after)} points)"
    if name not in other.rules:
        return f"{title} is {'a new rule' if gained else 'no rule any more'}{points}"
    if isinstance(rule, EventRule) and mine.hits > theirs.hits:
        when = day(_moment(mine.latest), zone, seen_from=_moment(at)) if mine.latest != NEVER else ""
        if theirs.hits:
            now, then = (mine.hits, theirs.hits) if gained else (theirs.hits, mine.hits)
            return f"{title} counts {times(now)}, not {times(then)}{points}"
        many = f" {times(mine.hits)}, last on {when}," if mine.hits > 1 else f" of {when}"
        return f"{title}{many} {'counts now' if gained else 'no longer counts'}{points}"
    if mine.holds != theirs.holds:
        return f"{title} {'holds now' if gained else 'no longer holds'}{points}"
    return f"{title} gives {number(after)} points, not {number(before)}"


def wants_of(condition: Condition, titles: dict[str, str]) -> list[str]:
    """Return what a condition that does not hold is wanting."""
    if condition.holds:
        return []
    if condition.joined == "and":
        return [want for part in condition.parts for want in wants_of(part, titles)]
    text = " ".join(condition.text.split())
    if condition.value is not None and condition.bound is not None:
        return [f"{text} (had {apart(condition.value, condition.bound)[0]})"]
    if condition.joined == "or" and all(part.text in titles for part in condition.parts):
        return [f"one of {joined([titles[part.text] for part in condition.parts], 'or')}"]
    return [titles.get(text, text)]


def _told(name: str, given: _Given) -> RulePoints:
    return RulePoints(
        rule=name,
        section="",
        title="",
        say="",
        group=None,
        holds=given.holds,
        count=given.hits,
        sum=given.points,
        min=None,
        max=None,
        points=given.points,
        hits=[],
        dropped=[],
    )


def _sum_of_group(
    agreement: Agreement, section: str, group: object, rules: dict[str, RulePoints]
) -> GroupSum:
    name, limits = group.name, group.limits  # type: ignore[attr-defined]  # a Group of either section
    members = [rule.name for rule in getattr(agreement, section).rules if rule.group == name]
    total = sum(rules[member].points for member in members)
    low, high = limits_of(limits)
    clamped = float(np.floor(np.clip(total, low, high) * 1e6 + 0.501) / 1e6)
    return GroupSum(name=name, section=section, sum=total, min=limits.min, max=limits.max, points=clamped)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, tz=UTC)
