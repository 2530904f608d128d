"""The lint beside what sales said: attributes without history that hide customers, and those that leak."""

from __future__ import annotations

from typing import Any

from lint_given import LEADS, Row, agreement, codes, customers, events, leads, only

VISIT = "{rule: visit, event: Page Viewed, points: 10}"
VISITS = events("Page Viewed", LEADS[:39])
BOUGHT = LEADS[:10]
STATUS = ["customer"] * 10 + ["open"] * 30
MOST = LEADS[:22]  # enough of them, and of the others with ten more leads
MORE = [*LEADS, *(f"m{number:02}" for number in range(20))]


def given(**attributes: Any) -> dict[str, Any]:
    """Leads of today, all of whom saw a page, and ten of whom bought a month later."""
    return {"leads": leads(**attributes), "events": VISITS, "outcomes": customers(BOUGHT)}


# ---- attributes without history


def test_a_never_on_todays_value_hides_the_customers_of_former_years() -> None:
    text = agreement("", VISIT, "visit", more="  never: lead.status = 'customer'\n")
    says = (
        "lead.status has no history, so today's value stands for the whole past: `lead.status = 'customer'` "
        "in `never` bars 10 of 10 customers at every moment before they bought, and 0 of 30 other leads; 10 "
        "of those customers were no MQL by then, l01 for one, who bought on 2026-06-01."
    )
    assert only(text, **given(status=STATUS)) == ("HR413", says)


def test_with_a_history_it_hides_nobody() -> None:
    text = agreement("", VISIT, "visit", more="  never: lead.status = 'customer'\n")
    before = [row | {"status": "open", "valid_from": "2025-01-01"} for row in leads()]
    after = [row | {"status": "customer", "valid_from": "2026-06-01"} for row in leads(each=BOUGHT)]
    assert codes(text, leads=[*before, *after], events=VISITS, outcomes=customers(BOUGHT)) == []


def test_a_column_of_dates_that_is_empty_is_no_history() -> None:
    text = agreement("", VISIT, "visit", more="  never: lead.status = 'customer'\n")
    rows = [row | {"valid_from": None} for row in leads(status=STATUS)]
    assert codes(text, leads=rows, events=VISITS, outcomes=customers(BOUGHT)) == ["HR413"]


def test_a_valid_from_without_a_change_is_no_history() -> None:
    text = agreement("", VISIT, "visit", more="  never: lead.status = 'customer'\n")
    every = [row | {"valid_from": "2025-01-01"} for row in leads(status=STATUS)]
    one = [row | {"valid_from": "2025-01-01" if place == 39 else None} for place, row in enumerate(every)]
    says = "lead.status never changes in a lead's history, whatever valid_from says, so today's value stands"
    for rows in (every, one):
        assert says in only(text, **given() | {"leads": rows})[1]


def test_todays_status_joined_to_a_history_of_something_else_is_no_history_of_the_status() -> None:
    first = [row | {"valid_from": "2025-01-01", "title": "Trainee"} for row in leads(status=STATUS)]
    then = [row | {"valid_from": "2026-03-01", "title": "Head"} for row in leads(status=STATUS)]
    inputs = given() | {"leads": [*first, *then]}
    barred = agreement("", VISIT, "visit", more="  never: lead.status = 'customer'\n")
    asked = agreement("", VISIT, "visit and lead.status <> 'customer'")
    points = agreement("{rule: ours, when: lead.status = 'customer', points: -100}", VISIT, "score > 5")
    for text in (barred, asked, points):
        code, says = only(text, **inputs)
        assert (code, says[:26]) == ("HR413", "lead.status never changes ")


def test_without_outcomes_a_status_that_never_changes_is_told_of_many_leads_only() -> None:
    text = agreement("", VISIT, "visit", more="  never: lead.status = 'customer'\n")

    def found(bought: int) -> list[str]:
        status = ["customer"] * bought + ["open"] * (40 - bought)
        rows = [row | {"valid_from": "2025-01-01"} for row in leads(status=status)]
        return codes(text, **given() | {"leads": rows, "outcomes": None})

    assert (found(20), found(19)) == (["HR413"], [])


