"""What did we know of somebody, and when?

Clients say pieces: this is her job, as of then. Agreements read whole rows: all that held from then on. Here
the pieces become rows, so that whatever is asked as of any instant, known by any instant, both say the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from handraiser.capture.values import Json

__all__ = ["DERIVED_FROM", "Patch", "Row", "rows_of"]

# From when on a company holds that is only derived from an address: 1900, before anything that is said. So
# it is that of a group call as soon as there is one, however late that comes, and of whatever time it is.
DERIVED_FROM = -2_208_988_800_000_000


class Patch(NamedTuple):
    """Attributes said at once, null for those that are not so any more; times in microseconds.

    company   the id of the company from then on; None says nothing of it
    """

    valid_from: int
    known_at: int
    values: Mapping[str, Json]
    company: str | None


class Row(NamedTuple):
    """All attributes that held from `valid_from` on, as known from `known_at` on."""

    valid_from: int
    known_at: int
    values: dict[str, Json]
    company: str | None


def rows_of(patches: Sequence[Patch]) -> list[Row]:
    """Return the attribute rows that patches amount to, in the order in which they became known.

    The patches come in that order too: `known_at` never falls. At *t*, by what was known at *k*, the row
    that holds (AGREEMENT.md, 4) has every patch valid by *t* and known by *k*, the later valid over the
    earlier, of equal ones the later known, then the later given. So a patch that comes late is seen in the
    rows after it, up to where another patch says otherwise; those rows are said again. A patch that changes
    nothing makes no row, unless nothing held before, and no two rows have both times in common.
    """
    history = _History()
    rows: dict[tuple[int, int], Row] = {}
    for patch in patches:
        for row in history.take(patch):
            # Of what became known at once only the outcome was ever known.
            rows[row.known_at, row.valid_from] = row
    return list(rows.values())


class _Instant:
    """An instant from which patches are valid: which names they set, and what held from then on by them all.

    `row` is whether a row says so; without one it is what the row before says.
    """

    def __init__(self, values: dict[str, Json], company: str | None) -> None:
        self.values = values
        self.company = company
        self.names: set[str] = set()
        self.names_company = False
        self.row = False


class _History:
    """The instants so far, in order."""

    def __init__(self) -> None:
        self.valid: list[int] = []
        self.instants: list[_Instant] = []

    def take(self, patch: Patch) -> Iterator[Row]:
        """Add what became known, and yield the rows that say it."""
        place = bisect_left(self.valid, patch.valid_from)
        before = self.instants[place - 1] if place else _Instant({}, None)
        if place == len(self.valid) or self.valid[place] != patch.valid_from:
            self.valid.insert(place, patch.valid_from)
            self.instants.insert(place, _Instant(before.values, before.company))
        here = self.instants[place]
        here.names.update(patch.values)
        here.names_company |= patch.company is not None
        change = _Change(patch, here)
        first = place == 0 and not here.row
        if change or first:
            change.apply(here)
            yield self._row(place, patch)
        while change and place + 1 < len(self.instants):
            place += 1
            yield from self._carried(change, place, patch)

    def _carried(self, change: _Change, place: int, patch: Patch) -> Iterator[Row]:
        """Carry what has changed to the next instant, as far as its own patches let it."""
        here, before = self.instants[place], self.instants[place - 1]
        hidden = change.hide(here)
        if not here.row and not hidden:
            # It is still what the row before says.
            here.values, here.company = before.values, before.company
        elif change or not here.row:
            change.apply(here)
            yield self._row(place, patch)

    def _row(self, place: int, patch: Patch) -> Row:
        here = self.instants[place]
        here.row = True
        return Row(self.valid[place], patch.known_at, here.values, here.company)


class _Change:
    """What a patch changes from an instant on; false once nothing is left of it."""

    def __init__(self, patch: Patch, at: _Instant) -> None:
        self.values = {
            name: value for name, value in patch.values.items() if not _same(value, at.values.get(name))
        }
        self.company = patch.company if patch.company != at.company else None

    def __bool__(self) -> bool:
        return bool(self.values) or self.company is not None

    def hide(self, at: _Instant) -> bool:
        """Take out what the patches of a later instant say otherwise, and return whether there was any."""
        hidden = [name for name in self.values if name in at.names]
        for name in hidden:
            del self.values[name]
        if self.company is not None and at.names_company:
            self.company = None
            return True
        return bool(hidden)

    def apply(self, at: _Instant) -> None:
        over = {**at.values, **self.values}
        at.values = {name: value for name, value in over.items() if value is not None}
        at.company = at.company if self.company is None else self.company


def _same(one: Json, other: Json) -> bool:
    # To Python true, 1 and 1.0 are the same.
    return one is other or (type(one) is type(other) and repr(one) == repr(other))
