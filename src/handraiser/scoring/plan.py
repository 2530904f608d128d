"""What do agreements ask of inputs, before any of them is read?

It depends on the agreements and on which columns there are, not on rows: who reads batch after batch of the
same kind makes the plan once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import duckdb
from sqlglot import exp

from handraiser.agreement.model import Agreement, EventRule, Sql
from handraiser.facts.inputs import Column, Inputs, Source
from handraiser.scoring.expressions import points, truth
from handraiser.scoring.questions import Questions, questions_of
from handraiser.scoring.wanted import Query, Shape, Wanted, queries, shape_of

__all__ = [
    "EventPlan",
    "Plan",
    "Planned",
    "asks",
    "event_plan",
    "event_rules",
    "ground_key",
    "places_of",
    "planned",
]

_LEAVES, _RETURNS = Wanted(event=("Unsubscribed",)), Wanted(event=("Subscribed",))
_EVERY = Wanted(event=())  # every event is part of a visit, whatever rules it meets
_LAYOUT = 1  # of the bytes in which hits are kept, and of what is hashed here; another number is another key


class EventPlan(NamedTuple):
    """What some agreements ask of the events.

    wanted    what their rules ask, each once
    streamed  the same, and what has to be known of events to derive attributes and visits from them
    leaves    the number of the first of two rules streamed for `lead.unsubscribed`
    """

    wanted: tuple[Wanted, ...]
    streamed: tuple[Wanted, ...]
    leaves: int
    derives_sessions: bool
    derives_unsubscribed: bool
    derives_customer: bool
    shape: Shape
    queries: tuple[Query, ...]


class Planned(NamedTuple):
    """What one of the agreements asks: where its rules stand among those wanted, and of the attributes."""

    agreement: Agreement
    places: tuple[int, ...]
    questions: Questions


class Plan(NamedTuple):
    """All that some agreements ask of inputs with these columns.

    key  as `ground_key` has it
    """

    columns: tuple[object, ...]
    events: EventPlan
    agreements: tuple[Planned, ...]
    key: str

    def fits(self, inputs: Inputs) -> bool:
        """Return whether inputs have the columns that were planned for."""
        return self.columns == _columns(inputs)

    def of(self, agreement: Agreement) -> Planned | None:
        """Return what was planned for an agreement, None for one that was not."""
        return next(
            (own for own in self.agreements if own.agreement is agreement or own.agreement == agreement), None
        )


def planned(agreements: Sequence[Agreement], inputs: Inputs) -> Plan:
    """Return the plan of some agreements over inputs of this kind."""
    events = event_plan(agreements, inputs)
    return Plan(
        columns=_columns(inputs),
        events=events,
        agreements=tuple(
            Planned(
                agreement, places_of(events.wanted, asks(agreement, inputs)), questions_of(agreement, inputs)
            )
            for agreement in agreements
        ),
        key=_digest(events, inputs.events),
    )


def event_plan(agreements: Sequence[Agreement], inputs: Inputs) -> EventPlan:
    """Return what some agreements ask of the events; rules that ask the same are asked once."""
    derives_unsubscribed = "unsubscribed" not in inputs.leads.columns
    wanted: list[Wanted] = []
    for agreement in agreements:
        for place, rule in zip(places_of(wanted, asked := asks(agreement, inputs)), asked, strict=True):
            if place < 0:
                wanted.append(rule)
    derives_sessions = "session_id" not in inputs.events.columns and any(rule.by_visit for rule in wanted)
    streamed = [*wanted, *([_EVERY] if derives_sessions else [])]
    leaves = len(streamed)
    if derives_unsubscribed:
        streamed += [_LEAVES, _RETURNS]
    return EventPlan(
        wanted=tuple(wanted),
        streamed=tuple(streamed),
        leaves=leaves,
        derives_sessions=derives_sessions,
        derives_unsubscribed=derives_unsubscribed,
        derives_customer=inputs.companies is None or "is_customer" not in inputs.companies.columns,
        shape=shape_of(inputs.events, streamed),
        queries=tuple(queries(inputs.events, streamed)),
    )


def ground_key(agreements: Sequence[Agreement], inputs: Inputs) -> str:
    """Return what kept hits depend on, as a short digest: hits of another key are read anew.

    The rules in their order with the SQL of what they ask, the columns that this SQL reads with their
    kinds, what is derived from events, which columns hits have, and the version of DuckDB, whose hashes are
    kept for `distinct`.
    """
    return _digest(event_plan(agreements, inputs), inputs.events)


def _digest(plan: EventPlan, events: Source) -> str:
    kinds = {column.sql: column.kind.value for column in events.columns.values()}
    said: list[object] = [_LAYOUT, duckdb.__version__, plan.leaves, plan.shape.begin, plan.shape.source]
    said.append("verdict" in events.has)
    said.append("event_id" in events.has)
    for rule in plan.streamed:
        trees = (rule.where, rule.weight, rule.key)
        read = {column.sql("duckdb") for tree in trees if tree for column in tree.find_all(exp.Column)}
        said.append(rule.event)
        said += [None if tree is None else tree.sql("duckdb") for tree in trees]
        said.append(
            (rule.by_visit, rule.humans, rule.ordered, sorted((name, kinds.get(name)) for name in read))
        )
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _columns(inputs: Inputs) -> tuple[object, ...]:
    sources = (inputs.leads, inputs.companies, inputs.events)
    return tuple(source and (source.relation, source.columns, source.has) for source in sources)


def event_rules(agreement: Agreement) -> list[EventRule]:
    """Return the event rules in the order in which hits number them."""
    return [rule for rule in agreement.engagement.rules if isinstance(rule, EventRule)]


def asks(agreement: Agreement, inputs: Inputs) -> list[Wanted]:
    """Return what an agreement's event rules ask of the events, rule by rule."""

    def column(scope: str, name: str) -> Column | None:
        return inputs.events.columns.get(name)

    wanted = []
    for rule in event_rules(agreement):
        expression = isinstance(rule.points, Sql)
        wanted.append(
            Wanted(
                event=rule.event,
                where=None if rule.where is None else truth(rule.where.text, column, agreement.lists),
                weight=points(rule.points.text, column, agreement.lists)
                if isinstance(rule.points, Sql)
                else None,
                key=_key(rule, inputs),
                by_visit=_by_visit(rule) and "session_id" not in inputs.events.columns,
                humans=not rule.count_machines,
                ordered=expression and (rule.distinct is not None or rule.at_most is not None),
            )
        )
    return wanted


