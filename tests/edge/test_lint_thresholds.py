"""The lint of `qualify`: what nobody reaches, what fit alone reaches, and what opened mails decide."""

from __future__ import annotations

import pytest
from lint_given import LEADS, agreement, alone, codes, events, leads, only, pointed, warnings

BIG = "{rule: big, when: lead.seats > 50, points: 30}"
NEAR = "{rule: near, when: \"lead.country = 'DE'\", points: 20}"
VISIT = "{rule: visit, event: Page Viewed, points: 10}"
FEW = "{rule: visit, event: Page Viewed, points: 10, max: 20}"
SEATS = leads(seats=[number * 2 for number in range(1, 41)])
VISITS = events("Page Viewed", LEADS[:25])


# ---- a threshold that nobody can reach


def test_a_threshold_above_the_most_that_all_rules_give_is_told_without_data() -> None:
    text = agreement(BIG, FEW, "fit >= 10 and score > 60")
    says = "`score > 60` can never hold, whatever a lead is and does: score is from 0 to 50."
    assert alone(text) == [("HR407", says)]
    assert alone(agreement(BIG, FEW, "fit >= 10 and score >= 50")) == []


def test_the_warning_points_at_the_threshold() -> None:
    text = agreement(BIG, FEW, "fit >= 10 and score > 60")
    found = warnings(text, leads=SEATS, events=VISITS)
    assert [pointed(text, each, 10) for each in found] == ["score > 60"]


@pytest.mark.parametrize(
    ("rule", "most"),
    [
        ("{rule: visit, event: Page Viewed, points: 10}", None),
        ("{rule: visit, event: Page Viewed, points: 10, at_least: 3}", 10),
        ("{rule: visit, event: Page Viewed, points: -10}", 0),
        ("{rule: visit, event: Page Viewed, points: price}", None),
        ("{rule: visit, event: Page Viewed, points: price, max: 15}", 15),
        ("{rule: visit, event: Page Viewed, points: 10, at_most: 1 per day, within: 2 days}", 40),
        ("{rule: visit, event: Page Viewed, points: 10, at_most: 1 per day, distinct: path}", None),
        ("{rule: quiet, silent_for: 9 days, points: 7}, {rule: v, event: V, points: -1}", 7),
    ],
)
def test_the_most_that_a_rule_can_give_is_known_from_its_limits(rule: str, most: float | None) -> None:
    too_much = agreement("", rule, f"score > {10**9 if most is None else most}")
    assert [code for code, _ in alone(too_much)] == ([] if most is None else ["HR407"])
    if most is not None:
        assert "HR407" not in [code for code, _ in alone(agreement("", rule, f"score > {most - 1}"))]


def test_decay_bounds_what_one_hit_a_day_can_add_up_to() -> None:
    rule = "{rule: visit, event: Page Viewed, points: 10, at_most: 1 per day, decay: half-life 1 days}"
    assert [code for code, _ in alone(agreement("", rule, "score > 60"))] == ["HR407"]
    assert alone(agreement("", rule, "score > 20")) == []


def test_a_threshold_in_one_branch_of_an_or_is_looked_at_too() -> None:
    text = agreement(BIG, FEW, "(score > 60 or visit) and fit > 5")
    assert [code for code, _ in alone(text)] == ["HR407"]


def test_a_grade_that_no_fit_reaches_is_a_threshold_too() -> None:
    text = agreement(BIG, FEW, "grade = 'A' and visit").replace("fit:\n", "fit:\n  grades: {A: 40, B: 20}\n")
    assert [code for code, _ in alone(text)] == ["HR407"]


def test_a_threshold_that_an_attribute_chooses_needs_the_data() -> None:
    text = agreement(BIG, VISIT, "visit and score > case when lead.country = 'US' then 35 else 90 end")
    here = leads(seats=[80, 5] * 20, country=["US", "DE"] * 20)
    there = leads(seats=[80, 5] * 20, country=["FR", "DE"] * 20)
    assert alone(text) == []
    assert codes(text, leads=here, events=VISITS) == []
    assert sorted(codes(text, leads=there, events=VISITS)) == ["HR405", "HR407"]


def test_what_no_lead_of_the_data_ever_reached_is_told_beside_the_highest() -> None:
    text = agreement(BIG, VISIT, "fit >= 10 and score > 60")
    says = (
        "`score > 60` holds for none of 40 leads at any moment: the highest score that any had is 50, l26 at "
        "2026-05-02 10:00:00 UTC."
    )
    rows = VISITS + events("Page Viewed", ["l26", "l40"]) + events("Page Viewed", ["l26"], days=1)
    assert only(text, leads=SEATS, events=rows) == ("HR407", says)


