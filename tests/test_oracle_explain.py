"""The oracle's own examples: what is missing, and until when (AGREEMENT.md 9, readings 8 and 9)."""

from __future__ import annotations

import pytest

from oracle_examples import MICROSECOND, agreement, ask, day, event, micros, outcome, visits

SECOND = 1_000_000


def missing(text: str, events=None, at=None, **inputs):
    return ask(text, events, **inputs).missing("ann", at or day(10))


@pytest.mark.parametrize(
    ("rules", "mql", "events", "expected"),
    [
        # 3 × 10 < 31 ≤ 4 × 10
        ("{rule: it, event: Visit, points: 10}", "score >= 31", [], {"it": 4}),
        # what is there has decayed to 5: 5 + 10 k ≥ 25
        (
            "{rule: it, event: Visit, points: 10, decay: half-life 10 days}",
            "score >= 25",
            visits(0),
            {"it": 2},
        ),
        # the cap is reached before the bound
        ("{rule: it, event: Visit, points: 10, max: 30}", "score >= 31", [], {"it": None}),
        # 100 are enough, 101 would not be asked
        ("{rule: it, event: Visit, points: 1}", "score >= 100", [], {"it": 100}),
        ("{rule: it, event: Visit, points: 1}", "score >= 101", [], {"it": None}),
        # it qualifies already
        ("{rule: it, event: Visit, points: 10}", "score >= 10", visits(9), {"it": 0}),
        # each rule alone
        (
            "{rule: a, event: A, points: 10}, {rule: b, event: B, points: 4},{rule: c, event: C, points: -4}",
            "score >= 12",
            [],
            {"a": 2, "b": 3, "c": None},
        ),
        # at_least: 2 are there, of 4
        ("{rule: it, event: Visit, points: 10, at_least: 4}", "it", visits(0, 1), {"it": 2}),
        # not every number will do: the least that does
        ("{rule: it, event: Visit, points: 10}", "count(it) in (3, 7)", visits(0), {"it": 2}),
        # hits that come now are neither dropped nor out of the window
        (
            "{rule: it, event: Visit, points: 10, at_most: 1 per month, within: 1 days}",
            "score >= 20",
            visits(0),
            {"it": 2},
        ),
        # a new hit of positive weight breaks silence: 5 is taken away, 4 + 4 comes
        (
            "{rule: it, event: Visit, points: 4}, {rule: quiet, silent_for: 2 days, points: 5}",
            "score >= 6",
            [],
            {"it": 2},
        ),
    ],
)
def test_missing_is_the_least_number_of_further_hits_that_alone_make_it_qualify(rules, mql, events, expected):
    assert missing(agreement(rules, mql=mql), events) == expected


def test_the_weight_of_a_further_hit_is_that_of_the_last_one():
    text = agreement("{rule: it, event: Visit, points: price}", mql="score >= 40")
    late = event(day(2), price=1, known_at=day(90))
    events = [event(day(1), price=3), event(day(0), price=6, known_at=day(5)), late]
    assert missing(text, events) == {"it": 6}  # the last to begin to count weighs 6: 9 + 6 k ≥ 40
    assert missing(text, [late]) == {"it": None}  # none has begun to count yet


def test_the_last_hit_may_be_out_of_its_window_or_forgotten():
    text = agreement(
        "{rule: it, event: Visit, points: price, within: 2 days}",
        mql="score >= 12",
        more="recycle: {forget_engagement: true}",
    )
    events = [event(day(0), price=6)]
    assert missing(text, events) == {"it": 2}
    assert missing(text, events, at=day(1), outcomes=[outcome(day(0.5), "recycled")]) == {"it": 2}


# ---- until


def until(rules: str, mql: str, events, at, **inputs):
    oracle = ask(agreement(rules, mql=mql), events, **inputs)
    found = oracle.until("ann", at)
    return None if found is None else (found - micros(day(0))) / 86_400e6


IT = "rule: it, event: Visit, points: 10"


@pytest.mark.parametrize(
    ("rules", "mql", "expected"),
    [
        (f"{{{IT}}}", "score >= 10", None),  # nothing ever takes it away
        (f"{{{IT}}}", "score > 10", None),  # it does not qualify now
        (f"{{{IT}, within: 30 days}}", "score >= 10", 30),
        (f"{{{IT}, within: 30 days}}", "it", 30),
        (f"{{{IT}, decay: steps 25% every 7 days}}", "score >= 5", 21),  # 10, 7.5, 5, then 2.5
        (f"{{{IT}, decay: steps 25% every 7 days}}", "it", None),  # a hit without points still holds
        (f"{{{IT}, decay: steps 30% every 7 days}}", "score > 0", 28),  # 10, 7, 4, 1, 0
        # the silence that begins 12 days after the visit costs 5
        (f"{{{IT}}}, {{rule: quiet, silent_for: 12 days, points: -5}}", "score >= 10", 12),
        (f"{{{IT}}}, {{rule: quiet, silent_for: 12 days, points: 5}}", "score < 15", 12),
    ],
)
def test_until_is_where_a_window_a_step_or_a_silence_ends_it(rules, mql, expected):
    assert until(rules, mql, visits(0), day(0)) == expected


