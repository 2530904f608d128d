"""What has changed in a rule on attributes, and what does it do to a lead?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from handraiser.agreement.comparing.change import BOTH_SIGNS, Draft, Verdict
from handraiser.agreement.comparing.matching import Pair
from handraiser.agreement.comparing.scene import Scene
from handraiser.agreement.comparing.speaking import Speaker
from handraiser.agreement.comparing.told import SAME_MEANING, given, of_pair, of_rule, worked_out
from handraiser.agreement.expression import Expression
from handraiser.agreement.model import Band, FitRule, Sql
from handraiser.agreement.parser import parse
from handraiser.agreement.proving.clauses import Clause, bare, read_clause
from handraiser.agreement.proving.conditions import part_changes
from handraiser.agreement.proving.implying import Lists, Order, lists_in, numbers_moved, same
from handraiser.agreement.proving.reach import Reach, hull, points_reach, signs_of
from handraiser.agreement.proving.signs import DOWN, NONE, UP, Signs, flipped, times
from handraiser.agreement.wording import counted

__all__ = ["BandMoves", "bands_moved", "fit_rule_drafts", "read_bands"]

_DOUBT = "Some leads get more points from it, others fewer."


class ReadBand(msgspec.Struct, frozen=True):
    """A band with its condition and its points read."""

    when: Clause
    points: float | Expression
    reach: Reach
    text: str

    @property
    def given(self) -> float | str:
        """What it gives: a number, or a formula as it is written."""
        return self.points if isinstance(self.points, float) else self.text

    @property
    def words(self) -> str:
        """What it gives, in words."""
        if isinstance(self.points, float):
            return counted(self.points, "point")
        return f"`{' '.join(self.text.split())}` points"


class BandMoves(msgspec.Struct, frozen=True):
    """Which way a rule of bands may move: its points, and whether it holds."""

    points: Signs
    holds: Signs


def read_bands(bands: Sequence[Band], lists: Mapping[str, str] | None = None) -> tuple[ReadBand, ...]:
    """The bands, their lists called as the mapping calls them."""
    return tuple(_read(band, lists or {}) for band in bands)


def _read(band: Band, lists: Mapping[str, str]) -> ReadBand:
    when = read_clause(band.when, names={}, lists=lists)
    reach = points_reach(band.points, band.when)
    if not isinstance(band.points, Sql):
        return ReadBand(when, band.points, reach, "")
    points = bare(parse(band.points.text), names={}, lists=lists)
    # Points that are null are none.
    return ReadBand(when, points, hull(reach, (0.0, 0.0)), band.points.text.strip())


def bands_moved(old: Sequence[ReadBand], new: Sequence[ReadBand], lists: Lists | None = None) -> BandMoves:
    """How points and holding may move for any lead, from the bands as they were to those that are.

    A lead was in the first of the old bands that holds for it and is in the first of the new ones. Of all
    such pairs those are left that can be: where a band's condition implies an earlier one of the other side,
    no lead goes from the one to a later.
    """
    forth, back = Order(lists), Order({name: flipped(signs) for name, signs in (lists or {}).items()})
    points = holds = NONE
    for was in (*range(len(old)), None):
        for is_ in (*range(len(new)), None):
            if _can_be(forth, old, was, new, is_) and _can_be(back, new, is_, old, was):
                before, after = _at(old, was), _at(new, is_)
                points |= _moved(before, after, set(lists or ()))
                holds |= NONE if (was is None) == (is_ is None) else UP if was is None else DOWN
    return BandMoves(points, holds)


def _can_be(
    order: Order, mine: Sequence[ReadBand], at: int | None, others: Sequence[ReadBand], other: int | None
) -> bool:
    """Whether a lead may be in this band of mine, and in none before that one of the others."""
    if at is None:
        return True
    return not any(order.implies(mine[at].when, earlier.when) for earlier in others[:other])


def _at(bands: Sequence[ReadBand], number: int | None) -> ReadBand | None:
    return None if number is None else bands[number]


def _moved(before: ReadBand | None, after: ReadBand | None, lists: set[str]) -> Signs:
    """How points move for a lead that goes from one band to the other; None is no band."""
    one = (0.0, 0.0) if before is None else before.reach
    other = (0.0, 0.0) if after is None else after.reach
    if before is not None and after is not None and not _asks(before, lists):
        low, high = before.points, after.points
        if isinstance(low, Expression) and isinstance(high, Expression):
            move = numbers_moved(low, high)
            if len(move) < 2:
                return move
    return (UP if other[1] > one[0] else NONE) | (DOWN if other[0] < one[1] else NONE)


def _asks(band: ReadBand, lists: set[str]) -> bool:
    return isinstance(band.points, Expression) and any(name in lists for name in lists_in(band.points))


def fit_rule_drafts(scene: Scene, pair: Pair, old: FitRule, new: FitRule) -> Iterator[Draft]:
    """What has changed in a rule on attributes, but for what every rule has."""
    return _Rule(scene, pair, old, new).drafts()


class _Rule:
    """A rule as it was and as it is."""

    def __init__(self, scene: Scene, pair: Pair, old: FitRule, new: FitRule) -> None:
        self.scene, self.pair, self.old, self.new = scene, pair, old, new
        self.before, self.after = read_bands(old.bands, scene.names.lists), read_bands(new.bands)

    def drafts(self) -> Iterator[Draft]:
        if _texts(self.old) == _texts(self.new):
            return
        if len(self.before) == len(self.after) == 1:
            yield from self.single()
        elif len(self.before) == len(self.after) and all(
            same(one.when, other.when) for one, other in zip(self.before, self.after, strict=True)
        ):
            yield from self.points_of_bands()
        else:
            yield from self.bands()

    def draft(self, key: str, verdict: Verdict, one: str, many: str = "") -> Draft:
        return of_pair(self.pair, self.new, key, verdict, one, many)

    def moved(self, moves: BandMoves, doubt: str = _DOUBT) -> Verdict:
        old, new = self.old, self.new
        return self.scene.verdict(
            self.scene.points(moves.points, new.name, "fit", old.group, new.group, doubt=doubt),
            self.scene.holding(moves.holds, new.name, "Some leads meet it no more, and others do now."),
        )

    def single(self) -> Iterator[Draft]:
        """A rule with one condition: what that asks, and what it gives."""
        (before,), (after,) = self.before, self.after
        changes = part_changes(before.when, after.when)
        for change in changes:
            yield self.draft("when", self.with_part(change.move), of_rule(change, Speaker(), verb="applies"))
        written = self.old.bands[0].when.text.strip() != self.new.bands[0].when.text.strip()
        if not changes and written and not self.scene.names.lists:
            yield self.draft("when", self.scene.verdict(), f"has a condition that {SAME_MEANING}")
        yield from self.worth(before, after, "points")

    def with_part(self, move: Signs) -> Verdict:
        """The verdict where the only condition holds more often, or less; points are as they were or are."""
        points = times(move, signs_of(hull(self.before[0].reach, self.after[0].reach)))
        return self.moved(BandMoves(points, move), _DOUBT if len(move) > 1 else BOTH_SIGNS)

    def worth(self, before: ReadBand, after: ReadBand, key: str, of: str = "") -> Iterator[Draft]:
        """What a band gives, where that is something else now."""
        if before.points == after.points:
            if before.text != after.text and not self.scene.names.lists:
                yield self.draft(key, self.scene.verdict(), f"works out its points by what {SAME_MEANING}")
            return
        verdict = self.moved(BandMoves(_moved(before, after, set()), NONE))
        if isinstance(before.points, float) and isinstance(after.points, float):
            one, many = given(before.points, after.points)
        else:
            one, many = worked_out(before.given, after.given), ""
        yield self.draft(key, verdict, f"{one}{of}", "" if of else many)

    def points_of_bands(self) -> Iterator[Draft]:
        """Bands of which only the points are others."""
        for before, after in zip(self.before, self.after, strict=True):
            yield from self.worth(before, after, "points", f", if {Speaker().says(after.when)}")
        texts = ([band.when.text.strip() for band in rule.bands] for rule in (self.old, self.new))
        one, other = texts
        if one != other and not self.scene.names.lists:
            yield self.draft("points", self.scene.verdict(), f"has conditions of which each {SAME_MEANING}")

    def bands(self) -> Iterator[Draft]:
        """Bands that have come, gone, moved or changed their conditions: judged together."""
        stayed, come, gone = _paired(self.before, self.after)
        speaker = Speaker()
        said = [
            f"now gives {new.words} if {speaker.says(new.when)}; before, if {speaker.says(old.when)}"
            for old, new in _asked_otherwise(come, gone)
        ]
        said += [f"now gives {band.words} if {speaker.says(band.when)}" for band in come]
        said += [f"no longer gives {band.words} if {speaker.says(band.when)}" for band in gone]
        said += [
            f"gives {new.words}, not {old.words}, if {speaker.says(new.when)}"
            for old, new in stayed
            if old.points != new.points
        ]
        if [id(old) for old, _ in stayed] != [id(band) for band in self.before if _is_in(band, stayed)]:
            said.append("asks for them in another order")
        yield self.draft("points", self.moved(bands_moved(self.before, self.after)), "; ".join(said))


Stayed = list[tuple[ReadBand, ReadBand]]


def _paired(
    before: Sequence[ReadBand], after: Sequence[ReadBand]
) -> tuple[Stayed, list[ReadBand], list[ReadBand]]:
    """Bands with the condition that they had, in the new order; those that have come; those that are gone."""
    gone, stayed, come = list(before), [], []
    for new in after:
        old = next((each for each in gone if same(each.when, new.when)), None)
        if old is None:
            come.append(new)
        else:
            gone = [each for each in gone if each is not old]
            stayed.append((old, new))
    return stayed, come, gone


def _asked_otherwise(come: list[ReadBand], gone: list[ReadBand]) -> Stayed:
    """Bands that give what a band that is gone gave, under another condition; taken out of both lists."""
    found: Stayed = []
    for new in tuple(come):
        old = next((band for band in gone if band.points == new.points), None)
        if old is not None:
            come[:] = [band for band in come if band is not new]
            gone[:] = [band for band in gone if band is not old]
            found.append((old, new))
    return found


def _is_in(band: ReadBand, stayed: Stayed) -> bool:
    return any(old is band for old, _ in stayed)


def _texts(rule: FitRule) -> list[tuple[str, object]]:
    return [
        (
            band.when.text.strip(),
            band.points.text.strip() if isinstance(band.points, Sql) else band.points,
        )
        for band in rule.bands
    ]