def test_a_company_that_is_a_customer_today_hides_whoever_works_there() -> None:
    text = agreement("", VISIT, "visit", more="  never: company.is_customer\n")
    inputs = given(company_id=[f"c{number}" for number in range(40)])
    firms: list[Row] = [{"company_id": f"c{number}"} for number in range(40)]
    assert codes(text, **inputs, companies=firms) == []
    told = [firm | {"is_customer": place < 10} for place, firm in enumerate(firms)]
    assert "company.is_customer has no history" in only(text, **inputs, companies=told)[1]


def test_an_mql_and_a_fit_rule_hide_customers_too() -> None:
    asked = agreement("", VISIT, "visit and lead.status = 'open'")
    says = "`lead.status = 'open'` in `mql` does not hold for 10 of 10 customers at every moment"
    assert says in only(asked, **given(status=STATUS))[1]
    points = agreement("{rule: free, when: lead.status = 'open', points: 5}", VISIT, "visit and score > 12")
    found = only(points, **given(status=STATUS))
    assert found[0] == "HR413"
    assert "rule `free` gives less than its most to 10 of 10 customers" in found[1]


def test_what_bars_customers_no_more_than_others_is_a_rule_like_any() -> None:
    text = agreement("", VISIT, "visit", more="  never: lead.country = 'RU'\n")
    country = (["RU", "RU"] + ["US"] * 8) * 4
    assert codes(text, **given(country=country)) == []


def test_what_hides_nobody_that_was_no_mql_is_fine() -> None:
    text = agreement("{rule: free, when: lead.status = 'open', points: 5}", VISIT, "visit")
    assert codes(text, **given(status=STATUS)) == []


def test_without_outcomes_only_a_telling_name_is_told() -> None:
    text = agreement("", VISIT, "visit", more="  never: lead.status = 'customer' or lead.country = 'RU'\n")
    inputs = given(status=STATUS, country=["RU", "US"] * 20) | {"outcomes": None}
    says = (
        "lead.status has no history, so today's value stands for the whole past: `lead.status = 'customer'` "
        "in `never` bars 10 of 40 leads, l01 for one, and without outcomes nobody knows how many of them "
        "bought since."
    )
    assert only(text, **inputs) == ("HR413", says)


# ---- attributes that are written down afterwards


def closed(**attributes: Any) -> dict[str, Any]:
    """Sixty leads, of whom twelve bought and ten were lost."""
    ends = customers(MOST[:12]) + customers(MOST[12:], stage="lost")
    return {"leads": leads(each=MORE, **attributes), "events": VISITS, "outcomes": ends}


def test_an_attribute_that_only_closed_leads_have_leaks() -> None:
    text = agreement("{rule: big, when: lead.amount > 5, points: 5}", VISIT, "visit and score > 12")
    says = (
        "lead.amount tells what became of a lead: of 22 leads that have it, 22 became customers or were "
        "lost, l01 for one, and 0 of 38 others."
    )
    assert only(text, **closed(amount=[9] * 22 + [None] * 38)) == ("HR414", says)


def test_a_value_that_only_closed_leads_have_leaks() -> None:
    text = agreement("{rule: won, when: lead.phase = 'won', points: 5}", VISIT, "visit and score > 12")
    phases = ["won"] * 22 + ["open"] * 38
    assert "of 22 leads for whom it is won, 22 became" in only(text, **closed(phase=phases))[1]
    assert codes(text, **closed(phase=["won"] * 22 + ["open"] * 30 + ["won"] * 8)) == []


def test_a_condition_of_mql_may_leak_too() -> None:
    text = agreement("", VISIT, "visit and (score > 50 or lead.amount > 5)")
    assert [code for code in codes(text, **closed(amount=[9] * 22 + [None] * 38)) if code != "HR407"] == [
        "HR414"
    ]


def test_a_number_that_sets_customers_apart_leaks() -> None:
    text = agreement("{rule: warm, when: lead.calls > 60, points: 5}", VISIT, "visit and score > 12")
    calls = [100 - number for number in range(60)]
    twenty = customers(MOST[:20])
    says = "lead.calls tells what became of a lead: customers have a higher one than other leads in 100.0%"
    assert says in only(text, **closed(calls=calls) | {"outcomes": twenty})[1]
    mixed = [41 + number * 37 % 60 for number in range(60)]
    assert codes(text, **closed(calls=mixed) | {"outcomes": twenty}) == []