def test_parts_that_hold_but_never_together_are_told_as_a_whole() -> None:
    text = agreement(BIG, VISIT, "fit >= 30 and visit")
    code, says = only(text, leads=SEATS, events=VISITS)
    assert code == "HR407"
    assert says.startswith(
        "`fit >= 30 and visit` holds, though each part of it does for some, for none of 40 leads"
    )


def test_a_threshold_is_not_told_where_a_rule_beside_it_never_fires() -> None:
    text = agreement(BIG, "{rule: visit, event: Page Seen, points: 10}", "fit >= 30 and visit")
    assert codes(text, leads=SEATS, events=VISITS) == ["HR403"]


def test_a_handful_of_leads_proves_nothing() -> None:
    text = agreement(BIG, VISIT, "fit >= 10 and score > 60")
    few = leads(each=LEADS[:19], seats=80)
    assert codes(text, leads=few, events=events("Page Viewed", ["l01"])) == []


def test_leads_that_sales_closed_long_ago_show_that_a_threshold_can_be_reached() -> None:
    text = agreement(BIG, VISIT, "score > 30")
    outcomes = [{"lead_id": "l40", "stage": "lost", "at": "2025-02-01"}]
    rows = events("Page Viewed", ["l40", "l01"])
    assert codes(text, leads=SEATS, events=rows, outcomes=outcomes) == []


def test_a_never_that_bars_everybody_is_told_with_how_many() -> None:
    text = agreement(BIG, VISIT, "visit", more="  never: lead.seats > 0\n")
    says = "`never` bars every lead that would qualify without it: 25 leads, l01 for one."
    assert only(text, leads=SEATS, events=VISITS) == ("HR407", says)


def test_a_condition_of_qualify_that_holds_for_nobody_names_the_value_meant() -> None:
    text = agreement("", VISIT, "visit and lead.country = 'Germany'")
    found = warnings(text, leads=leads(country=["Germania", "FR"] * 20), events=VISITS)
    assert [(each.code, each.fix) for each in found] == [("HR405", "Did you mean 'Germania'?")]


def test_a_list_of_never_that_misspells_a_value_of_the_data_is_told_and_one_that_bars_nobody_is_not() -> None:
    text = agreement("", VISIT, "visit", more="  never: listed(lead.domain, 'rivals')\n")
    domains = leads(domain=["rival.example", "x.org"] * 20)

    def told(rivals: str) -> list[tuple[str, str]]:
        found = warnings(f"{text}lists: {{rivals: [{rivals}]}}\n", leads=domains, events=VISITS)
        return [(each.code, each.fix) for each in found]

    fix = "Did you mean 'rival.example' by 'rivall.example'?"
    assert told("other.example, rivall.example")[-1] == ("HR405", fix)
    assert told("nowhere.test") == []


# ---- a threshold that fit alone reaches


def test_fit_that_reaches_the_threshold_is_told_without_data_where_it_is_certain() -> None:
    text = agreement(f"{BIG}, {NEAR}", VISIT, "score > 40")
    says = "A lead qualifies without a single event if `big` and `near` hold: fit is then at least 50."
    assert alone(text) == [("HR408", says)]
    assert alone(agreement(f"{BIG}, {NEAR}", VISIT, "score > 40 and visit")) == []
    assert alone(agreement(f"{BIG}, {NEAR}", VISIT, "score > 50")) == []


def test_rules_that_read_one_attribute_may_exclude_each_other() -> None:
    small = "{rule: small, when: lead.seats < 50, points: 20}"
    assert alone(agreement(f"{BIG}, {small}", VISIT, "score > 40")) == []


def test_a_rule_whose_attribute_qualify_asks_for_too_may_be_barred_by_it() -> None:
    text = agreement(f"{BIG}, {NEAR}", VISIT, "score > 40", more="  never: \"lead.country = 'DE'\"\n")
    assert alone(text) == []


def test_with_data_the_leads_are_counted_that_would_qualify_had_they_done_nothing() -> None:
    text = agreement(BIG, VISIT, "score >= 30")
    says = "A lead qualifies without a single event: 15 of 40 leads would, l26 for one."
    assert only(text, leads=SEATS, events=VISITS) == ("HR408", says)


