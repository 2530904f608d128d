"""The oracle's own examples: hits and points (AGREEMENT.md 5 and 6), each computed by hand."""

from __future__ import annotations

import pytest

from oracle_examples import MICROSECOND, agreement, ask, day, event, points_of, visits
from oracle_score import round6

VISIT = "event: Visit, points: 10"


@pytest.mark.parametrize(
    ("rule", "events", "asked", "expected"),
    [
        # no decay: every hit counts its weight for ever
        (VISIT, visits(0, 1), day(400), 20.0),
        (VISIT, visits(0), day(0), 10.0),  # occurred_at ≤ t: at its own instant it counts
        (VISIT, visits(0), day(0) - MICROSECOND, 0.0),
        # half-life: 10 × 2^(−30/30), 10 × 2^(−60/30), 10 × 2^(−15/30) = 7.0710678
        (f"{VISIT}, decay: half-life 30 days", visits(0), day(30), 5.0),
        (f"{VISIT}, decay: half-life 30 days", visits(0), day(60), 2.5),
        (f"{VISIT}, decay: half-life 30 days", visits(0), day(15), 7.071068),
        (f"{VISIT}, decay: half-life 30 days", visits(0, 30), day(30), 15.0),
        (f"{VISIT}, decay: half-life forever", visits(0), day(15), 10.0),
        # linear: 10 × (1 − 10/40); at D nothing is left, and after it no less
        (f"{VISIT}, decay: linear 40 days", visits(0), day(10), 7.5),
        (f"{VISIT}, decay: linear 40 days", visits(0), day(40), 0.0),
        (f"{VISIT}, decay: linear 40 days", visits(0), day(50), 0.0),
        # steps: the first step is taken at 7 days exactly; 4 × 25 % is all, a fifth takes nothing more
        (f"{VISIT}, decay: steps 25% every 7 days", visits(0), day(7) - MICROSECOND, 10.0),
        (f"{VISIT}, decay: steps 25% every 7 days", visits(0), day(7), 7.5),
        (f"{VISIT}, decay: steps 25% every 7 days", visits(0), day(21), 2.5),
        (f"{VISIT}, decay: steps 25% every 7 days", visits(0), day(35), 0.0),
        (f"{VISIT}, decay: steps 40% every 7 days", visits(0), day(21), 0.0),  # 1 − 1.2, but not below 0
        # within: t − within < occurred_at, so exactly at its edge the window has closed
        (f"{VISIT}, within: 30 days", visits(0), day(30) - MICROSECOND, 10.0),
        (f"{VISIT}, within: 30 days", visits(0), day(30), 0.0),
        (f"{VISIT}, within: 30 days", visits(0, 1), day(30), 10.0),
        # at_least: all or nothing, without decay
        (f"{VISIT}, at_least: 3", visits(0, 1), day(2), 0.0),
        (f"{VISIT}, at_least: 3", visits(0, 1, 2), day(2), 10.0),
        (f"{VISIT}, at_least: 3", visits(0, 1, 2, 3), day(3), 10.0),
        (f"{VISIT}, at_least: 2, within: 2 days", visits(0, 1), day(2), 0.0),
        # a rule's own clamp, also when it does not hold
        (f"{VISIT}, max: 15", visits(0, 1), day(1), 15.0),
        (f"{VISIT}, min: 4", visits(), day(1), 4.0),
        ("event: Visit, points: -10, min: -15", visits(0, 1), day(1), -15.0),
        # several event names; names are case-sensitive
        ("event: [Visit, Call], points: 3", [*visits(0), event(day(0), "Call")], day(0), 6.0),
        ("event: visit, points: 3", visits(0), day(0), 0.0),
    ],
)
def test_an_event_rule_sums_the_decayed_weights_of_the_hits_in_its_window(rule, events, asked, expected):
    assert points_of(rule, events, asked) == expected


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (2**-7, 0.007813),  # 7812.5 + 0.501 = 7813.001: an exact half goes up
        (-(2**-7), -0.007812),  # −7812.5 + 0.501 = −7811.999, floor −7812: a half goes up here too
        (0.0078124999999, 0.007813),  # 7812.4999999 + 0.501 = 7813.0009999: a last bit below does not matter
        (0.0000004, 0.0),
        (1 / 3, 0.333333),
        (2 / 3, 0.666667),
        (1e9, 1e9),
    ],
)
def test_six_decimals_are_shown_and_a_half_goes_up(x, expected):
    assert round6(x) == expected


def test_a_machines_event_makes_no_hit_unless_the_rule_counts_machines():
    events = [event(day(0), verdict="machine"), event(day(1), verdict="human"), event(day(2))]
    assert points_of(VISIT, events, day(3)) == 20.0
    assert points_of(f"{VISIT}, machines: count", events, day(3)) == 30.0


