"""Does an attribute tell what became of a lead, because it was written down afterwards?

An amount that only closed deals have, a status that says `won`: rules on it look brilliant over history and
never hold of a lead that is still open. Attributes are looked at one by one, at the last state of each lead:

*   a value (or having any, or having none) that at least 20 leads have and at least 98 % of them closed, as
    customers or lost, while of all others at most half are;
*   a number that sets customers apart: of a customer and another lead, drawn by chance, the customer has the
    higher (or the lower) one in at least 98 of 100 cases, with 20 of both at least.

Only what does a lead good is asked: to bar a customer is right, if it is known since when it was one
(`lint_history`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraiser.errors import many
from handraiser.facts.inputs import Column, Kind, Source
from handraiser.scoring.cited import said
from handraiser.scoring.lint_beside import ENOUGH, Beside
from handraiser.scoring.lint_ends import Ends, ends
from handraiser.scoring.lint_notes import LintCode, Warnings
from handraiser.scoring.lint_pushes import Push, pushes
from handraiser.scoring.registers import FOREVER

__all__ = ["leak_warnings"]

_NEARLY_ALL = 0.98
_AT_MOST = 0.5
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def leak_warnings(beside: Beside, warnings: Warnings, *, but: set[tuple[str, str]]) -> None:
    """Warn once of each attribute that tells what became of a lead, but for those told of already."""
    known = ends(beside)
    closed = known.closed < FOREVER
    if closed.sum() < ENOUGH or (~closed).sum() < ENOUGH:
        return
    told = set(but)
    looked: dict[tuple[str, str], tuple[_Attribute, list[_Tell]]] = {}  # many rules may read one attribute
    for push in pushes(beside):
        for scope, name in sorted(push.reads - told) if push.part != "never" else ():
            if (scope, name) not in looked:
                attribute = _Attribute(beside, scope, name, known)
                looked[scope, name] = attribute, list(attribute.tells())
            attribute, tells = looked[scope, name]
            found = next((tell for tell in tells if _does_good(beside, push, tell.leads)), None)
            if found is not None:
                told.add((scope, name))
                says = f"{scope}.{name} tells what became of a lead: {found.words}{attribute.since(found)}."
                fix = "Leave it out: of a lead that is still open it is not known yet."
                warnings.add(LintCode.LEAK, push.at, says, fix)


def _does_good(beside: Beside, push: Push, leads: Flags) -> bool:
    """Return whether a condition does more for these leads than for the others."""
    at_last = push.by_state[beside.matched.states.offsets[1:] - 1]
    return bool(at_last[leads].mean() > at_last[~leads].mean())


class _Tell(NamedTuple):
    """What gives the outcome away: the leads that have it, and the words for it.

    value    the value that these leads have; "" stands for any, None for none, and for numbers that only lie
             high or low there is nothing to be asked
    """

    leads: Flags
    words: str
    value: str | None
    asked: bool = True


class _Attribute:
    """An attribute at the last state of each lead, beside how the lead's story ended."""

    def __init__(self, beside: Beside, scope: str, name: str, known: Ends) -> None:
        self.beside, self.known = beside, known
        inputs = beside.inputs
        self.source: Source | None = inputs.leads if scope == "lead" else inputs.companies
        self.column: Column | None = None if self.source is None else self.source.columns.get(name)
        states = beside.matched.states
        self.rows = states.lead_row if scope == "lead" else states.company_row

    def tells(self) -> Iterator[_Tell]:
        """Yield what gives the outcome away."""
        if self.source is None or self.column is None:
            return
        last = self._values(self.beside.matched.states.offsets[1:] - 1)
        has = last.is_valid().to_numpy(zero_copy_only=False)
        yield from self._group(has, "that have it", "")
        codes = pc.fill_null(last.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False)
        values = last.dictionary_encode().dictionary
        closed = self.known.closed < FOREVER
        often = np.bincount(codes[closed & has], minlength=len(values))
        for code in np.argsort(-often, kind="stable"):
            if often[code] < ENOUGH:
                break
            value = said(values[int(code)].as_py())
            yield from self._group(codes == code, f"for whom it is {value}", value)
        yield from self._group(~has, "without it", None)
        if self.column.kind is Kind.NUMBER:
            yield from self._number(last, has)

    def since(self, tell: _Tell) -> str:
        """Return for how many of those that closed it came with the outcome or later; "" where for none."""
        closed = np.flatnonzero((self.known.closed < FOREVER) & tell.leads)
        if not tell.asked:
            return ""
        states = self.beside.matched.states
        before = states.offsets[closed].copy()
        for place, lead in enumerate(closed):
            own = states.start[states.offsets[lead] : states.offsets[lead + 1]]
            begun = int(np.searchsorted(own, self.known.closed[lead], side="left"))
            before[place] += max(0, begun - 1)
        values = self._values(before).to_pylist()
        texts = [None if value is None else said(value) for value in values]
        later = sum(text is None if tell.value == "" else text != tell.value for text in texts)
        return f"; for {later:,} of those it came with that or later" if later else ""

    def _values(self, states: Ints) -> pa.Array:
        """Return the values that hold in some states, one for each."""
        assert self.source is not None  # noqa: S101  asked of attributes that the data have
        assert self.column is not None  # noqa: S101  likewise
        table = self.beside.inputs.con.sql(
            f"SELECT row, {self.column.sql} AS value FROM {self.source.relation}"
        ).to_arrow_table()
        places = pc.index_in(pa.array(self.rows[states]), value_set=table.column("row").combine_chunks())
        return table.column("value").combine_chunks().take(places)

    def _group(self, group: Flags, who: str, value: str | None) -> Iterator[_Tell]:
        closed = self.known.closed < FOREVER
        size, rest = int(group.sum()), int((~group).sum())
        if size < ENOUGH or rest < ENOUGH:
            return
        inside, outside = int((closed & group).sum()), int((closed & ~group).sum())
        if inside >= _NEARLY_ALL * size and outside <= _AT_MOST * rest:
            example = self.beside.lead(np.flatnonzero(closed & group)[0])
            words = (
                f"of {many(size, 'lead')} {who}, {inside:,} became customers or were lost, {example} "
                f"for one, and {outside:,} of {rest:,} others"
            )
            yield _Tell(group, words, value)

    def _number(self, last: pa.Array, has: Flags) -> Iterator[_Tell]:
        numbers = pc.fill_null(last, 0).to_numpy(zero_copy_only=False)
        customers = (self.known.bought < FOREVER) & has
        others = ~customers & has
        bought, rest = int(customers.sum()), int(others.sum())
        if bought < ENOUGH or rest < ENOUGH:
            return
        _, place, count = np.unique(numbers[has], return_inverse=True, return_counts=True)
        ranks = (np.cumsum(count) - (count - 1) / 2)[place]
        higher = (ranks[customers[has]].sum() - bought * (bought + 1) / 2) / (bought * rest)
        if max(higher, 1 - higher) < _NEARLY_ALL:
            return
        words = (
            f"customers have a {'higher' if higher > 0.5 else 'lower'} one than other leads in "
            f"{max(higher, 1 - higher):.1%} of all pairs ({many(bought, 'customer')}, "
            f"{self.beside.lead(np.flatnonzero(customers)[0])} for one, and {many(rest, 'other lead')})"
        )
        yield _Tell(customers, words, None, asked=False)