def test_where_no_lead_would_the_data_decide() -> None:
    text = agreement(f"{BIG}, {NEAR}", VISIT, "score > 35 and engagement >= 0")
    either = leads(seats=[60, 5] * 20, country=["US", "DE"] * 20)
    assert alone(text)[0][0] == "HR408"
    assert codes(text, leads=either, events=VISITS) == []


def test_an_agreement_on_fit_alone_says_what_it_means() -> None:
    text = agreement(BIG, "", "fit >= 30")
    assert alone(text) == []
    assert codes(text, leads=SEATS, events=VISITS) == []


def test_an_attribute_that_raises_the_hand_is_the_leads_own_word() -> None:
    text = agreement("", VISIT, "visit", more="  hand_raise: lead.asked_for_a_call\n")
    assert codes(text, leads=leads(asked_for_a_call=[True, False] * 20), events=VISITS) == []


# ---- opens that decide

OPENED = "{rule: opened, event: Email Opened, points: 4, at_most: 1 per day}"


def test_opens_that_are_enough_by_themselves_are_told_without_data() -> None:
    often = "{rule: opened, event: Email Opened, points: 2, distinct: email_id}"
    assert alone(agreement("", often, "score > 7")) == [("HR412", "4 opened mails alone make an MQL.")]
    assert alone(agreement("", OPENED, "opened or score > 20"))[0][1] == "1 opened mail alone makes an MQL."
    assert alone(agreement("", f"{OPENED}, {VISIT}", "visit and score > 12")) == []


def test_opens_of_which_one_a_day_counts_are_not_added_up_within_the_day() -> None:
    assert alone(agreement("", OPENED, "score > 7")) == []


def test_mqls_that_would_be_none_without_opens_are_counted() -> None:
    text = agreement("", f"{VISIT}, {OPENED}", "visit and score > 12")
    rows = VISITS + events("Email Opened", LEADS[:3]) + events("Page Viewed", ["l03", "l09"], days=1)
    says = "Without the opens of `opened`, 2 of 4 MQLs would be none, l01 for one."
    assert only(text, events=rows) == ("HR412", says)


def test_opens_that_tip_no_scale_are_fine() -> None:
    text = agreement("", f"{VISIT}, {OPENED}", "visit and score > 12")
    rows = VISITS + events("Email Opened", LEADS[30:]) + events("Page Viewed", ["l03", "l09"], days=1)
    assert codes(text, events=rows) == []


def test_a_rule_that_counts_opens_beside_clicks_keeps_its_clicks() -> None:
    mixed = "{rule: mail, event: [Email Opened, Email Link Clicked], points: 4, at_most: 1 per day}"
    text = agreement("", f"{VISIT}, {mixed}", "visit and score > 12")
    rows = VISITS + events("Email Opened", LEADS[:3]) + events("Email Link Clicked", ["l02"], minutes=1)
    assert only(text, events=rows)[1].startswith(
        "Without the opens of `mail`, 2 of 3 MQLs would be none, l01"
    )


def test_opens_that_only_break_a_silence_decide_too() -> None:
    quiet = "{rule: quiet, silent_for: 10 days, points: -8}"
    text = agreement("", f"{VISIT}, {OPENED}, {quiet}", "visit and engagement - points(opened) > 5")
    rows = VISITS + events("Email Opened", LEADS[:2], days=11) + events("Email Opened", LEADS[:2], days=12)
    assert codes(text, events=rows) == []
    late = [row | {"known_at": "2026-05-20"} for row in VISITS]
    assert "2 of 2 MQLs" in only(text, events=late + events("Email Opened", LEADS[:2], days=18))[1]


def test_opens_are_found_however_many_rules_there_are() -> None:
    """More than thirty rules do not fit into one row of an event."""
    rules = [f"{{rule: r{n}, event: Event {n}, points: 1}}" for n in range(33)]
    rules.append("{rule: opened, event: Email Opened, points: 40}")
    rows = [row for n in range(33) for row in events(f"Event {n}", LEADS[n % 7 : 20 + n % 9], minutes=n)]
    rows += events("Email Opened", LEADS[:3], days=1)
    found = [
        each.says for each in warnings(agreement("", ", ".join(rules), "score > 37 and r0"), events=rows)
    ]
    assert "Without the opens of `opened`, 3 of 3 MQLs would be none, l01 for one." in found
