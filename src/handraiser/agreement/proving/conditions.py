"""In which parts do two conditions differ, and which way does each part move the whole?"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import msgspec

from handraiser.agreement.proving.clauses import ALWAYS, All, Among, Bound, Clause, Leaf, Range, Some
from handraiser.agreement.proving.implying import direction, read_limit, same
from handraiser.agreement.proving.signs import DOWN, UP, Signs

__all__ = ["How", "PartChange", "part_changes"]


Way = tuple[Clause, ...] | None


class How(Enum):
    """What became of a part."""

    NEEDED = "one more of which all are needed"
    NOT_NEEDED = "one less of which all are needed"
    ENOUGH = "one more of which each is enough"
    NOT_ENOUGH = "one less of which each is enough"
    MOVED = "another bound, or other values, for the same thing"
    OTHER = "something else"


class PartChange(msgspec.Struct, frozen=True):
    """One part that changed, and which way that moves the truth of the whole.

    `beside` are the parts it stands beside, where it is or was one of several. `way` is where it is a part of
    one of several that are enough: what else that one needs, all of it; None where there is but one.
    """

    how: How
    move: Signs
    old: Clause | None
    new: Clause | None
    beside: tuple[Clause, ...] = ()
    inside: bool = False
    way: Way = None


def part_changes(old: Clause, new: Clause) -> list[PartChange]:
    """The parts in which the conditions differ; none where both surely mean the same.

    Made one after the other, in any order, they lead from the old condition to the new one.
    """
    move = direction(old, new)
    changes = list(_changes(old, new)) if move else []
    if len(move) == 1 and any(change.move - move for change in changes):
        # Parts that undo each other: what is known of the whole is more than is known of them.
        return [PartChange(How.OTHER, move, old, new)]
    return changes


def _changes(old: Clause, new: Clause, *, inside: bool = False, way: Way = None) -> Iterator[PartChange]:
    if ALWAYS in (old, new):
        # What always held is now asked something, or what was asked is no longer.
        yield (
            PartChange(How.NEEDED, DOWN, None, new)
            if old == ALWAYS
            else PartChange(How.NOT_NEEDED, UP, old, None)
        )
        return
    for join in (All, Some):
        if isinstance(old, join) or isinstance(new, join):
            paired = _Paired(_parts(old, join), _parts(new, join))
            if paired.pairs:
                yield from _of_joined(paired, join, inside=inside, way=way)
                return
    how = How.MOVED if _alike(old, new) else How.OTHER
    yield PartChange(how, direction(old, new), old, new, inside=inside, way=way)


def _of_joined(
    paired: _Paired, join: type[All] | type[Some], *, inside: bool, way: Way
) -> Iterator[PartChange]:
    for before, after in paired.pairs:
        if not same(before, after):
            others = tuple(other for _, other in paired.pairs if other is not after)
            within = () if join is Some else way if way is None else (*way, *others)
            yield from _changes(before, after, inside=True, way=within)
    more, less = (How.NEEDED, How.NOT_NEEDED) if join is All else (How.ENOUGH, How.NOT_ENOUGH)
    old_beside = tuple(before for before, _ in paired.pairs)
    new_beside = tuple(after for _, after in paired.pairs)
    for gone in paired.old:
        move = UP if join is All else DOWN
        yield PartChange(less, move, gone, None, old_beside, inside, _with(way, old_beside, join))
    for come in paired.new:
        move = DOWN if join is All else UP
        yield PartChange(more, move, None, come, new_beside, inside, _with(way, new_beside, join))


def _with(way: Way, beside: tuple[Clause, ...], join: type[All] | type[Some]) -> Way:
    """What one of several ways needs besides a part of it that has come or gone."""
    return way if way is None or join is Some else (*way, *beside)


class _Paired:
    """Parts of the one side with those of the other that they became; what is left over is gone or new."""

    def __init__(self, old: tuple[Clause, ...], new: tuple[Clause, ...]) -> None:
        self.old, self.new = list(old), list(new)
        self.pairs: list[tuple[Clause, Clause]] = []
        for alike in (same, _alike, _compared, _overlap):
            for before in tuple(self.old):
                after = next((each for each in self.new if alike(before, each)), None)
                if after is not None:
                    self.old.remove(before)
                    self.new.remove(after)
                    self.pairs.append((before, after))


def _parts(clause: Clause, join: type[All] | type[Some]) -> tuple[Clause, ...]:
    return clause.parts if isinstance(clause, join) else (clause,)


def _alike(old: Clause, new: Clause) -> bool:
    """Whether both ask the same thing of the same, with another bound or other values."""
    match old, new:
        case Leaf(Bound() as one), Leaf(Bound() as other):
            return one.subject == other.subject and one.rising == other.rising
        case (Leaf(Range() as one), Leaf(Range() as other)) | (Leaf(Among() as one), Leaf(Among() as other)):
            return one.subject == other.subject and one.negated == other.negated
    return False


def _compared(old: Clause, new: Clause) -> bool:
    """Whether both compare the same with a limit, be it one that is worked out."""
    if not isinstance(old, Leaf) or not isinstance(new, Leaf):
        return False
    one, other = read_limit(old.test), read_limit(new.test)
    return one is not None and other is not None and one.heading == other.heading


def _overlap(old: Clause, new: Clause) -> bool:
    """Whether two joined conditions have a part in common, or one is a part of the other."""
    if isinstance(old, Leaf) and isinstance(new, Leaf):
        return False
    join = Some if isinstance(old, Some) or isinstance(new, Some) else All
    return any(same(a, b) or _alike(a, b) for a in _parts(old, join) for b in _parts(new, join))
