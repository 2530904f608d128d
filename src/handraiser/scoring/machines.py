"""Which events of a lead would be hits, had no machine made them?"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from handraiser.agreement.model import Agreement, EventRule
from handraiser.facts.inputs import Inputs, Source
from handraiser.scoring.evidence import Hit, evidence
from handraiser.scoring.match import event_rules, match
from handraiser.scoring.score import prepare

__all__ = ["machine_hits"]

_TABLE = "explained_machines"
_Rule = TypeVar("_Rule")


def machine_hits(agreement: Agreement, inputs: Inputs, lead: int, at: int) -> list[list[Hit]]:
    """Return per event rule that leaves machines out the hits that machines would have made by an instant.

    The events are those of one lead, each with its `row`. They are matched once more, as if machines
    counted; most leads have no such event, and then nothing is.
    """
    rules = event_rules(agreement)
    events = inputs.events
    inputs.con.execute(
        f"CREATE OR REPLACE TABLE {_TABLE} AS SELECT * FROM {events.relation} WHERE verdict = 'machine'"
    )
    try:
        if not inputs.con.execute(f"SELECT 1 FROM {_TABLE} LIMIT 1").fetchall():
            return [[] for _ in rules]
        made = Source(relation=_TABLE, columns=events.columns, has=events.has)
        matched = match(_counting(agreement), msgspec.structs.replace(inputs, events=made), threads=1)
        found = evidence(prepare(_counting(agreement), matched), lead, at).hits
    finally:
        inputs.con.execute(f"DROP TABLE {_TABLE}")
    return [[] if rule.count_machines else hits for rule, hits in zip(rules, found, strict=True)]


def _counting(agreement: Agreement) -> Agreement:
    """Return the agreement with every rule counting machines."""
    engagement = msgspec.structs.replace(
        agreement.engagement, rules=tuple(_counted(rule) for rule in agreement.engagement.rules)
    )
    return msgspec.structs.replace(agreement, engagement=engagement)


def _counted(rule: _Rule) -> _Rule:
    return msgspec.structs.replace(rule, count_machines=True) if isinstance(rule, EventRule) else rule
