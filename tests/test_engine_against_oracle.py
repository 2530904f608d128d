"""The engine agrees with the oracle on every number, whatever the agreement and the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given

from engine import opened, prepared
from handraiser.scoring.explain import moment
from handraiser.scoring.match import event_rules
from handraiser.scoring.outlook import outlook
from handraiser.scoring.registers import TRUE
from handraiser.scoring.score import Prepared, find_episodes, score_table, silence_rules, stand
from oracle import Oracle
from strategies import Case, cases


def oracle_of(case: Case) -> Oracle:
    return Oracle(case.agreement, case.leads, case.companies, case.events, case.outcomes)


def microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@given(case=cases())
def test_scores_points_and_mql_at_are_those_of_the_oracle(case: Case) -> None:
    oracle = oracle_of(case)
    inputs = opened(case)
    ready = prepared(case, inputs)
    for at in case.instants:
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
    inputs.con.close()


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


@given(case=cases())
def test_holds_counts_and_truths_are_those_of_the_oracle(case: Case) -> None:
    oracle = oracle_of(case)
    inputs = opened(case)
    ready = prepared(case, inputs)
    for at in case.instants:
        standing = stand(ready, microseconds(at), points=True, threads=1)
        for lead, (holds, counts) in enumerate(holds_and_counts(ready, microseconds(at))):
            want = oracle.score(case.lead_ids[lead], at)
            assert holds == want.holds
            assert counts == want.counts
            truths = [want.mql is True, want.hand_raise is True, want.never is True, want.qualified]
            assert [answer == TRUE for answer in standing.answers[lead]] == truths
    inputs.con.close()


@given(case=cases())
def test_all_episodes_are_those_of_the_oracle(case: Case) -> None:
    oracle = oracle_of(case)
    inputs = opened(case)
    ready = prepared(case, inputs)
    until = max(case.instants)
    found = find_episodes(ready, microseconds(until), first_only=False, threads=1)
    for lead, lead_id in enumerate(case.lead_ids):
        first = found.offsets[lead]
        mine = [
            (int(found.at[k]), bool(found.hand_raise[k])) for k in range(first, first + found.found[lead])
        ]
        want = [(episode.mql_at, episode.hand_raise) for episode in oracle.episodes(lead_id, until)]
        assert mine == want
    inputs.con.close()


@given(case=cases())
def test_missing_and_until_are_those_of_the_oracle(case: Case) -> None:
    oracle = oracle_of(case)
    inputs = opened(case)
    ready = prepared(case, inputs)
    for at in case.instants[:3]:
        for lead, lead_id in enumerate(case.lead_ids):
            ahead = outlook(ready, lead, microseconds(at))
            assert ahead.missing == oracle.missing(lead_id, at)
            assert ahead.until == oracle.until(lead_id, at)
    inputs.con.close()