def places_of(wanted: Sequence[Wanted], asked: Iterable[Wanted]) -> tuple[int, ...]:
    """Return where each of those asked stands among the wanted, −1 for nowhere; no place is given twice."""
    free = list(range(len(wanted)))
    places = []
    for rule in asked:
        place = next((k for k in free if wanted[k] == rule), -1)
        if place >= 0:
            free.remove(place)
        places.append(place)
    return tuple(places)


def _key(rule: EventRule, inputs: Inputs) -> exp.Expr | None:
    """Return the hash of the distinct value, 0 for NULL and for nothing else (DuckDB's hash of 0 is 0)."""
    if rule.distinct is None or rule.distinct.lower() not in inputs.events.columns:
        return None
    found = inputs.events.columns[rule.distinct.lower()]
    value: exp.Expr = exp.maybe_parse(found.sql, dialect="duckdb")
    is_null = exp.Is(this=exp.paren(value.copy()), expression=exp.null())
    nothing = exp.cast(exp.Literal.number(0), "UBIGINT", dialect="duckdb")
    one = exp.cast(exp.Literal.number(1), "UBIGINT", dialect="duckdb")
    return exp.Case(
        ifs=[exp.If(this=is_null, true=nothing)], default=exp.func("greatest", exp.func("hash", value), one)
    )


def _by_visit(rule: EventRule) -> bool:
    return rule.distinct is not None and rule.distinct.lower() == "session_id"
