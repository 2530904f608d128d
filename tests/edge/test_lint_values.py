"""The lint of single values that conditions ask for and no row has."""

from __future__ import annotations

from lint_given import LEADS, agreement, codes, events, leads, only, warnings

VISIT = "{rule: visit, event: Page Viewed, points: 10}"
VISITS = events("Page Viewed", LEADS[:25])
COUNTRIES = ["US", "GB", "CA", "Canada"] * 10


def test_one_value_of_several_that_no_lead_has_is_told_with_the_most_frequent() -> None:
    given = {"leads": leads(country=["US", "GB", "GB", "CA"] * 10), "events": VISITS}
    for when in ("lead.country in ('US', 'UK')", "lead.country = 'US' or lead.country = 'UK'"):
        text = agreement(f'{{rule: here, when: "{when}", points: 5}}', VISIT, "visit")
        found = warnings(text, **given)
        assert [(one.code, one.says) for one in found] == [
            ("HR405", "'UK' is no value of lead.country in the data.")
        ]
        assert found[0].fix == (
            "The most frequent values that leads and companies have are, of lead.country: `GB`, `CA`, `US`."
        )


def test_of_a_list_only_a_value_that_looks_like_another_is_told() -> None:
    text = agreement("{rule: here, when: \"listed(lead.country, 'ours')\", points: 5}", VISIT, "visit")
    given = {"leads": leads(country=COUNTRIES), "events": VISITS}
    near = only(text + "lists: {ours: [US, Canda]}\n", **given)
    assert near == ("HR405", "'Canda' is no value of lead.country in the data.")
    assert codes(text + "lists: {ours: [US, FR, DE, Mexico]}\n", **given) == []


def test_of_domains_and_of_never_misses_are_normal() -> None:
    text = agreement("{rule: free, when: \"listed(lead.email_domain, 'free')\", points: 5}", VISIT, "visit")
    given = {"leads": leads(email=["a@gmail.com", "a@firm.example"] * 20), "events": VISITS}
    assert codes(text + "lists: {free: [gmail.com, ymail.com, gmx.de]}\n", **given) == []
    barred = agreement("", VISIT, "visit", more="  never: lead.country in ('US', 'KP')\n")
    assert codes(barred, leads=leads(country=COUNTRIES), events=VISITS) == []


def test_a_title_of_several_that_no_event_has_is_told() -> None:
    guide = "{rule: guide, event: Content Downloaded, where: \"title in ('Guide', 'Handbok')\", points: 5}"
    text = agreement("", f"{VISIT}, {guide}", "visit")
    given = VISITS + events("Content Downloaded", LEADS[:5], title="Guide")
    rows = given + events("Content Downloaded", LEADS[5:9], title="Handbook")
    found = warnings(text, events=rows)
    assert [(one.code, one.fix) for one in found] == [("HR405", "Did you mean 'Handbook' by 'Handbok'?")]


def test_what_holds_for_no_event_counts_no_strangers_and_names_the_frequent_values() -> None:
    guide = "{rule: guide, event: Content Downloaded, where: title = 'Zebra', points: 5}"
    text = agreement("", f"{VISIT}, {guide}", "visit")
    rows = events("Content Downloaded", [*LEADS[:5], "x1", "x2"], title="Guide")
    found = warnings(text, events=VISITS + rows)
    assert [one.says for one in found] == ["This holds for none of 5 events `Content Downloaded`."]
    assert found[0].fix == "The most frequent values that these events have are, of title: `Guide`."