def test_a_null_weight_is_no_hit_and_a_weight_of_zero_is_one():
    events = [event(day(0), price=0, per=2), event(day(0), price=6, per=0), event(day(0), price=6, per=4)]
    oracle = ask(agreement("{rule: it, event: Visit, points: price / per}"), events)
    result = oracle.score("ann", day(0))
    assert result.points["it"] == 1.5  # 0/2 + 6/4; 6/0 is NULL
    assert result.counts["it"] == 2


def test_distinct_keeps_the_first_hit_of_each_value_and_every_hit_without_one():
    events = [event(day(n), mail=mail) for n, mail in enumerate(["a", "b", "a", None, None])]
    oracle = ask(agreement(f"{{rule: it, {VISIT}, distinct: mail}}"), events)
    assert oracle.score("ann", day(9)).counts["it"] == 4
    assert [(hit.event.position, why) for hit, why in oracle.dropped("ann", "it", day(9))] == [
        (2, "distinct")
    ]
    assert oracle.dropped("ann", "it", day(1)) == []


def test_distinct_is_for_ever_though_the_first_hit_is_out_of_its_window():
    events = [event(day(0), mail="a"), event(day(20), mail="a")]
    assert points_of(f"{VISIT}, distinct: mail, within: 10 days", events, day(20)) == 0.0


def test_at_most_keeps_the_first_of_each_bucket_of_occurred_at():
    events = visits(0, 0.1, 0.2, 1)
    assert points_of(f"{VISIT}, at_most: 1 per day", events, day(2)) == 20.0
    assert points_of(f"{VISIT}, at_most: 2 per day", events, day(2)) == 30.0
    assert points_of(f"{VISIT}, at_most: 1 per month", events, day(2)) == 10.0


def test_distinct_with_at_most_makes_the_buckets_one_per_value_null_being_one():
    mails = ["a", "a", "b", None, None]
    events = [event(day(n / 10), mail=mail) for n, mail in enumerate(mails)] + [event(day(1), mail="a")]
    # day 0: a, b and NULL once each; day 1: a once more
    assert points_of(f"{VISIT}, distinct: mail, at_most: 1 per day", events, day(2)) == 40.0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # the one that begins to count first, though it occurred later
        ({"at": 1, "price": 1}, {"at": 0, "known_at": day(2), "price": 9}),
        # of two that begin together, the one that occurred first
        ({"at": 0, "known_at": day(2), "price": 1}, {"at": 1, "known_at": day(2), "price": 9}),
        # of two at one instant, the one without an event_id, then the lesser id
        ({"at": 0, "price": 1}, {"at": 0, "event_id": "a", "price": 9}),
        ({"at": 0, "event_id": "a", "price": 1}, {"at": 0, "event_id": "b", "price": 9}),
        # then the greater weight
        ({"at": 0, "price": 9}, {"at": 0, "price": 1}),
    ],
)
def test_the_order_of_hits_decides_which_is_kept(first, second):
    made = [
        event(day(each["at"]), **{k: v for k, v in each.items() if k != "at"}) for each in (first, second)
    ]
    rule = "event: Visit, points: price, at_most: 1 per month"
    for events in (made, made[::-1]):
        assert points_of(rule, events, day(9)) == first["price"]


def test_a_late_event_takes_nothing_from_what_was_kept_before_it():
    events = [event(day(1)), event(day(0), known_at=day(5))]
    oracle = ask(agreement(f"{{rule: it, {VISIT}, at_most: 1 per week}}"), events)
    assert [hit.event.position for hit in oracle.kept("ann", "it", day(9))] == [0]


# ---- silence


@pytest.mark.parametrize(
    ("events", "asked", "silent"),
    [
        ([], day(0), True),  # nothing ever, and created_at is not known
        (visits(0), day(0), False),
        (visits(0), day(45) - MICROSECOND, False),
        (visits(0), day(45), True),  # t − D < occurred_at no longer holds
        (visits(0), day(0) - MICROSECOND, True),  # not yet
        ([event(day(0), known_at=day(3))], day(2), True),  # has not begun to count
        ([event(day(0), "Other")], day(1), True),  # a hit of no rule
        ([event(day(0), "Bad")], day(1), True),  # of negative weight
        ([event(day(0), "Zero")], day(1), True),
        (visits(0), day(20), False),  # out of the rule's window, but not of silence's
    ],
)
def test_silence_is_broken_by_hits_of_positive_weight_for_its_length(events, asked, silent):
    rules = (
        "{rule: visit, event: Visit, points: 1, within: 10 days}, {rule: bad, event: Bad, points: -1},"
        "{rule: zero, event: Zero, points: 0}, {rule: quiet, silent_for: 45 days, points: -7}"
    )
    result = ask(agreement(rules), events).score("ann", asked)
    assert (result.holds["quiet"], result.points["quiet"]) == (silent, -7.0 if silent else 0.0)