def test_until_finds_the_microsecond_at_which_a_half_life_crosses_the_bound():
    oracle = ask(agreement(f"{{{IT}, decay: half-life 10 days}}", mql="score >= 5"), visits(0))
    # 10 × 2^(−age/10 d) is shown as 5 while it is at least 4.999999499, a moment after day 10:
    # age = 10 d × log2(10 / 4.999999499) = 10 d × (1 + 1.446e-7), so 0.125 s after it
    found = oracle.until("ann", day(0))
    assert found == pytest.approx(micros(day(10)) + 0.125 * SECOND, abs=0.001 * SECOND)
    assert oracle.score("ann", found - 1).qualified
    assert not oracle.score("ann", found).qualified


def test_until_finds_where_a_linear_decay_crosses_the_bound():
    # shown as 4 while 10 × (1 − age/20 d) ≥ 3.999999499: age = 20 d × 0.6000000501, 0.0866 s after day 12
    oracle = ask(agreement(f"{{{IT}, decay: linear 20 days}}", mql="score >= 4"), visits(0))
    found = oracle.until("ann", day(3))
    assert found == pytest.approx(micros(day(12)) + 0.0866 * SECOND, abs=0.001 * SECOND)
    assert not oracle.score("ann", found).qualified


def test_until_looks_for_the_first_failure_though_it_qualifies_again_later():
    rules = (
        f"{{{IT}, within: 20 days}}, {{rule: bad, event: Bad, points: -8, decay: half-life 1 days}},"
        "{rule: good, event: Good, points: 6, within: 3 days}"
    )
    events = [*visits(0), event(day(1), "Bad"), event(day(1), "Good")]
    # at day 1: 10 − 8 + 6 = 8; at day 4 the 6 goes: 10 − 8 × 2^−3 = 9, so it goes on; at day 20 nothing
    assert until(rules, "score >= 8", events, day(1)) == 20
    # at least 10: at day 2 it is 10 − 4 + 6 = 12, at day 4 it is 9; at day 20 it would be 0
    assert until(rules, "score >= 10", events, day(2)) == 4


def test_until_passes_over_an_instant_at_which_two_windows_close():
    rules = f"{{{IT}, within: 5 days, decay: half-life 3 days}}, {{rule: rest, event: Visit, points: 1}}"
    assert until(rules, "score >= 2", visits(0, 0), day(0)) is None  # the rest stays
    assert until(rules, "score > 2", visits(0, 0), day(0)) == 5


def test_until_takes_account_of_rising_points_and_of_never():
    rules = f"{{{IT}}}, {{rule: bad, event: Bad, points: -8, decay: linear 8 days}}"
    events = [*visits(0), event(day(0), "Bad")]
    text = agreement(rules, mql="score >= 1", qualify="never: score > 6")
    oracle = ask(text, events)
    # 10 − 8 × (1 − age/8 d) > 6 once age > 4 d; 6.000001 is shown from 6.000000499 on, 43 ms later
    found = oracle.until("ann", day(0))
    assert found == pytest.approx(micros(day(4)) + 0.0431 * SECOND, abs=0.001 * SECOND)


def test_until_asks_what_is_known_now_only():
    text = agreement(f"{{{IT}, within: 30 days}}", qualify="never: lead.unsubscribed")
    events = [*visits(0, 10), event(day(5), "Unsubscribed")]
    oracle = ask(text, events, outcomes=[outcome(day(3), "customer")])
    assert oracle.until("ann", day(1)) == micros(day(30))
    assert oracle.until("ann", day(5)) is None


def test_until_agrees_with_walking():
    rules = (
        f"{{{IT}, decay: half-life 90 minutes, within: 5 hours}},"
        "{rule: bad, event: Bad, points: -4, decay: linear 60 minutes},"
        "{rule: quiet, silent_for: 150 minutes, points: -2}"
    )
    events = [*visits(0, 1 / 48), event(day(1 / 24), "Bad")]
    oracle = ask(agreement(rules, mql="score >= 6 or (score < 3.1 and it)"), events)
    for minutes in range(60, 300, 31):
        at = day(minutes / 1440)
        walked = oracle.until_by_walking("ann", at, step=10 * SECOND, steps=6 * 360)
        found = oracle.until("ann", at)
        assert (found is None) == (walked is None)
        assert found is None or 0 <= walked - found < 10 * SECOND


def test_points_are_explained_hit_by_hit():
    text = agreement(f"{{{IT}, decay: linear 20 days, within: 15 days, max: 12}}")
    result = ask(text, visits(0, 10)).score("ann", day(12))
    assert [(c.hit.event.position, c.factor, c.points) for c in result.contributions["it"]] == [
        (0, 0.4, 4.0),  # 1 − 12/20
        (1, 0.9, 9.0),  # 1 − 2/20
    ]
    assert (result.raw_points["it"], result.points["it"]) == (13.0, 12.0)
    assert result.contributions["it"] != ask(text, visits(0, 10)).score("ann", day(15)).contributions["it"]


def test_a_window_edge_is_one_microsecond_wide():
    oracle = ask(agreement(f"{{{IT}, within: 30 days}}"), visits(0))
    assert oracle.until("ann", day(30) - MICROSECOND) == micros(day(30))
    assert oracle.until("ann", day(30)) is None
