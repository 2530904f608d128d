"""The oracle's own examples: qualifying, moments and episodes (AGREEMENT.md 7 and 8, readings 3 to 6)."""

from __future__ import annotations

import pytest

from oracle_examples import MICROSECOND, agreement, ask, day, event, micros, outcome, visits

TEN = "{rule: visit, event: Visit, points: 10}"
BOB = {"lead_id": "bob", "company_id": "c", "valid_from": day(0)}


LATER = day(1000)


def episode_days(oracle, until=LATER):
    found = oracle.episodes("ann", until)
    return [(each.mql_at - micros(day(0))) / 86_400e6 for each in found]


# ---- whether it qualifies


@pytest.mark.parametrize(
    ("mql", "expected"),
    [
        ("fit >= 4 and engagement >= 20 and score = 24", True),
        ("mail > 9", True),  # a group: 10
        ("grade = 'C'", True),  # of bounds 5 and 1 the greatest ≤ 4
        ("grade in ('A', 'D')", False),
        ("visit and not never_seen", True),
        ("never_seen or company.staff > 3", None),
        ("count(visit) = 2 and count(never_seen) = 0", True),
        ("points(visit) + points(opens) - 2 * fit = 22", True),  # 10 + 20 − 2 × 4
        ("score > case when lead.country = 'US' then 20 else 30 end", True),
        ("lead.country = 'DE' or lead.country is null", False),
        ("lead.size > 5", None),  # unknown is not true
        ("score between 24 and 30 and fit in (1, 4)", True),
    ],
)
def test_qualify_is_one_condition_over_scores_rules_and_attributes(mql, expected):
    text = f"""
agreement: example
fit:
  rules: [{{rule: us, when: lead.country = 'US', points: 4}}]
  grades: {{A: 5, C: 1}}
engagement:
  groups: {{mail: {{max: 10}}}}
  rules:
    - {{rule: visit, event: Visit, points: 5}}
    - {{rule: opens, group: mail, event: Visit, points: 10}}
    - {{rule: never_seen, event: Nothing, points: 1}}
qualify: {{mql: "{mql}"}}
"""
    leads = [{"lead_id": "ann", "country": "US", "size": None}]
    result = ask(text, visits(0, 1), leads=leads).score("ann", day(1))
    assert result.mql is expected
    assert result.qualified is (expected is True)


@pytest.mark.parametrize(("fit", "grade"), [(40, "A"), (39.999999, "B"), (25, "B"), (24, "D"), (-5, "D")])
def test_a_fit_below_every_grade_is_d(fit, grade):
    text = f"""
agreement: example
fit: {{rules: [{{rule: it, when: "true", points: {fit}}}], grades: {{B: 25, A: 40}}}}
engagement: {{rules: []}}
qualify: {{mql: grade = 'A'}}
"""
    assert ask(text).score("ann", day(0)).grade == grade
    assert ask(agreement(TEN)).score("ann", day(0)).grade is None


@pytest.mark.parametrize(
    ("qualify", "expected"),
    [
        ("never: visit", False),
        ("never: lead.nothing", True),  # unknown never does not stop it
        ("hand_raise: lead.nothing", True),
    ],
)
def test_never_stops_only_where_it_is_true(qualify, expected):
    assert ask(agreement(TEN, qualify=qualify), visits(0)).score("ann", day(0)).qualified is expected


def test_an_episode_that_begins_with_hand_raise_is_marked():
    text = agreement(TEN, mql="score >= 20", qualify="hand_raise: visit")
    assert [each.hand_raise for each in ask(text, visits(0)).episodes("ann", day(9))] == [True]
    text = agreement(TEN, mql="score >= 10", qualify="hand_raise: count(visit) >= 2")
    assert [each.hand_raise for each in ask(text, visits(0, 1)).episodes("ann", day(9))] == [False]


# ---- moments


def test_the_first_moment_at_which_it_qualifies_is_mql_at_and_stays_so():
    oracle = ask(
        agreement("{rule: visit, event: Visit, points: 10, within: 5 days}", mql="score >= 20"),
        visits(0, 3, 20),
    )
    assert oracle.mql_at("ann", day(3) - MICROSECOND) is None
    assert oracle.mql_at("ann", day(3)) == micros(day(3))
    assert oracle.mql_at("ann", day(900)) == micros(day(3))
    assert not oracle.score("ann", day(900)).qualified


