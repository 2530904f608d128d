"""What a rule did: how often it fired, and which MQLs it decided, is what one finds by asking without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import examples, microseconds, opened, prepared
from handraiser.agreement import load
from handraiser.learning.yields import Began, Yields, yields
from handraiser.scoring.score import Prepared
from oracle import Oracle
from oracle_agreement import Limits, Rule
from oracle_score import Scorer
from strategies import Case, cases
from strategies_times import THEMES

SPAN = timedelta(days=30)


class Without(Scorer):
    """Scores as though one rule gave nothing and held for nobody; all else is as it is."""

    absent = ""

    def judge(self, rule: Rule) -> tuple[float, bool]:
        return (0.0, False) if rule.name == self.absent else super().judge(rule)

    def count(self, rule: Rule) -> int:
        return 0 if rule.name == self.absent else super().count(rule)


def qualifies(oracle: Oracle, lead: str, at: int, *, without: str = "") -> bool:
    """Ask the oracle, with one rule taken away, its own limits with it."""
    agreement = oracle.agreement
    for name in ("fit", "engagement"):
        section = getattr(agreement, name)
        rules = tuple(
            replace(rule, limits=Limits()) if rule.name == without else rule for rule in section.rules
        )
        agreement = replace(agreement, **{name: replace(section, rules=rules)})
    scorer = Without(agreement, oracle.facts, oracle._lead(lead, at), at, at, None)
    scorer.absent = without
    return scorer.score().qualified


def fired(oracle: Oracle, rule: Rule, lead: str, since: int, until: int) -> int:
    """Count the kept hits that begin to count in the period and with which the rule holds."""
    kept = oracle.kept(lead, rule.name, until)
    many = 0
    for place, hit in enumerate(kept):
        began = int(hit.begins)
        window = [
            other
            for other in kept[: place + 1]
            if rule.within is None or began - rule.within < other.occurred_at
        ]
        many += since < began and hit in window and len(window) >= (rule.at_least or 1)
    return many


def yielded(ready: Prepared, began: list[Began], since: int, until: int) -> Yields:
    hidden = np.zeros(len(ready.matched.leads.ids), dtype=bool)
    return yields(ready, began, since=since, until=until, hidden=hidden, threads=1)


@pytest.mark.parametrize("theme", THEMES)
@examples(10)
@given(data=st.data())
def test_what_a_rule_decided_would_not_have_begun_without_it(theme: str, data: st.DataObject) -> None:
    case: Case = data.draw(cases(theme))
    oracle = Oracle(case.agreement, case.leads, case.companies, case.events, case.outcomes)
    with opened(case) as inputs:
        ready = prepared(case, inputs)
        until = max(case.instants)
        since = microseconds(until - SPAN)
        began = [
            Began(lead, microseconds(at), (place + k) % 2 == 0)
            for k, lead in enumerate(case.lead_ids)
            for place, at in enumerate(case.instants[:3])
        ]
        found = yielded(ready, began, since, microseconds(until))
        asked = [(each, qualifies(oracle, each.lead_id, each.at)) for each in began]
        assert (found.mqls, found.confirmed) == (len(began), sum(holds for _, holds in asked))
        for name, rule in oracle.agreement.rules.items():
            of = found.of(name)
            assert of is not None
            decided = [
                each
                for each, holds in asked
                if holds and not qualifies(oracle, each.lead_id, each.at, without=name)
            ]
            held = [each for each in began if oracle.score(each.lead_id, each.at).holds[name]]
            assert (of.decided, of.decided_won) == (len(decided), sum(each.won for each in decided)), name
            assert (of.mqls, of.won) == (len(held), sum(each.won for each in held)), name
            if rule.kind == "event":
                times = [fired(oracle, rule, lead, since, microseconds(until)) for lead in case.lead_ids]
                assert (of.times, of.leads) == (sum(times), sum(each > 0 for each in times)), name
            else:
                holding = [oracle.score(lead, until).holds[name] for lead in case.lead_ids]
                assert (of.times, of.leads) == (0, sum(holding)), name


NEEDED = """
agreement: needed
fit: {rules: [{rule: big, when: lead.size > 50, points: 10}], max: 10}
engagement:
  groups: {mail: {max: 10}}
  rules:
    - {rule: paper, event: Paper, points: 20}
    - {rule: click, event: Click, points: 10, group: mail}
    - {rule: open, event: Open, points: 10, group: mail}
    - {rule: demo, event: Demo, points: 1}
qualify: {mql: score >= 30, hand_raise: demo}
"""


@pytest.mark.parametrize(
    ("did", "size", "decided"),
    [
        (["Paper", "Click"], None, {"paper", "click"}),
        (["Paper", "Click"], 100, {"paper"}),  # who is big had no need of the click
        (["Paper", "Click", "Open"], None, {"paper"}),  # the group gives no more for both of them
        (["Demo"], None, {"demo"}),
        (["Paper", "Click", "Demo"], None, set()),  # either way would have done
    ],
)
def test_a_rule_decides_whom_no_other_makes_up_for(
    did: list[str], size: int | None, decided: set[str]
) -> None:
    at = datetime.fromisoformat("2026-03-01T00:00:00Z")
    events: list[Mapping[str, Any]] = [{"lead_id": "ann", "event": event, "occurred_at": at} for event in did]
    leads = [
        {"lead_id": "ann", "size": size, "created_at": at},
        {"lead_id": "ben", "size": 1, "created_at": at},
    ]
    case = Case({}, NEEDED, leads, [], list(events), [], [at], None)  # type: ignore[arg-type]  # no grid
    with opened(case) as inputs:
        ready = prepared(case, inputs)
        assert ready.agreement.fingerprint == load(NEEDED).fingerprint
        found = yielded(ready, [Began("ann", microseconds(at), True)], microseconds(at) - 1, microseconds(at))
    assert {each.rule for each in found.rules if each.decided} == decided
    silent = {each.rule for each in found.rules if each.is_silent}
    assert silent == {"paper", "click", "open", "demo"} - {event.lower() for event in did}


def test_who_is_not_there_or_left_out_is_not_counted() -> None:
    at = datetime.fromisoformat("2026-03-01T00:00:00Z")
    leads = [{"lead_id": name, "size": 60, "created_at": at} for name in ("ann", "ben")]
    events = [{"lead_id": name, "event": "Paper", "occurred_at": at} for name in ("ann", "ben")]
    case = Case({}, NEEDED, leads, [], events, [], [at], None)  # type: ignore[arg-type]  # no grid
    began = [Began(name, microseconds(at), False) for name in ("ann", "ben", "zoe")]
    with opened(case) as inputs:
        ready = prepared(case, inputs)
        found = yields(
            ready, began, since=microseconds(at) - 1, until=microseconds(at),
            hidden=np.array([True, False]), threads=1,
        )  # fmt: skip
    assert (found.leads, found.mqls, found.confirmed) == (1, 1, 1)
    paper = found.of("paper")
    assert paper is not None
    assert (paper.times, paper.leads, paper.decided) == (1, 1, 1)
