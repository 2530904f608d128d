"""Which events are hits of which rules?

One pass over the events as DuckDB streams them: their conditions are asked in SQL, their leads found and
their hits unpacked by the kernels of `hits`. Nothing of an event is kept but its lead's number, its
instants, the rules it meets and, where a rule needs them, a weight and a hash of its distinct value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from handraiser.facts.inputs import Inputs
from handraiser.scoring import hits as kernels
from handraiser.scoring.attributes import Population
from handraiser.scoring.room import zeros
from handraiser.scoring.wanted import Query, Shape

__all__ = ["Hits", "Tally", "each", "read_hits"]

Ints = npt.NDArray[np.int64]
_Columns = dict[str, npt.NDArray[np.generic]]
_BATCH = 1_000_000
_PARTS = 64
_SHARES = 8  # of the leads, for each thread
_BATCHES = 8  # whose rows stand together until all are there


class Hits(NamedTuple):
    """Events that meet rules, sorted by lead, then as section 5 orders their hits.

    rows     int64 columns as `hits` names them
    weights, keys  their further columns
    begin, source, weight_of, key_of  which columns there are, as `Shape` has it
    met      the rules that at least one event met
    """

    offsets: Ints
    rows: Ints
    begin: int
    source: int
    weights: npt.NDArray[np.float64]
    keys: npt.NDArray[np.uint64]
    weight_of: Ints
    key_of: Ints
    met: frozenset[int]


class Tally(NamedTuple):
    """What the stream met: all rows, those that cannot be used, those of leads nobody knows."""

    rows: int
    unusable: int
    unknown_leads: int


def read_hits(
    inputs: Inputs,
    leads: Population,
    queries: Sequence[Query],
    shape: Shape,
    *,
    threads: int,
    progress: Callable[[int], None],
) -> tuple[Hits, Tally]:
    """Return the hits of the rules that the queries ask for, in that shape, and what was met on the way.

    `progress` is called with the number of rows read so far.
    """
    reader = _Reader(inputs, leads, shape)
    for query in queries:
        reader.read(query.sql(leads.hashed), query.first_rules, progress)
    return reader.sorted(threads), Tally(*(int(count) for count in reader.tally[:3]))


class _Chunk:
    """The rows of some batches of the stream, each batch part by part of the leads.

    packed       rows as `hits.part_rows` packs them
    further      what they have beside, as `hits.gather_further` takes it
    cuts         for each batch where the rows of part p begin, and at p + 1 where they end
    first_rules  for each batch the rule of its bit 0
    """

    def __init__(self, room: int, *, late: bool, numbered: bool, weights: int, keys: int) -> None:
        self.room = room
        self.packed = zeros((room, 2), np.int64)
        plain = [zeros(room if there else 0, np.int64) for there in (late, numbered)]
        by_rule = [zeros((weights, room)), zeros((keys, room), np.uint64)]
        self.further = (*plain, *by_rule)
        self.columns = [*plain, *by_rule[0], *by_rule[1]]
        self.cuts: list[Ints] = []
        self.first_rules: list[int] = []

    def add(
        self,
        first_rule: int,
        cuts: Ints,
        shift: int,
        own: tuple[npt.NDArray[np.generic], ...],
        further: Sequence[npt.NDArray[np.generic] | None],
    ) -> bool:
        """Take the rows of leads, if there is room: own = (lead, bits, occurred), and those of `further`."""
        start = int(self.cuts[-1][-1]) if self.cuts else 0
        stop = start + int(cuts[-1])
        if stop > self.room:
            return False
        filled = [(to, values) for to, values in zip(self.columns, further, strict=True) if len(to)]
        order = np.empty(stop - start if filled else 0, dtype=np.int64)
        kernels.part_rows(*own, shift, cuts, self.packed[start:stop], order)
        for to, values in filled:
            to[start:stop] = 0 if values is None else values.take(order)
        self.cuts.append(start + cuts)
        self.first_rules.append(first_rule)
        return True


class _Reader:
    """Collects the rows of one or more streams."""

    def __init__(self, inputs: Inputs, leads: Population, shape: Shape) -> None:
        self.index = leads.slots
        self.inputs = inputs
        self.leads = len(leads.ids)
        self.shift = max(0, self.leads.bit_length() - _PARTS.bit_length())
        self.parts = (max(0, self.leads - 1) >> self.shift) + 1
        self.shape = shape
        self.late = shape.begin != kernels.OCCURRED
        self.numbered = shape.source >= 0
        self.weights, self.keys = _count(shape.weight_of), _count(shape.key_of)
        self.tally = np.zeros(4, dtype=np.int64)
        self.chunks: list[_Chunk] = []
        self.met: list[tuple[int, int]] = []

    def read(self, query: str, first_rules: Sequence[int], progress: Callable[[int], None]) -> None:
        """Add the rows of one stream; `first_rules` are the rules of bit 0 of its columns of bits."""
        again = bool(self.tally[0])  # a further stream repeats rows that have been counted
        for columns in _batches(self.inputs, query):
            for k, first in enumerate(first_rules):
                tally = self.tally.copy()
                tally[3] = 0  # other columns' bits stand for other rules
                self._add(columns, columns[f"bits{k}"], first, tally)
                self.met.append((first, int(tally[3])))
                if not (again or k):
                    self.tally[:] = tally
            progress(int(self.tally[0]))

    def _add(
        self,
        columns: _Columns,
        bits: npt.NDArray[np.generic],
        first_rule: int,
        tally: Ints,
    ) -> None:
        lead = np.empty(len(bits), dtype=np.int32)
        cuts = np.zeros(self.parts + 1, dtype=np.int64)
        kernels.find_leads(columns["id"], bits, *self.index, self.shift, lead, cuts, tally)
        own = (lead, bits, columns["occurred"])
        further = [columns.get(name) for name in ("known", "row")]
        further += [columns.get(f"weight{k}") for k in range(self.weights)]
        further += [columns.get(f"key{k}") for k in range(self.keys)]
        if not (self.chunks and self.chunks[-1].add(first_rule, cuts, self.shift, own, further)):
            # Room that is never filled costs nothing.
            room = _BATCHES * len(bits)
            self.chunks.append(
                _Chunk(room, late=self.late, numbered=self.numbered, weights=self.weights, keys=self.keys)
            )
            self.chunks[-1].add(first_rule, cuts, self.shift, own, further)

    def sorted(self, threads: int) -> Hits:
        """Return the rows gathered lead by lead and ordered within each; gives up what it collected."""
        chunks, self.chunks = self.chunks, []
        cuts = [np.array(chunk.cuts) for chunk in chunks]
        starts = np.zeros(self.parts + 1, dtype=np.int64)
        for own in cuts:
            starts += (own - own[:, :1]).sum(axis=0)
        size = int(starts[-1])
        offsets = np.zeros(self.leads + 1, dtype=np.int64)
        out = (
            zeros((size, 2 + self.late + self.numbered), np.int64),
            zeros((size, self.weights)),
            zeros((size, self.keys), np.uint64),
        )
        begin, source, weight_of, key_of = self.shape

        def work(first_part: int, stop_part: int) -> None:
            # Part by part, since the rows of one stay in the processor's cache while they are put in place.
            for part in range(first_part, stop_part):
                first = part << self.shift
                stop = min(self.leads, first + (1 << self.shift))
                counts = np.zeros(stop - first, dtype=np.int64)
                for chunk, at in zip(chunks, cuts, strict=True):
                    kernels.count_leads(part, at, chunk.packed, first, counts)
                own = starts[part] + np.append(0, np.cumsum(counts))
                offsets[first : stop + 1] = own
                cursor, again = own[:-1].copy(), own[:-1].copy()
                for chunk, at in zip(chunks, cuts, strict=True):
                    first_rules = np.array(chunk.first_rules)
                    kernels.gather(part, at, first_rules, chunk.packed, first, cursor, out[0])
                    if any(len(column) for column in chunk.columns):
                        kernels.gather_further(part, at, chunk.packed, chunk.further, first, again, out)
                kernels.order_within_leads(0, stop - first, own, out[0], begin, *out[1:])

        each(work, starts, threads)
        return Hits(offsets, out[0], begin, source, *out[1:], weight_of, key_of, self._rules_met())

    def _rules_met(self) -> frozenset[int]:
        """Return the rules that at least one event met."""
        return frozenset(
            first + place
            for first, bits in self.met
            for place in range(kernels.PER_MASK)
            if bits >> place & 1
        )


def each(work: Callable[[int, int], None], offsets: Ints, threads: int) -> None:
    """Do the work for ranges that together are all leads (or parts of them), in threads if there are several.

    Ranges hold about equally many hits. There are more of them than threads, since hits of some leads take
    far longer than those of others.
    """
    parts = _ranges(offsets, _SHARES * threads if threads > 1 else 1)
    if len(parts) == 1:
        work(*parts[0])
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, *part) for part in parts]:
            done.result()


def _ranges(offsets: Ints, parts: int) -> list[tuple[int, int]]:
    leads = len(offsets) - 1
    # Leads without hits are work too: a state has to be looked at.
    load = offsets + np.arange(leads + 1)
    cuts = np.searchsorted(load, np.linspace(0, load[-1], parts + 1))
    cuts[0], cuts[-1] = 0, leads
    return [(int(a), int(b)) for a, b in pairwise(cuts) if b > a]


def _count(columns: Ints) -> int:
    return int(columns.max(initial=-1)) + 1


def _batches(inputs: Inputs, query: str) -> Iterator[_Columns]:
    # On the connection itself: frames that were registered on it are unknown to its cursors.
    if inputs.standing is not None:
        whole = inputs.standing.answer(query)
        columns = {name: np.ma.getdata(column) for name, column in whole.items() if name != "event_id"}
        for column in columns.values():
            column.flags.writeable = False  # as Arrow's are: to a kernel that is another type
        if len(columns["id"]):
            yield columns
        return
    for batch in inputs.con.sql(query).to_arrow_reader(_BATCH):
        yield {
            name: column.to_numpy()
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
            if name != "event_id"
        }


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
