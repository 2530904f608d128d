"""Which events are hits of a rule, and which of those are kept? (AGREEMENT.md 5)"""

from __future__ import annotations

from dataclasses import dataclass, field

from oracle_agreement import Agreement, Rule
from oracle_expressions import number_of, truth_of
from oracle_facts import Event, Facts, bucket
from oracle_values import Typed, Value


@dataclass(frozen=True)
class Hit:
    rule: str
    weight: float
    event: Event = field(repr=False)

    @property
    def begins(self) -> int:
        return self.event.begins

    @property
    def occurred_at(self) -> int:
        return self.event.occurred_at


@dataclass(frozen=True)
class EventScope:
    """In `where` and point expressions a bare name is a property of the event."""

    agreement: Agreement
    facts: Facts
    event: Event

    def name(self, table: str, name: str) -> Typed:
        assert table == "", "an event rule reads no attributes"
        return Typed(self.facts.kind("", name), self.event.properties.get(name))

    def call(self, function: str, rule: str) -> Typed:
        raise NotImplementedError(function)

    def listed(self, name: str) -> tuple[str, ...]:
        return self.agreement.lists[name]


def hits(agreement: Agreement, facts: Facts, rule: Rule, lead: str) -> list[Hit]:
    """All hits of a rule, in the order that decides which of them are kept."""
    found = []
    for event in facts.events_of(lead):
        scope = EventScope(agreement, facts, event)
        if event.name not in rule.events or (event.machine and not rule.machines):
            continue
        if rule.where is not None and truth_of(rule.where, scope) is not True:
            continue
        weight = rule.points if isinstance(rule.points, float) else number_of(rule.points, scope)
        if weight is not None and abs(weight) <= MOST_POINTS:
            found.append(Hit(rule.name, weight, event))
    return sorted(found, key=order)


MOST_POINTS = 1e100  # decision 0001, 29


def order(hit: Hit) -> tuple[object, ...]:
    event_id = hit.event.event_id
    return (hit.begins, hit.occurred_at, event_id is not None, event_id or "", -hit.weight)


def distinct_value(facts: Facts, rule: Rule, hit: Hit) -> Value:
    assert rule.distinct is not None
    name = rule.distinct.lower()
    if name == "session_id" and name not in facts.event_kinds:
        return facts.session_of(hit.event)
    return hit.event.properties.get(name)


def why_dropped(agreement: Agreement, facts: Facts, rule: Rule, hit: Hit, kept: list[Hit]) -> str | None:
    """`distinct` or `at_most` where a hit is dropped, given those kept before it; None where it is kept."""
    same_value = kept
    if rule.distinct is not None:
        value = distinct_value(facts, rule, hit)
        same_value = [other for other in kept if distinct_value(facts, rule, other) == value]
    if rule.at_most is not None:
        number, per = rule.at_most
        of_hit = bucket(hit.occurred_at, per, agreement.zone)
        before = [h for h in same_value if bucket(h.occurred_at, per, agreement.zone) == of_hit]
        return "at_most" if len(before) >= number else None
    if rule.distinct is not None and value is not None and same_value:
        return "distinct"
    return None


def kept_and_dropped(
    agreement: Agreement, facts: Facts, rule: Rule, lead: str
) -> tuple[list[Hit], list[tuple[Hit, str]]]:
    """The hits that count, and those that do not with the reason; both in their order, for all time."""
    kept: list[Hit] = []
    dropped: list[tuple[Hit, str]] = []
    for hit in hits(agreement, facts, rule, lead):
        why = why_dropped(agreement, facts, rule, hit, kept)
        if why is None:
            kept.append(hit)
        else:
            dropped.append((hit, why))
    return kept, dropped
