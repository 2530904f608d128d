"""Which of all that some leads share is worth a rule, and which may well be chance?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb, floor, inf, log10
from typing import NamedTuple

from handraiser.learning.shared.asking import Asked, ask
from handraiser.learning.shared.cases import Case
from handraiser.learning.shared.chances import Draws, at_least_times
from handraiser.learning.shared.conditions import Between, Condition, Done, Is

__all__ = ["UNLIKELY", "Finding", "Found", "shared"]

UNLIKELY = 0.05
"""What leads drawn at random would share more often than this stands out from nothing."""
_MOST = 12
_CLEARLY = 1.5  # times as often as others
_LIKELY = 0.25  # what so many draws share is not even listed
_VALUES = 4  # of a list
_FEW_MORE = 1.25  # times as many others may have what is said more plainly
_ALIKE = 0.8


class Finding(NamedTuple):
    """Something that some leads share.

    shared_by, others  how many of them it holds of, and of how many others
    likely             how likely as many drawn at random share just this
    chance             how likely they share anything as unlikely, at most
    times              how many times as often they have it as others, at least
    also               what says nearly the same
    """

    condition: Condition
    shared_by: int
    others: int
    likely: float
    chance: float
    times: float
    also: tuple[Condition, ...]

    @property
    def stands_out(self) -> bool:
        return self.chance <= UNLIKELY


class Found(NamedTuple):
    """What some leads share, the least likely first, and how many leads and conditions were looked at."""

    findings: list[Finding]
    examples: int
    others: int
    tried: int

    @property
    def stands_out(self) -> bool:
        return any(each.stands_out for each in self.findings)


class _Tried(NamedTuple):
    condition: Condition
    places: frozenset[int]
    likely: float

    @property
    def order(self) -> tuple[float, float, str]:
        return self.likely, self.condition.detail, self.condition.says


def shared(examples: Sequence[Case], others: Sequence[Case]) -> Found:
    """Return what examples share that others do not; who is an example is none of the others.

    The order in which they are given does not matter.
    """
    chosen = sorted({case.id: case for case in examples}.values(), key=lambda case: case.id)
    ids = {case.id for case in chosen}
    beside = sorted(
        {case.id: case for case in others if case.id not in ids}.values(), key=lambda case: case.id
    )
    asked = ask([*chosen, *beside])
    n, of = len(chosen), len(chosen) + len(beside)
    if not chosen or not beside:
        return Found([], n, len(beside), len(asked.holds))
    draws = Draws(n, of, map(len, {tuple(places) for places in asked.holds.values()}))
    tried = [
        _Tried(condition, frozenset(places), draws.likely(_shared_by(places, n), len(places)))
        for condition, places in asked.holds.items()
        if _is_shared(places, n, of)
    ]
    made = list(_made_to_fit(asked, draws, n, of))
    besides = 3 * len(asked.numbers) + len(asked.texts)
    unlikely = sorted(
        (each for each in [*tried, *made] if each.likely <= _LIKELY), key=lambda each: each.order
    )
    groups = [(_plainest(group, n), group) for group in _grouped(unlikely, n)]
    groups.sort(key=lambda each: each[0].order)
    findings = [
        Finding(
            best.condition,
            _shared_by(best.places, n),
            len(best.places) - _shared_by(best.places, n),
            best.likely,
            draws.striking(best.likely, besides=besides),
            at_least_times(
                _shared_by(best.places, n), n, len(best.places) - _shared_by(best.places, n), of - n
            ),
            tuple(each.condition for each in group if each is not best),
        )
        for best, group in groups[:_MOST]
    ]
    return Found(findings, n, len(beside), len(asked.holds) + besides)


def _shared_by(places: Sequence[int] | frozenset[int], n: int) -> int:
    return sum(place < n for place in places)


def _is_shared(places: Sequence[int], n: int, of: int) -> bool:
    """Return whether most examples have something, and clearly more often than others do.

    What a single lead has tells who that is, and is no rule.
    """
    mine = _shared_by(places, n)
    if len(places) < 2 or mine < min(n, max(2, (n + 1) // 2)):
        return False
    return mine / n >= _CLEARLY * (len(places) - mine) / (of - n)


# ---- ranges and lists, which are made to fit the examples


def _made_to_fit(asked: Asked, draws: Draws, n: int, of: int) -> Iterator[_Tried]:
    for name, numbers in asked.numbers.items():
        own = [value for place, value in numbers.items() if place < n]
        for condition in _ranges(name, own) if own else ():
            low = -inf if condition.low is None else condition.low
            high = inf if condition.high is None else condition.high
            places = [place for place, value in numbers.items() if low <= value <= high]
            if _is_shared(places, n, of):
                likely = draws.likely if inf in (-low, high) else draws.likely_range
                yield _Tried(condition, frozenset(places), likely(_shared_by(places, n), len(places)))
    for name, texts in asked.texts.items():
        values = sorted({value for place, value in texts.items() if place < n})
        if not 1 < len(values) <= _VALUES or len(values) == sum(place < n for place in texts):
            continue
        places = [place for place, value in texts.items() if value in values]
        if _is_shared(places, n, of):
            ways = comb(len(set(texts.values())), len(values))
            chance = min(1.0, ways * draws.likely(_shared_by(places, n), len(places)))
            yield _Tried(Is(name, tuple(values)), frozenset(places), chance)


def _ranges(name: str, own: Sequence[float]) -> Iterator[Between]:
    """Yield ranges around numbers, with plain bounds: around a single one from half of it to twice it."""
    least, most = min(own), max(own)
    if len(own) == 1:
        least, most = sorted((least / 2, most * 2))
    low, high = _rounded(least, up=False), _rounded(most, up=True)
    yield Between(name, low, None)
    yield Between(name, None, high)
    yield Between(name, low, high)


def _rounded(value: float, *, up: bool) -> float:
    """Return a plain number not below a value (`up`), or not above: with one digit, or a five behind it."""
    if not value:
        return 0.0
    step = 10.0 ** floor(log10(abs(value)))
    step = step / 2 if abs(value) / step < 5 else step
    return float(f"{(-floor(-value / step) if up else floor(value / step)) * step:.12g}")


# ---- what says nearly the same


def _grouped(tried: Sequence[_Tried], n: int) -> list[list[_Tried]]:
    """Return the conditions with those that say nearly the same, each led by the least likely."""
    groups: list[list[_Tried]] = []
    for each in tried:
        group = next((group for group in groups if _is_alike(group[0], each, n)), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    return groups


def _is_alike(one: _Tried, other: _Tried, n: int) -> bool:
    if _is_about_the_same(one.condition, other.condition):
        return True
    if {place for place in one.places if place < n} != {place for place in other.places if place < n}:
        return False
    return len(one.places & other.places) >= _ALIKE * len(one.places | other.places)


def _is_about_the_same(one: Condition, other: Condition) -> bool:
    """Return whether two are of one attribute, or one of a thing and the other of what it is one of."""
    if isinstance(one, Done) and isinstance(other, Done):
        return one.thing.is_of(other.thing) or other.thing.is_of(one.thing)
    return not isinstance(one, Done) and not isinstance(other, Done) and one.name == other.name


def _plainest(group: Sequence[_Tried], n: int) -> _Tried:
    """Return what says it most plainly, of what holds of hardly any more others than the best does."""
    best = group[0]
    mine = _shared_by(best.places, n)
    bound = _FEW_MORE * (len(best.places) - mine) + 1
    able = [
        each
        for each in group
        if _shared_by(each.places, n) >= mine and len(each.places) - _shared_by(each.places, n) <= bound
    ]
    return min(able, key=lambda each: (each.condition.detail, each.order))
