"""The lint of rules: never met, always met, two that are one, and repeats."""

from __future__ import annotations

import pytest
from lint_given import LEADS, agreement, alone, codes, events, leads, only, pointed, warnings

VISIT = "{rule: visit, event: Page Viewed, points: 10}"
VISITS = events("Page Viewed", LEADS[:25])


# ---- a rule that never fires


def test_clicks_that_machines_made_are_counted_with_one_of_them() -> None:
    text = agreement("", f"{VISIT}, {{rule: click, event: Email Link Clicked, points: 3}}", "visit")
    clicks = events("Email Link Clicked", LEADS[:31], verdict="machine")
    says = (
        "`click` never has a hit: all 31 events `Email Link Clicked` were made by machines, which make no "
        "hits, for example lead l01 at 2026-05-01 10:00:00 UTC."
    )
    assert only(text, events=VISITS + clicks) == ("HR409", says)
    assert codes(text.replace("points: 3", "points: 3, machines: count"), events=VISITS + clicks) == []
    assert codes(text, events=VISITS + clicks + events("Email Link Clicked", ["l40"])) == []


def test_of_the_events_those_are_counted_that_the_rule_asks_for() -> None:
    click = "{rule: click, event: Email Link Clicked, where: email_id = 'news', points: 3}"
    text = agreement("", f"{VISIT}, {click}", "visit")
    clicks = events("Email Link Clicked", ["l01"], verdict="machine", email_id="news")
    others = events("Email Link Clicked", LEADS[:5], verdict="human", email_id="other")
    says = (
        "`click` never has a hit: the only event `Email Link Clicked` that it asks for was made by machines"
    )
    assert only(text, events=VISITS + clicks + others)[1].startswith(says)


def test_events_of_strangers_and_points_that_are_null_make_no_hits_either() -> None:
    text = agreement("", f"{VISIT}, {{rule: cart, event: Product Added, points: price - cost}}", "visit")
    strangers = events("Product Added", ["x1", "x2"], price=5, cost=2)
    assert "all 2 events `Product Added` were of people" in only(text, events=VISITS + strangers)[1]
    priced, costly = ({"price": 5, "cost": None}, {"price": None, "cost": 2})
    unknown = events("Product Added", ["l01"], **priced) + events("Product Added", ["l02"], **costly)
    says = (
        "`cart` never has a hit: its points are null for all 2 events `Product Added`, for example lead l01"
    )
    assert only(text, events=VISITS + unknown)[1].startswith(says)


def test_more_hits_than_anybody_has_at_once_are_told_beside_the_most() -> None:
    often = "{rule: often, event: Page Viewed, at_least: 4, within: 3 days, points: 5}"
    text = agreement("", f"{VISIT}, {often}", "visit")
    more = events("Page Viewed", ["l03"], days=1) + events("Page Viewed", ["l03"], days=9)
    says = "`often` holds for none of 40 leads at any moment: it needs 4 hits at once: l03 has most, 2."
    assert only(text, events=VISITS + more) == ("HR409", says)


def test_more_hits_than_the_rules_own_limits_keep_are_told_without_data_and_once_with() -> None:
    often = "{rule: often, event: Page Viewed, at_least: 9, at_most: 1 per day, within: 3 days, points: 5}"
    text = agreement("", f"{VISIT}, {often}", "often")
    says = "`often` can never hold: it needs 9 hits at once, and its `at_most` and `within` leave 5 at most."
    assert alone(text) == [("HR409", says)]
    assert only(text, events=VISITS) == ("HR409", says)


def test_a_band_behind_one_that_holds_wherever_it_does_is_told_with_how_many() -> None:
    bands = "[{when: lead.seats > 5, points: 5}, {when: lead.seats > 20, points: 9}]"
    text = agreement(f"{{rule: size, points: {bands}}}", VISIT, "visit")
    says = (
        "No lead comes to this band: for each of 20 leads for whom it holds, one before it does too, l21 "
        "for one."
    )
    given = {"leads": leads(seats=list(range(1, 41))), "events": VISITS}
    assert only(text, **given) == ("HR409", says)
    found = warnings(text, **given)[0]
    assert pointed(text, found, 15) == "lead.seats > 20"