def test_time_passing_alone_makes_no_mql():
    rules = f"{TEN}, {{rule: bad, event: Bad, points: -10, within: 2 days}}"
    oracle = ask(agreement(rules), [*visits(1), event(day(0), "Bad"), event(day(30), "Other")])
    assert oracle.score("ann", day(1)).qualified is False
    assert oracle.score("ann", day(5)).qualified is True  # the penalty has expired
    assert oracle.episodes("ann", day(99)) == []  # and no hit began to count since


def test_a_dropped_hit_is_no_moment_and_a_kept_one_of_no_weight_is():
    rules = "{rule: visit, event: Visit, points: 10, within: 2 days, at_most: 1 per month}, " + (
        "{rule: bad, event: Bad, points: -10, within: 1 days}"
    )
    events = [*visits(1), event(day(0.5), "Bad")]
    assert episode_days(ask(agreement(rules), [*events, *visits(2)])) == []
    zero = f"{rules}, {{rule: zero, event: Zero, points: 0}}"
    assert episode_days(ask(agreement(zero), [*events, event(day(2), "Zero")])) == [2]


def test_everything_at_one_instant_applies_before_the_question_is_asked():
    rules = f"{TEN}, {{rule: bad, event: Bad, points: -5}}"
    assert episode_days(ask(agreement(rules), [*visits(0, 2), event(day(0), "Bad")])) == [2]


def test_a_late_event_makes_an_mql_when_it_begins_to_count_not_when_it_occurred():
    assert episode_days(ask(agreement(TEN), [event(day(0), known_at=day(4))])) == [4]


def test_created_at_is_a_moment_and_none_is_before_it():
    leads = [{"lead_id": "ann", "created_at": day(3)}]
    assert episode_days(ask(agreement(TEN), visits(0), leads=leads)) == [3]
    assert episode_days(ask(agreement(TEN), visits(0, 5), leads=leads), until=day(2)) == []


def test_without_created_at_no_moment_is_before_the_first_row_begins_to_count():
    leads = [{"lead_id": "ann", "valid_from": day(2), "known_at": day(3)}]
    assert episode_days(ask(agreement(TEN), visits(0, 1), leads=leads)) == [
        3
    ]  # the row itself changes lead_id
    assert episode_days(ask(agreement(TEN), visits(0, 1))) == [0]  # a row that always was sets no floor


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"size": 5}, {"size": 60, "valid_from": day(4)}], [4]),
        ([{"size": 5}, {"size": 60, "valid_from": day(4), "known_at": day(6)}], [6]),
        # an old row that becomes known changes nothing, so it is no moment
        ([{"size": 60}, {"size": 5, "valid_from": day(-8), "known_at": day(-5)}], []),
        ([{"size": 60}], []),  # holds from the beginning of time, which is no instant
    ],
)
def test_a_row_that_changes_an_attribute_is_a_moment(rows, expected):
    text = agreement(fit="{rule: large, when: lead.size > 50, points: 10}")
    assert episode_days(ask(text, leads=[{"lead_id": "ann"} | row for row in rows])) == expected


def test_any_attribute_that_changes_makes_a_moment_named_or_not():
    leads = [{"lead_id": "ann", "note": "a"}, {"lead_id": "ann", "note": "b", "valid_from": day(7)}]
    same = [{"lead_id": "ann", "note": "a"}, {"lead_id": "ann", "note": "a", "valid_from": day(7)}]
    text = agreement(
        "{rule: bad, event: Visit, points: -10, within: 2 days}", mql="engagement >= 0 and not bad"
    )
    assert episode_days(ask(text, visits(0), leads=leads)) == [7]
    assert episode_days(ask(text, visits(0), leads=same)) == []