def test_with_a_history_it_is_told_how_often_it_came_only_afterwards() -> None:
    text = agreement("{rule: big, when: lead.amount > 5, points: 5}", VISIT, "visit and score > 12")
    before = [row | {"amount": None, "valid_from": "2025-01-01"} for row in leads(each=MORE)]
    after = [row | {"amount": 9, "valid_from": "2026-06-01"} for row in leads(each=MOST)]
    inputs = closed() | {"leads": [*before, *after]}
    found = [says for code, says in [only(text, **inputs)] if code == "HR414"]
    assert found[0].endswith("and 0 of 38 others; for 22 of those it came with that or later.")


def test_what_goes_with_buying_as_a_size_does_is_no_leak() -> None:
    text = agreement("{rule: big, when: lead.seats > 50, points: 5}", VISIT, "visit and score > 12")
    assert codes(text, **closed(seats=[90] * 15 + [10] * 7 + [90] * 9 + [10] * 29)) == []


def test_where_nearly_all_leads_are_closed_nothing_tells_them_apart() -> None:
    text = agreement("{rule: big, when: lead.amount > 5, points: 5}", VISIT, "visit and score > 12")
    inputs = closed(amount=[9] * 22 + [None] * 38) | {"outcomes": customers(MORE[:50], stage="lost")}
    assert codes(text, **inputs) == []


def test_too_few_outcomes_prove_nothing() -> None:
    text = agreement("{rule: big, when: lead.amount > 5, points: 5}", VISIT, "visit and score > 12")
    inputs = closed(amount=[9] * 19 + [None] * 41) | {"outcomes": customers(MORE[:19], stage="lost")}
    assert codes(text, **inputs) == []


def test_to_bar_a_customer_is_no_leak() -> None:
    text = agreement("", VISIT, "visit", more="  never: lead.amount > 5\n")
    known = [row | {"valid_from": "2025-01-01", "amount": None} for row in leads(each=MORE)]
    known += [row | {"valid_from": "2026-06-01", "amount": 9} for row in leads(each=MOST)]
    assert codes(text, **closed() | {"leads": known}) == []


# ---- customers who are never reached


HOT = "{rule: hot, event: Demo Requested, points: 40}"
BUYERS = MORE[:20]


def unreached(**attributes: Any) -> dict[str, Any]:
    """Sixty leads who saw a page, of whom twenty bought and the others asked for a demo."""
    everybody = events("Page Viewed", MORE[:59])
    inputs = {"leads": leads(each=MORE, **attributes), "outcomes": customers(BUYERS)}
    return inputs | {"events": everybody + events("Demo Requested", MORE[20:59])}


def test_where_no_customer_was_an_mql_before_it_bought_the_condition_that_does_it_is_named() -> None:
    text = agreement("", f"{VISIT}, {HOT}", "score > 5 and hot")
    says = (
        "0 of 20 customers who did something before they bought became an MQL by then, but 39 of 39 other "
        "leads: something keeps customers out, l01 for one; without `hot` in `mql` they would be 20."
    )
    assert only(text, **unreached()) == ("HR418", says)


def test_a_never_that_keeps_customers_out_by_what_they_did_is_named() -> None:
    barring = "  never: lead.country = 'RU' or signed\n"
    signed = "{rule: signed, event: Contract Signed, points: 0}"
    text = agreement("", f"{VISIT}, {signed}", "visit", more=barring)
    inputs = unreached(country=["US", "DE"] * 30)
    rows = events("Contract Signed", BUYERS, minutes=-1) + inputs["events"]
    found = only(text, **inputs | {"events": rows})
    assert found[0] == "HR418"
    assert found[1].endswith("l01 for one; without `signed` in `never` they would be 20.")


def test_customers_who_bought_before_they_did_anything_or_are_few_prove_nothing() -> None:
    text = agreement("", f"{VISIT}, {HOT}", "score > 5 and hot")
    assert codes(text, **unreached() | {"outcomes": customers(BUYERS, at="2026-04-01")}) == []
    assert codes(text, **unreached() | {"outcomes": customers(BUYERS[:19])}) == []


def test_where_leads_become_mqls_by_chance_only_customers_may_be_without_one() -> None:
    text = agreement("", f"{VISIT}, {HOT}", "score > 5 and hot")
    few = events("Page Viewed", MORE[:59]) + events("Demo Requested", MORE[20:24])
    assert codes(text, **unreached() | {"events": few}) == []
