"""What makes an event a hit of a rule, and which SQL says so for many rules at once?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from handraiser.facts.inputs import Source
from handraiser.scoring.hits import OCCURRED, PER_MASK

__all__ = ["Query", "Shape", "Wanted", "queries", "shape_of"]

Ints = npt.NDArray[np.int64]
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


class Shape(NamedTuple):
    """Which columns hits have.

    begin    the column of `rows` that says when an event began to count (OCCURRED itself, where the data
             say nothing of when events became known)
    source   the column that holds the event's `row`, −1 where events have none
    weight_of, key_of  per rule the column of weights or keys that it reads, −1 for none
    """

    begin: int
    source: int
    weight_of: Ints
    key_of: Ints


def _columns_of(flags: Sequence[bool]) -> Ints:
    """Return 0, 1, 2, … for the true ones, −1 for the others."""
    which = np.array(flags, dtype=bool)
    return np.where(which, np.cumsum(which) - 1, -1).astype(np.int64)


def shape_of(events: Source, wanted: Sequence[Wanted]) -> Shape:
    """Return which columns the hits of the wanted rules have, read from these events."""
    late, numbered = "known_at" in events.has, "row" in events.has
    return Shape(
        begin=2 if late else OCCURRED,
        source=2 + late if numbered else -1,
        weight_of=_columns_of([rule.weight is not None for rule in wanted]),
        key_of=_columns_of([rule.key is not None or rule.by_visit for rule in wanted]),
    )


class Query(NamedTuple):
    """A query to stream, but for the hash of an event's lead, and the rules that its bits stand for.

    first_rules  per column of bits the rule of bit 0
    """

    before: str
    after: str
    first_rules: tuple[int, ...]

    def sql(self, hashed: str) -> str:
        """Return the query with the SQL of that hash."""
        return f"{self.before}{hashed}{self.after}"


def queries(events: Source, wanted: Sequence[Wanted]) -> Iterator[Query]:
    """Yield the queries to stream.

    Rules whose ties need the event's id are read on their own, in the order of the ids: sorting by time
    is stable, so that order decides between equals.
    """
    ordered = [k for k, rule in enumerate(wanted) if rule.ordered]
    plain = [None if k in ordered else rule for k, rule in enumerate(wanted)]
    masks = range(0, max(1, len(wanted)), PER_MASK)
    by_mask = [plain[first : first + PER_MASK] for first in masks]
    yield Query("SELECT ", _columns(events, wanted, by_mask), tuple(masks))
    by_id = ["event_id NULLS FIRST"] if "event_id" in events.has else []
    for k in ordered:
        columns = _columns(events, wanted, [[wanted[k]]])
        order = ", ".join([*by_id, f"weight{_place(wanted, k)} DESC"])
        yield Query("SELECT * FROM (SELECT ", f"{columns}) AS met WHERE bits0 > 0 ORDER BY {order}", (k,))


def _place(wanted: Sequence[Wanted], rule: int) -> int:
    return sum(1 for other in wanted[:rule] if other.weight is not None)


def _columns(events: Source, wanted: Sequence[Wanted], masks: Sequence[Sequence[Wanted | None]]) -> str:
    """Return what a query asks of the events, from behind the hash on."""
    columns = [" AS id", "coalesce(occurred_at, 0) AS occurred"]
    if "known_at" in events.has:
        columns.append("coalesce(known_at, occurred_at, 0) AS known")
    if "row" in events.has:
        columns.append("row")
    alone = masks[0][0] if len(masks) == 1 and len(masks[0]) == 1 else None
    if alone is not None and alone.ordered and "event_id" in events.has:
        columns.append("event_id")
    columns += [f"{_bits(events, rules).sql('duckdb')} AS bits{k}" for k, rules in enumerate(masks)]
    weights = [rule.weight for rule in wanted if rule.weight is not None]
    columns += [f"coalesce({weight.sql('duckdb')}, 0) AS weight{k}" for k, weight in enumerate(weights)]
    keys = [rule.key for rule in wanted if rule.key is not None or rule.by_visit]
    columns += [f"{key.sql('duckdb')} AS key{k}" for k, key in enumerate(keys) if key is not None]
    return f"{', '.join(columns)} FROM {events.relation}"


def _bits(events: Source, rules: Sequence[Wanted | None]) -> exp.Expr:
    """Return SQL for the rules an event meets, as bits; conditions are grouped by the event's name."""
    always: list[exp.Expr] = []
    by_event: dict[str, list[exp.Expr]] = {}
    for bit, rule in enumerate(rules):
        if rule is None:
            continue
        met = _met(events, rule, bit)
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


def _met(events: Source, rule: Wanted, bit: int) -> exp.Expr:
    conditions: list[exp.Expr] = []
    if rule.humans and "verdict" in events.has:
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


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)