def test_a_band_that_nobody_meets_is_told_while_others_are_met() -> None:
    bands = "[{when: lead.seats > 500, points: 9}, {when: lead.seats > 20, points: 5}]"
    text = agreement(f"{{rule: size, points: {bands}}}", VISIT, "visit")
    found = only(text, leads=leads(seats=list(range(1, 41))), events=VISITS)
    assert found == ("HR409", "This band holds for none of 40 leads, at no time.")


def test_a_silence_that_nobody_keeps_is_told() -> None:
    text = agreement("", f"{VISIT}, {{rule: quiet, silent_for: 90 days, points: -5}}", "visit")
    new = [row | {"created_at": "2026-04-01"} for row in leads()]
    assert only(text, leads=new, events=VISITS)[1] == (
        "`quiet` holds for none of 40 leads: nobody is silent for 90 days."
    )
    assert codes(text, events=events("Page Viewed", ["l01"])) == []


# ---- a rule that always holds


def test_a_rule_that_gives_every_lead_the_same_is_told() -> None:
    text = agreement("{rule: known, when: lead.email is not null, points: 5}", VISIT, "visit")
    says = (
        "`known` holds for all 40 leads, l01 for one: each gets 5 points, so that it tells none from another."
    )
    assert only(text, leads=leads(email="a@b.example"), events=VISITS) == ("HR410", says)
    assert codes(text, leads=leads(email=["a@b.example", None] * 20), events=VISITS) == []


def test_an_event_that_every_lead_has_is_told_if_it_gives_them_the_same() -> None:
    text = agreement("", f"{VISIT}, {{rule: form, event: Form Submitted, points: 2}}", "visit and score > 11")
    forms = events("Form Submitted", LEADS)
    assert only(text, events=VISITS + forms)[0] == "HR410"
    assert codes(text, events=VISITS + forms + events("Form Submitted", ["l01"], days=1)) == []


def test_bands_that_tell_leads_apart_are_fine_though_one_of_them_always_holds() -> None:
    bands = "[{when: lead.seats > 20, points: 9}, {when: lead.seats > 0, points: 5}]"
    text = agreement(f"{{rule: size, points: {bands}}}", VISIT, "visit")
    assert codes(text, leads=leads(seats=list(range(1, 41))), events=VISITS) == []


# ---- two rules that are one


def test_two_rules_on_the_same_events_count_one_thing_twice() -> None:
    prices = "{rule: prices, event: Page Viewed, where: \"path like '/pri%'\", points: 5}"
    exact = "{rule: exact, event: Page Viewed, where: path = '/pricing', points: 5}"
    text = agreement("", f"{prices}, {exact}", "prices")
    says = (
        "`exact` always comes together with `prices`: in 25 events of 25 leads, l01 for one. What is one "
        "thing counts twice."
    )
    viewed = events("Page Viewed", LEADS[:25], path="/pricing")
    others = events("Page Viewed", LEADS, path="/blog")
    assert only(text, events=viewed + others) == ("HR411", says)
    assert codes(text, events=viewed + others + events("Page Viewed", ["l30"], path="/prices")) == []


def test_two_events_that_the_same_leads_always_have_count_twice_too() -> None:
    form = "{rule: form, event: Form Submitted, where: form_id = 'demo', points: 5}"
    text = agreement("", f"{{rule: demo, event: Demo Requested, points: 40}}, {form}", "demo")
    rows = events("Demo Requested", LEADS[:22]) + events(
        "Form Submitted", LEADS[:22], minutes=1, form_id="demo"
    )
    found = only(text, events=rows + events("Form Submitted", ["l40"], form_id="news"))
    assert found[1].startswith("`form` always comes together with `demo`: in 22 leads, l01 for one.")


@pytest.mark.parametrize(
    "other",
    [
        "event: Page Viewed, at_least: 3, points: 5",
        "event: Page Viewed, within: 7 days, points: 5",
        "event: Page Viewed, distinct: path, points: 5",
        "event: Page Viewed, points: 0",
        "event: Page Left, points: 5",
    ],
)
def test_one_thing_counted_in_two_ways_is_meant(other: str) -> None:
    text = agreement("", f"{VISIT}, {{rule: other, {other}}}", "visit and score > 10 or other")
    rows = [row for days in range(3) for row in events("Page Viewed", LEADS[:25], days=days, path="/a")]
    assert codes(text, events=rows + events("Page Left", LEADS[:24])) == []


