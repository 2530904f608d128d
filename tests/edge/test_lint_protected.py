"""The lint of names that tell what nobody may be judged by."""

from __future__ import annotations

from lint_given import LEADS, agreement, alone, events, leads, only

VISIT = "{rule: visit, event: Page Viewed, points: 10}"
VISITS = events("Page Viewed", LEADS[:25])


def test_a_protected_attribute_is_told_without_data() -> None:
    text = agreement("{rule: young, when: lead.birthDate > '1990', points: 5}", VISIT, "visit")
    assert alone(text) == [("HR417", "By its name, `lead.birthDate` tells a person's age.")]


def test_with_data_it_is_told_how_many_have_it_and_not_who() -> None:
    text = agreement(
        "{rule: dear, when: lead.Anrede = 'Frau', points: 5}", VISIT, "visit and lead.anrede <> ''"
    )
    found = only(text, leads=leads(anrede=["Frau", "Herr", None, "Frau"] * 10), events=VISITS)
    says = "By its name, `lead.Anrede` tells a person's gender; 30 leads of the data have it."
    assert found == ("HR417", says)


def test_routes_and_properties_are_looked_at_too() -> None:
    text = agreement("", "{rule: visit, event: Page Viewed, distinct: religion, points: 1}", "visit")
    routed = text + "handoff:\n  route: [{when: lead.nationality = 'US', to: team a}]\n"
    assert [code for code, _ in alone(routed)] == ["HR417", "HR417"]
