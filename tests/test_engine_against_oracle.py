"""The engine agrees with the oracle on every number, whatever the agreement and the history."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import examples, microseconds, opened, prepared
from handraiser.agreement.model import Sql
from handraiser.scoring.explain import moment
from handraiser.scoring.match import event_rules
from handraiser.scoring.outlook import outlook
from handraiser.scoring.registers import TRUE
from handraiser.scoring.score import Prepared, find_episodes, score_table, silence_rules, stand
from oracle import Oracle
from strategies import Case, cases
from strategies_times import THEMES


@pytest.mark.parametrize("theme", THEMES)
@examples(5)
@given(data=st.data())
def test_every_number_is_the_oracles(theme: str, data: st.DataObject) -> None:
    case = data.draw(cases(theme))
    oracle = Oracle(case.agreement, case.leads, case.companies, case.events, case.outcomes)
    with opened(case) as inputs:
        ready = prepared(case, inputs)
        for at in case.instants:
            check_scores(case, ready, oracle, at)
            check_holds_counts_and_truths(case, ready, oracle, at)
        for at in case.instants[:2]:
            check_missing_and_until(case, ready, oracle, at)
        check_all_episodes(case, ready, oracle, max(case.instants))


def check_scores(case: Case, ready: Prepared, oracle: Oracle, at: datetime) -> None:
    table = score_table(ready, microseconds(at), points=True, threads=1).to_pylist()
    assert [row["lead_id"] for row in table] == case.lead_ids
    for row in table:
        want = oracle.score(row["lead_id"], at)
        mql_at = oracle.mql_at(row["lead_id"], at)
        expected = {
            "lead_id": row["lead_id"],
            "score": want.score,
            "fit": want.fit,
            "engagement": want.engagement,
            "grade": want.grade,
            "qualified": want.qualified,
            "mql_at": None if mql_at is None else moment(mql_at),
            **{f"points_{rule}": points for rule, points in want.points.items()},
        }
        assert row == expected, at


def holds_and_counts(ready: Prepared, at: int) -> list[tuple[dict[str, bool], dict[str, int]]]:
    standing = stand(ready, at, points=True, threads=1)
    events, silences = event_rules(ready.agreement), silence_rules(ready.agreement)
    found = []
    for lead in range(len(ready.matched.leads.ids)):
        state = standing.state[lead]
        holds = {
            rule.name: bool(ready.fit.holds[state, r]) for r, rule in enumerate(ready.agreement.fit.rules)
        }
        holds |= {rule.name: bool(standing.holds[lead, s]) for s, rule in enumerate([*events, *silences])}
        counts = {rule.name: int(standing.counts[lead, r]) for r, rule in enumerate(events)}
        found.append((holds, counts))
    return found


def check_holds_counts_and_truths(case: Case, ready: Prepared, oracle: Oracle, at: datetime) -> None:
    standing = stand(ready, microseconds(at), points=True, threads=1)
    for lead, (holds, counts) in enumerate(holds_and_counts(ready, microseconds(at))):
        want = oracle.score(case.lead_ids[lead], at)
        assert holds == want.holds, at
        assert counts == want.counts, at
        truths = [want.mql is True, want.hand_raise is True, want.never is True, want.qualified]
        assert [answer == TRUE for answer in standing.answers[lead]] == truths, at


def check_all_episodes(case: Case, ready: Prepared, oracle: Oracle, until: datetime) -> None:
    found = find_episodes(ready, microseconds(until), first_only=False, threads=1)
    for lead, lead_id in enumerate(case.lead_ids):
        first = found.offsets[lead]
        mine = [
            (int(found.at[k]), bool(found.hand_raise[k])) for k in range(first, first + found.found[lead])
        ]
        assert mine == [(episode.mql_at, episode.hand_raise) for episode in oracle.episodes(lead_id, until)]


def check_missing_and_until(case: Case, ready: Prepared, oracle: Oracle, at: datetime) -> None:
    """`missing` where a rule has its weight from; which hit is the last of a rule, `explain` must say."""
    rules = event_rules(ready.agreement)
    constant = {rule.name for rule in rules if not isinstance(rule.points, Sql)}
    for lead, lead_id in enumerate(case.lead_ids):
        ahead = outlook(ready, lead, microseconds(at), last=[None] * len(rules))
        want = oracle.missing(lead_id, at)
        assert {rule: ahead.missing[rule] for rule in constant} == {rule: want[rule] for rule in constant}, at
        assert ahead.until == oracle.until(lead_id, at), at
