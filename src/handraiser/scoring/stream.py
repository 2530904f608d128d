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

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from handraiser.facts.inputs import Inputs
from handraiser.scoring import hits as kernels
from handraiser.scoring.attributes import Population

__all__ = ["Hits", "Tally", "Wanted", "each", "read_hits"]

Ints = npt.NDArray[np.int64]
_BATCH = 1_000_000
_PARTS = 64
_SHARES = 8  # of the leads, for each thread
_BATCHES = 8  # whose rows stand together until all are there
_UNUSABLE = 1 << 31  # among the bits of an event: it cannot be used


class Wanted(NamedTuple):
    """What makes an event a hit of one rule.

    event     names of events; () stands for every event
    where     condition on properties, None for none
    weight    SQL number of the hit, None where the rule's constant holds
    key       SQL hash of the distinct value, None without
    by_visit  whether the distinct value is the visit, which is found later (`hits.sessions`)
    humans    whether a machine's event is no hit
    ordered   whether ties between hits are decided by event id and weight (section 5)
    """

    event: tuple[str, ...]
    where: exp.Expr | None = None
    weight: exp.Expr | None = None
    key: exp.Expr | None = None
    by_visit: bool = False
    humans: bool = False
    ordered: bool = False


class Hits(NamedTuple):
    """Events that meet rules, sorted by lead, then as section 5 orders their hits.

    rows     int64 columns as `hits` names them
    begin    the column of `rows` that says when an event began to count (OCCURRED itself, where the data
             say nothing of when events became known)
    source   the column that holds the event's `row`, −1 where events have none
    weights, keys  a column for each of `weight_of`, `key_of`: per rule the column it reads, −1 for none
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
    wanted: Sequence[Wanted],
    *,
    threads: int,
    progress: Callable[[int], None],
) -> tuple[Hits, Tally]:
    """Return the hits of the wanted rules (numbered by position) and what was met on the way.

    `progress` is called with the number of rows read so far.
    """
    reader = _Reader(inputs, leads, wanted)
    for query, first_rules in _queries(inputs, leads.hasher, wanted):
        reader.read(query, first_rules, progress)
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
        self.packed = np.empty((room, 2), dtype=np.int64)
        plain = [np.empty(room if there else 0, dtype=np.int64) for there in (late, numbered)]
        by_rule = [np.empty((weights, room)), np.empty((keys, room), dtype=np.uint64)]
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

    def __init__(self, inputs: Inputs, leads: Population, wanted: Sequence[Wanted]) -> None:
        self.index = leads.slots
        self.con = inputs.con
        self.leads = len(leads.ids)
        self.shift = max(0, self.leads.bit_length() - _PARTS.bit_length())
        self.parts = (max(0, self.leads - 1) >> self.shift) + 1
        self.late = "known_at" in inputs.events.has
        self.numbered = "row" in inputs.events.has
        self.weight_of = _columns_of([rule.weight is not None for rule in wanted])
        self.key_of = _columns_of([rule.key is not None or rule.by_visit for rule in wanted])
        self.tally = np.zeros(4, dtype=np.int64)
        self.chunks: list[_Chunk] = []
        self.met: list[tuple[int, int]] = []

    def read(self, query: str, first_rules: Sequence[int], progress: Callable[[int], None]) -> None:
        """Add the rows of one stream; `first_rules` are the rules of bit 0 of its columns of bits."""
        again = bool(self.tally[0])  # a further stream repeats rows that have been counted
        for batch in _batches(self.con, query):
            columns = {
                name: column.to_numpy()
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
                if name != "event_id"
            }
            for k, first in enumerate(first_rules):
                tally = self.tally.copy()
                self._add(columns, columns[f"bits{k}"], first, tally)
                self.met.append((first, int(tally[3])))
                if not (again or k):
                    self.tally[:] = tally
            progress(int(self.tally[0]))

    def _add(
        self,
        columns: dict[str, npt.NDArray[np.generic]],
        bits: npt.NDArray[np.generic],
        first_rule: int,
        tally: Ints,
    ) -> None:
        lead = np.empty(len(bits), dtype=np.int32)
        cuts = np.zeros(self.parts + 1, dtype=np.int64)
        kernels.find_leads(columns["id"], bits, *self.index, self.shift, lead, cuts, tally)
        weights, keys = _count(self.weight_of), _count(self.key_of)
        own = (lead, bits, columns["occurred"])
        further = [columns.get(name) for name in ("known", "row")]
        further += [columns.get(f"weight{k}") for k in range(weights)]
        further += [columns.get(f"key{k}") for k in range(keys)]
        if not (self.chunks and self.chunks[-1].add(first_rule, cuts, self.shift, own, further)):
            # Room that is never filled costs nothing.
            room = _BATCHES * len(bits)
            self.chunks.append(
                _Chunk(room, late=self.late, numbered=self.numbered, weights=weights, keys=keys)
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
            np.empty((size, 2 + self.late + self.numbered), dtype=np.int64),
            np.zeros((size, _count(self.weight_of))),
            np.zeros((size, _count(self.key_of)), dtype=np.uint64),
        )
        begin = 2 if self.late else kernels.OCCURRED

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
        source = 2 + self.late if self.numbered else -1
        return Hits(offsets, out[0], begin, source, *out[1:], self.weight_of, self.key_of, self._rules_met())

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


def _columns_of(flags: Sequence[bool]) -> Ints:
    """Return 0, 1, 2, … for the true ones, −1 for the others."""
    which = np.array(flags, dtype=bool)
    return np.where(which, np.cumsum(which) - 1, -1).astype(np.int64)


def _count(columns: Ints) -> int:
    return int(columns.max(initial=-1)) + 1


def _batches(con: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.RecordBatch]:
    # On the connection itself: frames that were registered on it are unknown to its cursors.
    yield from con.sql(query).to_arrow_reader(_BATCH)


def _queries(inputs: Inputs, hasher: str, wanted: Sequence[Wanted]) -> Iterator[tuple[str, list[int]]]:
    """Yield the queries to stream and the rules that the bits of each stand for.

    Rules whose ties need the event's id are read on their own, in the order of the ids: sorting by time
    is stable, so that order decides between equals.
    """
    ordered = [k for k, rule in enumerate(wanted) if rule.ordered]
    plain = [None if k in ordered else rule for k, rule in enumerate(wanted)]
    masks = range(0, max(1, len(wanted)), kernels.PER_MASK)
    by_mask = [plain[first : first + kernels.PER_MASK] for first in masks]
    yield _query(inputs, hasher, wanted, by_mask).sql("duckdb"), list(masks)
    known = "event_id" in inputs.events.has
    by_id = [exp.Ordered(this=exp.column("event_id"), nulls_first=True)] if known else []
    for k in ordered:
        rule = wanted[k]
        query = _query(inputs, hasher, wanted, [[rule]])
        met = exp.GT(this=exp.column("bits0"), expression=exp.Literal.number(0))
        by_weight = exp.Ordered(this=exp.column(f"weight{_place(wanted, k)}"), desc=True)
        yield (
            exp.select("*").from_(query.subquery("met")).where(met).order_by(*by_id, by_weight).sql("duckdb"),
            [k],
        )


def _place(wanted: Sequence[Wanted], rule: int) -> int:
    return sum(1 for other in wanted[:rule] if other.weight is not None)


def _query(
    inputs: Inputs, hasher: str, wanted: Sequence[Wanted], masks: Sequence[Sequence[Wanted | None]]
) -> exp.Select:
    columns = [
        exp.alias_(exp.func(hasher, exp.column("lead_id")), "id"),
        exp.alias_(_or_zero(exp.column("occurred_at")), "occurred"),
    ]
    if "known_at" in inputs.events.has:
        columns.append(
            exp.alias_(exp.func("coalesce", *_named("known_at", "occurred_at"), _number(0)), "known")
        )
    if "row" in inputs.events.has:
        columns.append(exp.column("row"))
    alone = masks[0][0] if len(masks) == 1 and len(masks[0]) == 1 else None
    if alone is not None and alone.ordered and "event_id" in inputs.events.has:
        columns.append(exp.column("event_id"))
    for k, rules in enumerate(masks):
        columns.append(exp.alias_(_bits(inputs, rules), f"bits{k}"))
    weights = [rule.weight for rule in wanted if rule.weight is not None]
    columns += [exp.alias_(_or_zero(weight), f"weight{k}") for k, weight in enumerate(weights)]
    keys = [rule.key for rule in wanted if rule.key is not None or rule.by_visit]
    columns += [exp.alias_(key, f"key{k}") for k, key in enumerate(keys) if key is not None]
    return exp.select(*columns).from_(exp.to_table(inputs.events.relation))


def _bits(inputs: Inputs, rules: Sequence[Wanted | None]) -> exp.Expr:
    """Return SQL for the rules an event meets, as bits; conditions are grouped by the event's name."""
    always: list[exp.Expr] = []
    by_event: dict[str, list[exp.Expr]] = {}
    for bit, rule in enumerate(rules):
        if rule is None:
            continue
        met = _met(inputs, rule, bit)
        if not rule.event:
            always.append(met)
        for name in rule.event:
            by_event.setdefault(name, []).append(met)
    total = _sum(always)
    if by_event:
        cases = [exp.If(this=exp.Literal.string(name), true=_sum(met)) for name, met in by_event.items()]
        total = exp.Add(
            this=exp.Case(this=exp.column("event"), ifs=cases, default=_number(0)), expression=total
        )
    usable = exp.Case(ifs=[exp.If(this=exp.column("usable"), true=total)], default=_number(_UNUSABLE))
    return exp.cast(usable, "UINTEGER", dialect="duckdb")


def _met(inputs: Inputs, rule: Wanted, bit: int) -> exp.Expr:
    conditions: list[exp.Expr] = []
    if rule.humans and "verdict" in inputs.events.has:
        machine = exp.Literal.string("machine")
        conditions.append(exp.NullSafeNEQ(this=exp.column("verdict"), expression=machine))
    if rule.where is not None:
        conditions.append(exp.paren(rule.where))
    if rule.weight is not None:
        conditions.append(exp.Not(this=exp.Is(this=exp.paren(rule.weight), expression=exp.null())))
    value = _number(1 << bit)
    if not conditions:
        return value
    return exp.Case(ifs=[exp.If(this=exp.and_(*conditions), true=value)], default=_number(0))


def _sum(parts: Sequence[exp.Expr]) -> exp.Expr:
    total: exp.Expr = _number(0) if not parts else parts[0].copy()
    for part in parts[1:]:
        total = exp.Add(this=total, expression=part.copy())
    return exp.paren(total)


def _or_zero(value: exp.Expr) -> exp.Expr:
    return exp.func("coalesce", value, _number(0))


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def _named(*names: str) -> list[exp.Expr]:
    return [exp.column(name) for name in names]


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