def test_a_row_of_the_company_it_has_at_that_instant_is_a_moment():
    leads = [
        {"lead_id": "ann", "company_id": "c", "created_at": day(0)},
        {"lead_id": "ann", "company_id": "d", "valid_from": day(5)},
    ]
    companies = [
        {"company_id": "c", "staff": 1},
        {"company_id": "d", "staff": 2},
        {"company_id": "c", "staff": 99, "valid_from": day(7)},
    ]
    text = agreement(fit="{rule: large, when: company.staff > 50, points: 10}")
    assert episode_days(ask(text, leads=leads, companies=companies)) == []  # c is no longer hers
    companies.append({"company_id": "d", "staff": 99, "valid_from": day(8)})
    assert episode_days(ask(text, leads=leads, companies=companies)) == [8]


def test_unsubscribing_is_a_moment_though_no_rule_names_it():
    text = agreement(TEN, mql="lead.unsubscribed")
    events = [event(day(1), "Unsubscribed", known_at=day(2))]
    leads = [{"lead_id": "ann", "created_at": day(0)}]
    assert episode_days(ask(text, events, leads=leads)) == [2]


def test_a_companys_first_customer_stops_its_other_leads():
    leads = [{"lead_id": "ann", "company_id": "c", "created_at": day(0)}, BOB]
    companies = [{"company_id": "c"}]
    text = agreement(TEN, qualify="never: company.is_customer")
    oracle = ask(
        text, visits(3), leads=leads, companies=companies, outcomes=[outcome(day(3), "customer", "bob")]
    )
    assert episode_days(oracle) == []
    oracle = ask(
        text, visits(3), leads=leads, companies=companies, outcomes=[outcome(day(4), "customer", "bob")]
    )
    assert episode_days(oracle) == [3]


def test_a_companys_first_customer_is_a_moment_of_its_other_leads():
    leads = [{"lead_id": "ann", "company_id": "c", "created_at": day(0)}, BOB]
    text = agreement(TEN, mql="company.is_customer")
    oracle = ask(text, leads=leads, outcomes=[outcome(day(3), "customer", "bob", agreement="other")])
    assert episode_days(oracle) == [3]


# ---- episodes

RECYCLE = "recycle: {reasons: {not_now: {}, budget: {requalify_after: 20 days}, fake: {disqualify: true}}%s}"


def after(*outcomes, recycle="", events=None, **how):
    text = agreement(TEN, more=RECYCLE % recycle)
    oracle = ask(text, visits(0, 1, 5, 10, 30) if events is None else events, outcomes=list(outcomes))
    return [
        ((each.mql_at - micros(day(0))) / 86_400e6, each.end)
        for each in oracle.episodes("ann", day(999), **how)
    ]


@pytest.mark.parametrize("stage", ["accepted", "sql", "opportunity"])
def test_an_open_episode_lets_no_other_begin(stage):
    assert after() == [(0, None)]
    assert after(outcome(day(2), stage)) == [(0, None)]


def test_after_a_recycle_the_next_moment_may_begin_another():
    assert after(outcome(day(2), "recycled", reason="not_now")) == [(0, "recycled"), (5, None)]
    # at the moment itself: the outcome applies before the question is asked
    assert after(outcome(day(5), "recycled", reason="not_now")) == [(0, "recycled"), (5, None)]


def test_requalify_after_is_the_reasons_own_else_the_sections():
    recycled = outcome(day(5), "recycled", reason="not_now")
    assert after(recycled, recycle=", requalify_after: 5 days") == [(0, "recycled"), (10, None)]
    assert after(recycled, recycle=", requalify_after: 6 days") == [(0, "recycled"), (30, None)]
    budget = outcome(day(5), "recycled", reason="budget")
    assert after(budget, recycle=", requalify_after: 5 days") == [(0, "recycled"), (30, None)]
    unknown = outcome(day(5), "recycled", reason="never_heard_of")
    assert after(unknown, recycle=", requalify_after: 5 days") == [(0, "recycled"), (10, None)]


@pytest.mark.parametrize("stage", ["customer", "lost", "disqualified"])
def test_a_closed_lead_stays_closed(stage):
    later = outcome(day(3), "recycled", reason="not_now")
    assert after(outcome(day(2), stage), later) == [(0, stage)]
    assert after(outcome(day(0), stage)) == []  # closed before the question was asked