def test_a_dropped_hit_breaks_silence():
    visit = "{rule: visit, event: Visit, points: 1, at_most: 1 per month}"
    rules = f"{visit}, {{rule: quiet, silent_for: 5 days, points: -7}}"
    oracle = ask(agreement(rules), visits(0, 4))
    assert oracle.score("ann", day(6)).points["quiet"] == 0.0
    assert oracle.score("ann", day(9)).points["quiet"] == -7.0


def test_nobody_is_silent_before_having_been_there_that_long():
    oracle = ask(
        agreement("{rule: quiet, silent_for: 5 days, points: -7}"),
        leads=[{"lead_id": "ann", "created_at": day(2)}],
    )
    assert oracle.score("ann", day(7) - MICROSECOND).points["quiet"] == 0.0
    assert oracle.score("ann", day(7)).points["quiet"] == -7.0


# ---- fit rules


def fit_points(rule: str, **attributes: object) -> tuple[float, bool]:
    text = agreement(fit=f"{{rule: it, {rule}}}")
    result = ask(text, leads=[{"lead_id": "ann", "size": None, "vip": None} | attributes]).score(
        "ann", day(0)
    )
    return result.points["it"], result.holds["it"]


@pytest.mark.parametrize(
    ("size", "expected"),
    [(60, (20.0, True)), (50, (20.0, True)), (20, (8.0, True)), (5, (0.0, False)), (None, (0.0, False))],
)
def test_of_bands_the_first_that_holds_gives_its_points(size, expected):
    bands = "points: [{when: lead.size >= 50, points: 20}, {when: lead.size >= 10, points: 8}]"
    assert fit_points(bands, size=size) == expected


def test_a_fit_rules_point_expression_may_be_null_and_the_rule_still_holds():
    assert fit_points("when: lead.vip, points: lead.size / 4", vip=True, size=10) == (2.5, True)
    assert fit_points("when: lead.vip, points: lead.size / 4", vip=True) == (0.0, True)
    assert fit_points("when: lead.vip, points: lead.size / 4", size=10) == (0.0, False)


# ---- clamps and sums


def test_clamps_go_from_the_inside_out_and_each_sum_is_rounded():
    text = """
agreement: example
fit:
  max: 12
  rules: [{rule: a, when: "true", points: 9}, {rule: b, when: "true", points: 9}]
engagement:
  min: -5
  groups: {mail: {max: 6}}
  rules:
    - {rule: opens, group: mail, event: Visit, points: 4, max: 5}
    - {rule: clicks, group: mail, event: Visit, points: 3}
    - {rule: calls, event: Visit, points: -20}
score: {max: 30}
qualify: {mql: score >= 1}
"""
    result = ask(text, visits(0, 1)).score("ann", day(1))
    assert result.points["opens"] == 5.0  # 2 × 4, at most 5
    assert result.groups == {"mail": 6.0}  # 5 + 2 × 3 = 11, at most 6
    assert result.engagement == -5.0  # 6 − 40 = −34, at least −5
    assert result.fit == 12.0
    assert result.score == 7.0


def test_the_sum_is_of_rounded_points():
    rules = ", ".join(f"{{rule: r{n}, event: Visit, points: 0.0078125}}" for n in range(3))
    result = ask(agreement(rules), visits(0)).score("ann", day(0))
    assert result.engagement == 0.023439  # 3 × 0.007813, not 0.0234375 rounded


@pytest.mark.parametrize(
    ("score", "expected"),
    [("{}", 0.0), ("{min: -100}", -10.0), ("{min: -4}", -4.0), ("{max: 50}", 0.0), ("{min: 3}", 3.0)],
)
def test_the_score_is_at_least_zero_unless_said_otherwise(score, expected):
    oracle = ask(agreement("{rule: it, event: Visit, points: -10}", more=f"score: {score}"), visits(0))
    assert oracle.score("ann", day(0)).score == expected


def test_a_rules_own_window_and_decay_beat_those_of_the_section():
    text = """
agreement: example
fit: {rules: []}
engagement:
  within: 10 days
  decay: half-life 10 days
  rules:
    - {rule: as_section, event: Visit, points: 8}
    - {rule: own_window, event: Visit, points: 8, within: forever}
    - {rule: own_decay, event: Visit, points: 8, decay: none}
    - {rule: own_both, event: Visit, points: 8, within: 20 days, decay: linear 20 days}
    - {rule: enough, event: Visit, points: 8, at_least: 1}
qualify: {mql: score >= 1}
"""
    points = ask(text, visits(0)).score("ann", day(5)).points
    assert points["as_section"] == 5.656854  # 8 × 2^(−1/2)
    assert (points["own_decay"], points["own_both"], points["enough"]) == (8.0, 6.0, 8.0)
    later = ask(text, visits(0)).score("ann", day(10)).points
    assert (later["as_section"], later["own_window"], later["own_both"]) == (0.0, 4.0, 4.0)
    assert (later["own_decay"], later["enough"]) == (0.0, 0.0)