def test_two_fit_rules_that_hold_for_the_same_leads_are_told_and_too_few_cases_are_not() -> None:
    here = "{rule: us, when: lead.country = 'US', points: 5}"
    text = agreement(f"{here}, {{rule: usd, when: lead.currency = 'USD', points: 5}}", VISIT, "visit")

    def given(number: int) -> dict[str, object]:
        rest = 40 - number
        country, currency = ["US"] * number + ["DE"] * rest, ["USD"] * number + ["EUR"] * rest
        return {"leads": leads(country=country, currency=currency), "events": VISITS}

    assert only(text, **given(20))[1].startswith("`usd` always comes together with `us`: for 20 leads, l01")
    assert codes(text, **given(19)) == []


def test_rules_are_told_apart_however_many_there_are() -> None:
    """More than thirty rules do not fit into one row of an event."""
    rules = [f"{{rule: r{n}, event: Event {n}, points: 1}}" for n in range(33)]
    rules.append("{rule: page, event: Page Viewed, points: 2}")
    rules.append("{rule: again, event: Page Viewed, where: \"path like '/a%'\", points: 2}")
    rows = [row for n in range(33) for row in events(f"Event {n}", LEADS[n % 7 : 20 + n % 9], minutes=n)]
    rows += events("Page Viewed", LEADS[:22], path="/a")
    found = [each.says.split(":")[0] for each in warnings(agreement("", ", ".join(rules), "r0"), events=rows)]
    assert [says for says in found if "`again`" in says] == ["`again` always comes together with `page`"]


# ---- repeats


def reloads(of: int, more: int) -> list[dict[str, object]]:
    """Page views of many leads, each reloaded so often a minute apart."""
    who = LEADS[:of]
    return [
        row for minute in range(more + 1) for row in events("Page Viewed", who, minutes=minute, path="/a")
    ]


def test_repeats_within_a_visit_are_counted_where_no_limit_stops_them() -> None:
    text = agreement("", VISIT, "score > 15")
    says = (
        "50 of 75 hits of `visit` (67%) come less than 30 minutes after another of the same lead, and each "
        "counts anew: l01 has 3 within the half-hour from 2026-05-01 10:00:00 UTC (30 points)."
    )
    assert only(text, events=reloads(25, 2)) == ("HR415", says)


@pytest.mark.parametrize(
    "limit",
    [
        "at_most: 1 per day, points: 10",
        "distinct: path, points: 10",
        "at_least: 3, points: 10",
        "max: 10, points: 10",
        "points: seconds",
        "points: 0",
    ],
)
def test_a_rule_that_repeats_cannot_swell_is_fine(limit: str) -> None:
    text = agreement("", f"{{rule: visit, event: Page Viewed, {limit}}}", "visit")
    rows = [row | {"seconds": 7} for row in reloads(25, 2)]
    assert codes(text, events=rows) == []


def test_a_count_in_qualify_swells_with_repeats_too() -> None:
    text = agreement("", "{rule: visit, event: Page Viewed, points: 0}", "count(visit) > 2")
    assert codes(text, events=reloads(25, 2)) == ["HR415"]


def test_repeats_after_half_an_hour_or_of_few_hits_are_what_people_do() -> None:
    text = agreement("", VISIT, "score > 15")
    later = events("Page Viewed", LEADS[:25]) + events("Page Viewed", LEADS[:25], minutes=30)
    assert codes(text, events=later) == []
    assert codes(text, events=reloads(19, 1)) == []


def test_a_repeat_of_months_that_distinct_never_counts_is_told_with_how_many() -> None:
    text = agreement("", "{rule: visit, event: Page Viewed, distinct: path, points: 10}", "visit")
    rows = [
        row for days in (0, 10, 40) for row in events("Page Viewed", LEADS[:25], days=days, path="/pricing")
    ]
    says = (
        "`visit` counts each path once, for ever: 25 of 75 hits (33%) come 30 days or more after the first "
        "and count for nothing, for example that of l01 at 2026-06-10 10:00:00 UTC, 40 days after the first."
    )
    assert only(text, events=rows) == ("HR416", says)
    monthly = text.replace("distinct: path", "distinct: path, at_most: 1 per month")
    assert codes(monthly, events=rows) == []
    assert (
        codes(text, events=[row | {"path": None} for row in rows] + events("Page Viewed", ["l01"], path="/"))
        == []
    )