@pytest.mark.parametrize("stage", ["customer", "lost", "disqualified"])
def test_a_closed_lead_that_is_reopened_can_become_an_mql_by_what_happens_then(stage):
    closed, reopened = outcome(day(2), stage), outcome(day(4), "reopened")
    assert after(closed, reopened) == [(0, stage), (5, None)]
    assert after(closed, reopened, outcome(day(6), stage)) == [(0, stage), (5, stage)]
    assert after(closed, reopened, recycle=", requalify_after: 9 days") == [(0, stage), (5, None)]


def test_a_lead_that_is_not_closed_cannot_be_reopened():
    assert after(outcome(day(2), "reopened")) == [(0, None)]
    recycled = outcome(day(2), "recycled", reason="not_now")
    assert after(recycled, outcome(day(3), "reopened"), recycle=", requalify_after: 5 days") == [
        (0, "recycled"),
        (10, None),
    ]


def test_a_reason_that_disqualifies_closes():
    assert after(outcome(day(2), "recycled", reason="fake")) == [(0, "disqualified")]


def test_an_outcome_without_an_episode_has_its_effect():
    recycled = outcome(day(-1), "recycled", reason="not_now")
    assert after(recycled, recycle=", requalify_after: 3 days") == [(5, None)]
    assert after(outcome(day(-1), "accepted")) == [(0, None)]


def test_of_several_recycles_the_last_one_counts():
    two = [outcome(day(4), "recycled", reason="budget"), outcome(day(6), "recycled", reason="not_now")]
    assert after(*two) == [(0, "recycled"), (10, None)]


def test_outcomes_of_another_agreement_change_nothing():
    assert after(outcome(day(2), "recycled", agreement="other")) == [(0, None)]
    assert after(outcome(day(2), "recycled", agreement="example")) == [(0, "recycled"), (5, None)]


def test_of_outcomes_at_one_instant_the_first_in_the_file_applies_first():
    both = [outcome(day(2), "recycled"), outcome(day(2), "customer")]
    assert after(*both) == [(0, "recycled")]  # ended by the first, closed by the second
    assert after(*both[::-1]) == [(0, "customer")]


def test_a_backtest_asks_for_the_first_episode_as_if_nothing_had_been_recycled_or_lost():
    how = {"first_only": True, "ignore_outcomes": True}
    assert after(outcome(day(-1), "lost"), **how) == [(0, None)]
    assert after(outcome(day(-1), "recycled"), recycle=", requalify_after: 9 days", **how) == [(0, None)]
    assert after(outcome(day(-1), "customer"), **how) == []


def test_forgotten_hits_no_longer_count_for_points_holding_or_counts():
    text = agreement(
        f"{TEN}, {{rule: quiet, silent_for: 9 days, points: -3}}",
        more="recycle: {forget_engagement: true}\nscore: {min: -100}",
    )
    events = [*visits(0, 5), event(day(4), known_at=day(7))]
    oracle = ask(text, events, outcomes=[outcome(day(5), "recycled")])
    assert oracle.score("ann", day(5) - MICROSECOND).counts["visit"] == 1
    at = oracle.score("ann", day(8))  # occurred_at ≤ r, though one of them became known after r
    assert (at.counts["visit"], at.holds["visit"], at.points["visit"]) == (0, False, 0.0)
    assert at.points["quiet"] == 0.0  # silence does not forget
    assert micros(day(7)) in oracle.moments("ann")  # a moment still, though it gives nothing
    fresh = ask(text, [*events, *visits(8)], outcomes=[outcome(day(5), "recycled")])
    assert fresh.score("ann", day(8)).points["visit"] == 10.0
    assert [each.mql_at for each in fresh.episodes("ann", day(9))] == [micros(day(0)), micros(day(8))]


def test_without_forget_engagement_nothing_is_forgotten():
    oracle = ask(agreement(TEN), visits(0), outcomes=[outcome(day(5), "recycled")])
    assert oracle.score("ann", day(8)).points["visit"] == 10.0


def test_distinct_remembers_what_was_forgotten():
    text = agreement(
        "{rule: it, event: Visit, points: 10, distinct: mail}", more="recycle: {forget_engagement: true}"
    )
    events = [event(day(0), mail="a"), event(day(9), mail="a")]
    oracle = ask(text, events, outcomes=[outcome(day(5), "recycled")])
    assert oracle.score("ann", day(9)).counts["it"] == 0
